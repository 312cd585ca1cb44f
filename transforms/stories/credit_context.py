"""What the words around an outlet's name say of it."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from transforms.model import CreditKind
from transforms.stories.credit_patterns import (
    AFTER,
    ASIDES,
    BEFORE,
    DESCRIBING,
    ITSELF,
    NOT_THE_OUTLET,
    PHOTO_AFTER,
    PHOTO_BEFORE,
    PHOTO_LINE,
    SPOKE_OF_ITSELF,
    Cue,
)
from transforms.stories.outlets import Mention, Outlet

SPOKEN_WEIGHT = 0.75
"""A report that opens with what somebody told an outlet is most likely that outlet's interview."""
_BEFORE_CHARACTERS = 110
_AFTER_CHARACTERS = 90
_LONGEST_PHRASE = 6
_DESCRIBED = 6
"""So many describing words may stand between a phrase and the name."""
_CHAIN_GAP = 70
"""Characters between two outlets of one chain: "Politeka, citing the news site RBC"."""

_TOKEN = re.compile(r"\w+(?:['’.-]\w+)*['’]?\.?|[^\w\s]")
_SENTENCE = re.compile(r"(?<![A-ZА-Я.]\.)(?<=[.!?…])[\"'”’»)]*\s+(?=[\"'“«„(]?(?:[A-ZÀ-ÞА-ЯЁІЇЄҐ\d]|$))")
_BREAK = re.compile(rf"{_SENTENCE.pattern}|\n+")
_ABBREVIATED = re.compile(r"\b(?:[A-ZА-Я]|Mr|Mrs|Ms|Dr|Gen|Sen|Rep|Gov|St|Jan|Feb|Aug|Sept?|Oct|Nov|Dec|vs|No)\.$")
_QUOTE_CHARACTERS = frozenset("\"'“”„«»‹›‘’`*_")
_FORMERLY = re.compile(
    r"\b(?:former|formerly|retired|then|one-time|ehemalige\w*|früher\w*|ancien\w*|antigu[oa])[ -](?:[\w-]+ ){1,4}"
    r"(?:for|of|at|with|from|bei|beim|der|des|du|de|del)\s+(?:the\s+)?[\"“«„]?$",
    re.IGNORECASE,
)
"""Somebody's life, not a report: "a former reporter for"."""
_PERSON_OF = re.compile(r"(?:[A-ZÀ-ÞА-ЯЁІЇЄҐ][\w'’.-]+\s+){1,3}(?:of|from|at|with|for)\s+(?:the\s+)?$")
_JOINED = re.compile(
    r"['’\"”»“]*,?\s*(?:and|und|et|y|i|oraz|и|і|й|та|e|&|,)\s+(?:the |der |die |das |le |la |el |l['’])?[«„“\"»]*",
    re.IGNORECASE,
)
_WEEKDAY_OR_MONTH = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|That|The|In|On|Report"
)


def _normal(word: str) -> str:
    return word.casefold().replace("’", "'").rstrip(".")


def _by_tokens(phrases: dict[str, Cue]) -> dict[str, Cue]:
    """Phrases as the tokens of a text give them: "h/t" is three."""
    return {" ".join(_normal(token) for token in _TOKEN.findall(phrase)): cue for phrase, cue in phrases.items()}


_PHRASES_BEFORE = _by_tokens(BEFORE)
_PHRASES_BEHIND = _by_tokens(AFTER)


class Hit(NamedTuple):
    """One piece of evidence for one outlet."""

    outlet: Outlet
    kind: CreditKind
    weight: float
    evidence: str
    via: Outlet | None = None
    repeatable: bool = False
    """A phrase of reporting: several of them credit the whole report."""


