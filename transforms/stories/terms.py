"""Words of a text, and how ordinary each word is."""

import functools
import math
from collections.abc import Iterable

import regex
import wordfreq

WORD = regex.compile(r"[\p{L}\p{N}\p{M}]+(?:[’'][\p{L}\p{M}]+)*")
_SPACELESS = regex.compile(
    r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]"
)
_DIGITS = regex.compile(r"\p{Nd}")
_APOSTROPHE = regex.compile(r"[’']")

DOCUMENT_WORDS = 300
"""Words of the documents in which the fixed background counts a word's share."""
RAREST = 1e-6
"""Frequency below which words are all the same rare: what only one article says must not outweigh what two share."""


def split_words(text: str) -> list[str]:
    """The words of a text, folded to lower case; runs of scripts that write no spaces become pairs of characters."""
    words: list[str] = []
    spaced = not _SPACELESS.search(text)
    for word in WORD.findall(text.lower()):
        if not spaced and _SPACELESS.search(word):
            words.extend(word[i : i + 2] for i in range(max(1, len(word) - 1)))
        else:
            words.append(word)
    return words


def count_terms(words: Iterable[str]) -> dict[str, int]:
    """How often each term stands there, in order of the alphabet; an English possessive counts for its owner."""
    counts: dict[str, int] = {}
    for word in words:
        term = word
        if len(word) > 2 and word[-2] in "’'":
            term = word[:-2] if word[-1] == "s" else word
        if len(term) > 1:
            counts[term] = counts.get(term, 0) + 1
    return dict(sorted(counts.items()))


@functools.cache
def _frequencies(lang: str) -> dict[str, float]:
    try:
        return wordfreq.get_frequency_dict(lang, wordlist="small")
    except LookupError:
        return {}


@functools.lru_cache(maxsize=1 << 18)
def background_share(term: str, lang: str) -> float:
    """Share of documents of 300 words that hold the term, as wordfreq knows the language; unknown ones: the rarest.

    wordfreq lists numbers of two and more digits by their shape ("0000").
    """
    key = _DIGITS.sub("0", term) if len(term) > 1 and _DIGITS.search(term) else _APOSTROPHE.sub("'", term)
    frequency = max(_frequencies(lang).get(key, RAREST), RAREST)
    return -math.expm1(DOCUMENT_WORDS * math.log1p(-min(frequency, 0.5)))
