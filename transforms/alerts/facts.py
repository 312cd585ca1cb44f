"""Material facts of a story: numbers with what they count, read from titles and leads by rule.

A fact is a short string, "12 killed" or "5000000 dollars": the number without separators, a blank, what it counts.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from transforms.alerts import fact_words

LEAD_WORDS = 60
MATERIAL = 1.05
"""A number has changed when the greater is at least this many times the smaller: 12 -> 13 is news, 1,200 -> 1,203 is not."""
STEM = 5
"""Letters by which two inflected forms of what is counted are taken for one."""
AHEAD = 4
"""Words after a number among which what happened to the counted is looked for."""
BEHIND = 5

_TOKEN = re.compile(
    r"""
    (?P<number>(?<![\w.,:/\-–−])(?P<money>[$€£₴₽¥])?\s?
        (?P<digits>\d{1,3}(?:[ \u00a0\u202f.,'’]\d{3}){1,4}(?!\d)|\d{1,15}(?:[.,]\d{1,2})?)
        (?P<suffix>(?:k|m|bn|tn)\b)?(?P<percent>\s?%)?(?![\w/]|[\-–−:.,]\d|-\w))
    | (?P<word>[^\W\d_]+(?:['’ʼ\-][^\W\d_]+)*)
    | (?P<stop>[.;:!?()\[\]«»"“”,—\n])
    """,
    re.VERBOSE | re.IGNORECASE,
)


class _Words:
    """Words of which those that end in * stand for all that begin so."""

    def __init__(self, words: Sequence[str]) -> None:
        self._whole = frozenset(word for word in words if not word.endswith("*"))
        self._begun = tuple(word[:-1] for word in words if word.endswith("*"))

    def say(self, word: str) -> bool:
        """Is it one of them?"""
        return word in self._whole or word.startswith(self._begun)


_KINDS = {kind: _Words(words) for kind, words in fact_words.KINDS.items()}
_MONTHS = _Words(fact_words.MONTHS)


class _Token(NamedTuple):
    text: str
    """A word in lower case, "" for a number or a stop."""
    number: float | None = None
    what: str = ""
    """A number's own unit: a currency or %."""
    stop: bool = False


def lead(text: str, words: int = LEAD_WORDS) -> str:
    """The first words of a text."""
    return " ".join(text.split(None, words)[:words])


def facts_of(title: str, text: str) -> tuple[str, ...]:
    """The facts that an article's title and lead state, in order of appearance; the first number of each thing counts.

    >>> facts_of("Blast kills 12 in Odesa", "At least 12 people were killed and 30 injured on 4 May.")
    ('12 killed', '30 injured')
    """
    found: dict[str, str] = {}
    for part in (title, lead(text)):
        tokens = _tokens(part)
        for index, token in enumerate(tokens):
            if token.number is not None and (counted := _counted(tokens, index)):
                number, what = counted
                found.setdefault(_key(what), f"{_plain(number)} {what}")
    return tuple(found.values())


def story_facts(stated: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """What a story's articles state together, given what each states in order of publication.

    A later number replaces an earlier one, but a late retelling that repeats a number stated before a newer one does
    not bring it back: 12, 20, 12 is 20.
    """
    current: dict[str, str] = {}
    known: set[str] = set()
    for facts in stated:
        for fact in facts:
            number, what = _split(fact)
            mark = f"{_plain(number)} {_key(what)}"
            if mark not in known:
                known.add(mark)
                current[_key(what)] = fact
    return tuple(sorted(current.values(), key=lambda fact: _key(_split(fact)[1])))


def changed_facts(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    """The material changes from one state of a story's facts to the next, in words; empty: none.

    Material are a number that moved by 5 % or more for a thing that both states count, and the first number of
    those killed, injured, missing, arrested or evacuated. Other facts that appear or vanish are not: each retelling
    picks its own.
    """
    old = {_key(what): number for number, what in map(_split, before)}
    changes = []
    for number, what in map(_split, after):
        earlier = old.get(_key(what))
        if earlier is None:
            if what in fact_words.KINDS:
                changes.append(f"new: {_told(number)} {what}")
        elif _material(earlier, number):
            changes.append(f"{_told(earlier)} {what}, now {_told(number)}")
    return tuple(changes)


def _material(earlier: float, later: float) -> bool:
    low, high = sorted((earlier, later))
    return high > low and high >= low * MATERIAL


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    for match in _TOKEN.finditer(unicodedata.normalize("NFC", text)):
        if match["stop"]:
            tokens.append(_Token("", stop=True))
        elif match["word"]:
            word = match["word"].lower().replace("’", "'").replace("ʼ", "'")
            number = fact_words.NUMBERS.get(word)
            tokens.append(_Token(word) if number is None else _Token(word, float(number)))
        elif not _is_year(match):
            tokens.append(_number(match))
        else:
            tokens.append(_Token("", stop=True))
    return tokens


def _is_year(match: re.Match[str]) -> bool:
    bare = not (match["money"] or match["percent"] or match["suffix"])
    return bare and bool(re.fullmatch(r"(?:19|20)\d\d", match["digits"]))


def _number(match: re.Match[str]) -> _Token:
    digits = match["digits"]
    if re.search(r"[ \u00a0\u202f.,'’]\d{3}(?!\d)", digits):
        value = float(re.sub(r"\D", "", digits))
    else:
        value = float(digits.replace(",", "."))
    if match["suffix"]:
        value *= fact_words.SCALES[match["suffix"].lower()]
    what = fact_words.CURRENCIES.get(match["money"] or "", "%" if match["percent"] else "")
    return _Token("", value, what)


def _counted(tokens: list[_Token], index: int) -> tuple[float, str] | None:
    """The number at index, multiplied by its scale, and what it counts; None: nothing that is worth a fact."""
    number, own, position = tokens[index].number or 0.0, tokens[index].what, index + 1
    if index and _MONTHS.say(tokens[index - 1].text):
        return None
    if position < len(tokens) and tokens[position].text in fact_words.SCALES:
        number *= fact_words.SCALES[tokens[position].text]
        position += 1
    if own and own != "%":
        return number, own
    ahead = _clause(tokens[position : position + AHEAD])
    if ahead and (_MONTHS.say(ahead[0]) or ahead[0] in fact_words.UNITS):
        return None
    if not own:
        kind = _kind_ahead(tokens, position, len(ahead)) or _kind_behind(tokens, index)
        if kind:
            return number, kind
    plain = next((word for word in ahead[:2] if word not in fact_words.STOP), "")
    if not plain or plain in fact_words.PEOPLE or _kind(plain):
        return None
    return number, f"{own} {plain}".strip()


def _clause(tokens: list[_Token]) -> list[str]:
    words: list[str] = []
    for token in tokens:
        if token.stop or token.number is not None or token.text in fact_words.AND:
            break
        words.append(token.text)
    return words


def _kind_ahead(tokens: list[_Token], start: int, count: int) -> str:
    """What befell the counted: "12 people were killed"; not when the verb has its own number: "12 shells killed 3"."""
    for position in range(start, start + count):
        if kind := _kind(tokens[position].text):
            after = tokens[position + 1 : position + BEHIND]
            qualified = next((t for t in after if t.text not in fact_words.QUALIFIERS), None)
            return "" if qualified and qualified.number is not None and not qualified.stop else kind
    return ""


def _kind_behind(tokens: list[_Token], index: int) -> str:
    """A verb that stands before its number: "kills at least 12", "death toll rises to 20"."""
    for token in reversed(tokens[max(0, index - BEHIND) : index]):
        if token.stop or token.number is not None or token.text in fact_words.AND:
            return ""
        if kind := _kind(token.text):
            return kind
    return ""


@lru_cache(maxsize=4096)
def _kind(word: str) -> str:
    return next((kind for kind, words in _KINDS.items() if words.say(word)), "")


def _key(what: str) -> str:
    return what if what in fact_words.KINDS else " ".join(part[:STEM] for part in what.split())


def _split(fact: str) -> tuple[float, str]:
    number, _, what = fact.partition(" ")
    return float(number), what


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else f"{number:.4f}".rstrip("0")


def _told(number: float) -> str:
    return f"{int(number):,}" if number == int(number) else f"{number:g}"