def snippet(text: str, limit: int = 160) -> str:
    """One line of at most limit characters, cut at a word."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rsplit(" ", 1)[0] + "…"


def hits_in(
    text: str, mentions: Sequence[Mention], *, lead: bool = False, lead_end: int = 0, opening_end: int = 0
) -> Iterator[Hit]:
    """Evidence for the mentioned outlets in a text.

    Args:
        text: headline or body.
        mentions: outlets' names in it, in order.
        lead: the whole text is headline or lead.
        lead_end: where the lead ends, in characters.
        opening_end: where the opening sentences end, in characters.
    """
    last: Mention | None = None
    last_found: _Found | None = None
    for mention in mentions:
        found = _beside(text, mention)
        if found is None and last and last_found and _JOINED.fullmatch(text, last.end, mention.start):
            found = _Found(last_found.cue, last_found.start, mention.end)  # "ProPublica and the Texas Tribune"
        if found:
            in_lead = lead or mention.start < lead_end
            if found.cue.spoken and (lead or mention.start < opening_end):
                found = found._replace(cue=Cue(CreditKind.SOURCE, SPOKEN_WEIGHT))
            via = None
            if last and last.outlet.name != mention.outlet.name and _directly_behind(text, last, last_found, found):
                through = _Found(found.cue._replace(weight=0.7), last.start, mention.end)
                via = last.outlet if found.cue.chain else None
                if found.cue.chain or found.cue.relays:
                    relay = mention.outlet if found.cue.relays else None
                    yield _hit(last.outlet, through, text, relay, in_lead=in_lead)
            yield _hit(mention.outlet, found, text, via, in_lead=in_lead)
        last, last_found = mention, found


def _directly_behind(text: str, last: Mention, last_found: "_Found | None", found: "_Found") -> bool:
    """Does a phrase follow the last outlet (and its verb) with nothing of weight between?"""
    last_end = max(last.end, last_found.end) if last_found else last.end
    if not 0 <= found.start - last.end <= _CHAIN_GAP:
        return False
    return _only_asides(text[last_end : found.start])


class _Found(NamedTuple):
    cue: Cue
    start: int
    end: int
    """Where the evidence's words stand."""


def _hit(outlet: Outlet, found: _Found, text: str, via: Outlet | None, *, in_lead: bool) -> Hit:
    kind, weight = found.cue.kind, found.cue.weight
    reporting = kind is CreditKind.SOURCE
    if reporting and not in_lead and not found.cue.anywhere:
        kind, weight = CreditKind.CITED, 0.5
    return Hit(outlet, kind, weight, text[found.start : found.end].strip(" ,;"), via, reporting)


def _beside(text: str, mention: Mention) -> _Found | None:
    """The strongest phrase beside a mention; None where nothing credits it."""
    line_start = text.rfind("\n", 0, mention.start) + 1
    before = text[max(line_start, mention.start - _BEFORE_CHARACTERS) : mention.start]
    behind = text[mention.end : mention.end + _AFTER_CHARACTERS].partition("\n")[0]
    if PHOTO_AFTER.match(behind) or _FORMERLY.search(before):
        return None
    found = _phrase_before(before, behind, mention) or _phrase_behind(before, behind, mention)
    if found is None:
        return None
    if PHOTO_LINE.match(text, line_start, mention.end) or PHOTO_BEFORE.search(before):
        return None
    return found


def _phrase_before(before: str, behind: str, mention: Mention) -> _Found | None:
    sentence_start = _last_sentence(before)
    spans = [
        (_normal(match.group()), match.start())
        for match in _TOKEN.finditer(before, sentence_start)
        if match.group() not in _QUOTE_CHARACTERS
    ]
    tokens = [token for token, _ in spans]
    if tokens in (["from"], ["from", "the"]) and behind[:1] == ":":  # "From Bloomberg:" above an excerpt
        return _Found(BEFORE["h/t"], mention.start - len(before) + spans[0][1], mention.end + 1)
    end = len(tokens)
    for _ in range(_DESCRIBED + 1):
        for length in range(min(_LONGEST_PHRASE, end), 0, -1):
            cue = _PHRASES_BEFORE.get(" ".join(tokens[end - length : end]))
            if cue and _allowed(cue, tokens[end - length : end], behind, mention):
                if tokens[end - length : end] == ["via"] and end == 1 and not before[:sentence_start].strip():
                    cue = BEFORE["via :"]  # at a line's beginning
                start = mention.start - len(before) + spans[end - length][1]
                return _Found(cue, start, mention.end + (1 if behind[:1] == "." else 0))
        if not end or not DESCRIBING.fullmatch(tokens[end - 1]):
            break
        end -= 1
    return _person_of(before, behind, mention)


