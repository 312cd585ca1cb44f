"""Words of a text, and how ordinary each word is."""

import functools
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import regex
import wordfreq

WORD = regex.compile(r"[\p{L}\p{N}\p{M}]+(?:[’'][\p{L}\p{M}]+)*")
_SPACELESS = regex.compile(
    r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]"
)
_FAR = re.compile("[\u0e00-\u1fff\u2e80-\U0010ffff]")
"""Where those scripts lie, and others; found much faster."""
_DIGITS = regex.compile(r"\p{Nd}")

READ_CHARACTERS = 8000
"""Of a text that is read for terms, names, numbers, quotes and credits: about 1,300 words. What a longer one says further
down is rarely its report."""
_LONGEST_WORD = 100
DOCUMENT_WORDS = 300
"""Words of the documents in which the fixed background counts a word's share."""
INFLECTED = frozenset({"ru", "uk"})
"""Languages whose names change with every case: their words are compared by their beginnings."""
BEGINNING = 5
"""Letters of that beginning; the simplest stemmer, and about as good as any for these (McNamee, Nicholas and Mayfield 2009). Four
to six letters all gain on the labelled stories; in the other languages cutting words gains nothing."""
RAREST = 1e-6
"""Frequency below which words are all the same rare: what only one article says must not outweigh what two share."""


def read_part(text: str) -> str:
    """The beginning of a text that is read, cut between two words where it has spaces."""
    if len(text) <= READ_CHARACTERS:
        return text
    space = text.rfind(" ", READ_CHARACTERS - _LONGEST_WORD, READ_CHARACTERS)
    return text[: space if space > 0 else READ_CHARACTERS]


def find_words(text: str) -> list[str]:
    """The words of a text as they stand there."""
    return WORD.findall(text)


def fold_words(words: Sequence[str]) -> list[str]:
    """Words in lower case; runs of scripts that write no spaces become pairs of characters."""
    joined = "\n".join(words)
    folded = joined.lower().split("\n") if words else []
    if joined.isascii() or not _FAR.search(joined):
        return folded
    pairs: list[str] = []
    for word in folded:
        if _SPACELESS.search(word):
            pairs.extend(word[i : i + 2] for i in range(max(1, len(word) - 1)))
        else:
            pairs.append(word)
    return pairs


def split_words(text: str) -> list[str]:
    """The words of a text, folded (see fold_words)."""
    return fold_words(find_words(text))


def count_terms(words: Iterable[str]) -> dict[str, int]:
    """How often each term stands there, in order of the alphabet; an English possessive counts for its owner."""
    counts = Counter(words)
    for word in [word for word in counts if len(word) < 2 or "'" in word or "’" in word]:
        if len(word) < 2:
            del counts[word]
        elif len(word) > 2 and word[-1] == "s" and word[-2] in "’'":
            count = counts.pop(word)
            if len(word) > 3:
                counts[word[:-2]] += count
    return dict(sorted(counts.items()))


def sum_terms(a: Mapping[str, int], b: Mapping[str, int]) -> dict[str, int]:
    """Both counts together: the terms of the first, then those that only the second has."""
    counts = dict(a)
    for term, count in b.items():
        counts[term] = counts.get(term, 0) + count
    return counts


def stem(term: str, lang: str) -> str:
    """What stands for a term when texts are compared: in inflected languages the beginning of a word."""
    if lang not in INFLECTED or len(term) <= BEGINNING or _DIGITS.search(term):
        return term
    return term[:BEGINNING]


def stem_counts(counts: Mapping[str, int], lang: str) -> Mapping[str, int]:
    """Counts of terms by what stands for them."""
    if lang not in INFLECTED:
        return counts
    stems: dict[str, int] = {}
    for term, count in counts.items():
        key = stem(term, lang)
        stems[key] = stems.get(key, 0) + count
    return stems


@functools.cache
def _frequencies(lang: str) -> dict[str, float]:
    """Frequency of each stem: the sum over its words."""
    try:
        words: dict[str, float] = wordfreq.get_frequency_dict(lang, wordlist="small")
    except LookupError:
        return {}
    if lang not in INFLECTED:
        return words
    stems: dict[str, float] = {}
    for word, frequency in words.items():
        key = stem(word, lang)
        stems[key] = stems.get(key, 0.0) + frequency
    return stems


def _share(frequency: float) -> float:
    return -math.expm1(DOCUMENT_WORDS * math.log1p(-min(max(frequency, RAREST), 0.5)))


RAREST_SHARE = _share(RAREST)


@functools.cache
def _shares(lang: str) -> dict[str, float]:
    """Share of documents that hold each stem."""
    return {term: _share(frequency) for term, frequency in _frequencies(lang).items()}


def background_share(term: str, lang: str) -> float:
    """Share of documents of 300 words that hold the term, a stem, as wordfreq knows the language; unknown ones: the rarest.

    wordfreq lists numbers of two and more digits by their shape ("0000").
    """
    if term.isalpha():
        key = term
    elif len(term) > 1 and _DIGITS.search(term):
        key = _DIGITS.sub("0", term)
    else:
        key = term.replace("’", "'")
    return _shares(lang).get(key, RAREST_SHARE)
