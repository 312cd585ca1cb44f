"""Names, numbers and quotes of a text: what a rewrite keeps when it changes the words."""

from collections.abc import Sequence

import regex

from transforms.stories.terms import WORD, find_words

_CAPITALISED = regex.compile(
    r"(?<![\p{L}\p{N}\p{M}])[\p{Lu}\p{Lt}](?<![\p{L}\p{N}\p{M}][’'].)[\p{L}\p{N}\p{M}]*(?:[’'][\p{L}\p{M}]+)*"
)

_BEFORE_SENTENCE = frozenset('.!?…:;»”"')
_BEFORE_QUOTE = frozenset('\n“„«"(—–-')
_NUMBER = regex.compile(r"(?<![\p{L}\p{N}])\p{Nd}+(?:[.,:]\p{Nd}+)*(?![\p{L}\p{N}])")
_THOUSANDS = regex.compile(r"[.,](?=\p{Nd}{3}(?:\D|$))")
_QUOTES = regex.compile(r"“([^”\n]{15,600})”|«([^»\n]{15,600})»|„([^“”\n]{15,600})[“”]|\"([^\"\n]{15,600})\"")

MOST_QUOTES = 20
QUOTE_WORDS = 4
"""Shorter quotes are figures of speech."""


def find_names(text: str, words: Sequence[str] | None = None) -> dict[str, int]:
    """Capitalised words inside sentences, folded, with their counts over the whole text.

    A word that also stands in lower case is no name (so German nouns stay, sentence beginnings go); a capitalised
    word that only ever begins sentences is not known to be one.

    Args:
        text: the text.
        words: its words as find_words() gives them, where they are at hand.
    """
    held = set(find_words(text) if words is None else words)
    names: dict[str, str] = {}
    for word in held:
        if word[0].isupper() or word[0].istitle():
            owner = word[:-2] if len(word) > 2 and word[-2] in "’'" and word[-1] in "sS" else word
            folded = owner.lower()
            if len(folded) > 1 and folded not in held:
                names[word] = folded
    inside: dict[str, int] = {}
    initial: dict[str, int] = {}
    for match in _CAPITALISED.finditer(text) if names else ():
        folded = names.get(match.group(), "")
        if folded:
            counts = initial if _begins_sentence(text, match.start()) else inside
            counts[folded] = counts.get(folded, 0) + 1
    return {name: count + initial.get(name, 0) for name, count in sorted(inside.items())}


def _begins_sentence(text: str, start: int) -> bool:
    """Does the word there follow the end of a sentence, an opening quote or a dash?"""
    before = start - 1
    while before >= 0 and text[before] in " \t\u00a0":
        before -= 1
    if before < 0 or text[before] in _BEFORE_QUOTE:
        return True
    return before < start - 1 and text[before] in _BEFORE_SENTENCE


def find_numbers(text: str) -> tuple[str, ...]:
    """Numbers of two digits and more, without thousands separators, each once, sorted."""
    found = {_THOUSANDS.sub("", match.group()).replace(",", ".") for match in _NUMBER.finditer(text)}
    return tuple(sorted(number for number in found if len(number) > 1))


def find_quotes(text: str) -> tuple[str, ...]:
    """Quoted sentences of at least four words, folded to words and spaces, at most 20, in order."""
    quotes: list[str] = []
    for match in _QUOTES.finditer(text):
        words = WORD.findall((match[1] or match[2] or match[3] or match[4]).lower())
        quote = " ".join(words)
        if len(words) >= QUOTE_WORDS and quote not in quotes:
            quotes.append(quote)
            if len(quotes) == MOST_QUOTES:
                break
    return tuple(quotes)