def _allowed(cue: Cue, phrase: Sequence[str], behind: str, mention: Mention) -> bool:
    next_word = _TOKEN.match(behind.lstrip(" "))
    word = next_word.group() if next_word else ""
    if _normal(word) in NOT_THE_OUTLET:
        return False
    if word in {"'", "’"} or word.casefold() in {"s", "'s", "’s"} or behind[:2] in {"'s", "’s"}:
        owned = _TOKEN.findall(behind[2:])[:2]
        if any(_normal(part) in NOT_THE_OUTLET for part in owned):
            return False
    if mention.outlet.common and behind[:1] == " " and word[:1].isupper() and not _WEEKDAY_OR_MONTH.match(word):
        return False
    # "informs", "says": one word alone is a verb of any subject; a name of everyday words needs more.
    return not (
        mention.outlet.common
        and cue.kind is CreditKind.CITED
        and len(phrase) == 1
        and phrase[0] not in {"told", "tells"}
    )


def _person_of(before: str, behind: str, mention: Mention) -> _Found | None:
    """An outlet behind its reporter: "Paul Sperry of Counter Jihad reports", "according to Ann Smith of the Post"."""
    match = _PERSON_OF.search(before)
    if match is None:
        return None
    start = mention.start - len(before) + match.start()
    if verb := _verb_behind(behind):
        return _Found(Cue(CreditKind.SOURCE, 0.75), start, mention.end + verb[1])
    tokens = [_normal(token) for token in _TOKEN.findall(before[: match.start()])]
    if any(" ".join(tokens[-length:]) in _PHRASES_BEFORE for length in (1, 2)):
        return _Found(Cue(CreditKind.CITED, 0.5), start, mention.end)
    return None


def _phrase_behind(before: str, behind: str, mention: Mention) -> _Found | None:
    found = _verb_behind(behind)
    if found is None:
        return None
    phrase, length = found
    if phrase in SPOKE_OF_ITSELF and (mention.outlet.common or ITSELF.search(behind[length : length + 45])):
        return None
    if behind[:2] in {"'s", "’s"} or behind[:1] in {"'", "’"}:
        cue = Cue(CreditKind.CITED, 0.5)
    else:
        cue = _PHRASES_BEHIND[phrase]
    start = mention.start - (4 if before.endswith(("The ", "the ")) else 0)
    return _Found(cue, start, mention.end + length)


def _verb_behind(behind: str) -> tuple[str, int] | None:
    """The reporting phrase directly behind a name, asides left out, and where it ends."""
    sentence = _SENTENCE.split(behind, maxsplit=1)[0]
    spans = [
        (match.group(), match.end()) for match in _TOKEN.finditer(sentence) if match.group() not in _QUOTE_CHARACTERS
    ]
    owned = sentence[:2] in {"'s", "’s"} or sentence[:1] in {"'", "’"}
    if owned and spans and spans[0][0] in {"s", "'s"}:
        spans = spans[1:]
    at, names = 0, 0
    while at < len(spans):
        word = _normal(spans[at][0])
        for length in range(min(4, len(spans) - at), 0, -1):
            phrase = " ".join(_normal(token) for token, _ in spans[at : at + length])
            if phrase in _PHRASES_BEHIND:
                return phrase, spans[at + length - 1][1]
        if owned and names < 3 and spans[at][0][:1].isupper():
            names += 1
        elif spans[at][0] in "/-" and at + 1 < len(spans) and spans[at + 1][0][:1].isupper():
            at += 1  # "Reuters/Ipsos poll"
        elif at >= 5 or not (word in ASIDES or DESCRIBING.fullmatch(word)):
            return None
        at += 1
    return None


def sentences_end(text: str, count: int) -> int:
    """Where the first sentences of a text end."""
    ends = (match.start() for match in _BREAK.finditer(text) if not _ABBREVIATED.search(text[: match.start()]))
    return next(islice(ends, count - 1, None), len(text))


def _last_sentence(before: str) -> int:
    start = 0
    for match in _SENTENCE.finditer(before):
        if not _ABBREVIATED.search(before[: match.start()]):
            start = match.end()
    return start


def _tokens(text: str) -> list[str]:
    return [token.casefold() for token in _TOKEN.findall(text)]


def _only_asides(text: str) -> bool:
    """Nothing but asides and describing words: "Axios, in turn, citing"."""
    tokens = [token for token in _tokens(text) if token not in _QUOTE_CHARACTERS]
    return len(tokens) <= 5 and all(
        token in ASIDES or token in {"with", "а", "і", "и", ")", "turn"} or DESCRIBING.fullmatch(token)
        for token in tokens
    )
