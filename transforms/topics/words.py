"""Words of a text as queries see them: folded (case, accents, width), with their place.

Scripts written without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) give one token a character, so that a
phrase of them still matches wherever it stands.
"""

import re
import unicodedata
from functools import lru_cache

LONGEST_WORD = 64
"""Characters of a token that are kept: nothing a person searches for is longer, and it bounds the work on a pattern."""

_SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao; Burmese; Khmer
    "\u3005-\u3007\u3031-\u3035\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # kana and iteration marks
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # ideographs
)
_MARKS = (  # combining marks that \w leaves out though they stand inside words
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
    "\u0900-\u0963\u0966-\u0dff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f"
)
_INVISIBLE = "\u00ad\u200b-\u200d\u2060\ufeff"
_LETTER = rf"[^\W_{_SPACELESS}]"
_TOKEN = re.compile(rf"[{_SPACELESS}]|{_LETTER}++(?:[{_MARKS}{_INVISIBLE}]++{_LETTER}*+)*+")
_PATTERN = re.compile(rf"[{_SPACELESS}]|(?:{_LETTER}|[*?])(?:{_LETTER}|[{_MARKS}{_INVISIBLE}*?])*")
_ASCII_TOKEN = re.compile(r"[a-z0-9]+")
_SPACELESS_CHARACTER = re.compile(rf"[{_SPACELESS}]")
_REMOVED = re.compile(rf"[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670{_INVISIBLE}]")
# Letters that Unicode does not decompose, as readers without them write them.
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "æ": "ae", "œ": "oe"})


def fold(text: str) -> str:
    """Lower case, compatibility forms, no accents: what two spellings of a word have in common.

    Vowel signs of Indic scripts are letters here and stay; Hangul and kana are composed again.
    """
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.casefold()).casefold().translate(_PLAIN)
    return unicodedata.normalize("NFC", _REMOVED.sub("", plain))


@lru_cache(maxsize=65536)
def _folded_word(word: str) -> str:
    return fold(word)[:LONGEST_WORD]


def tokens(text: str) -> list[str]:
    """Folded words in order; as many, in the same order, as `spans` gives."""
    if text.isascii():
        return [word[:LONGEST_WORD] for word in _ASCII_TOKEN.findall(text.lower())]
    return [
        _folded_word(word) if len(word) <= LONGEST_WORD else fold(word)[:LONGEST_WORD] for word in _TOKEN.findall(text)
    ]


def spans(text: str) -> list[tuple[int, int]]:
    """Start and end in the text of each of its `tokens`."""
    return [found.span() for found in _TOKEN.finditer(text)]


def patterns(text: str) -> tuple[str, ...]:
    """The words of a query's term, folded, with the wildcards `*` and `?` left in.

    A `*` beside a script without spaces says nothing (any place of a text matches there) and is left out.
    """
    words = [fold(word)[:LONGEST_WORD] for word in _PATTERN.findall(text)]
    if _SPACELESS_CHARACTER.search(text):
        words = [word for word in words if word != "*"]
    return tuple(word for word in words if word)
