"""A wire agency's own marks: dateline, byline, the desk's last line, rights line.

Marks differ from mentions: "WASHINGTON (AP) -" says whose copy the text is, "the AP reported" only whom it cites.
"""

import re
from collections.abc import Iterator

from transforms.model import CreditKind
from transforms.stories.credit_context import Hit
from transforms.stories.credit_patterns import PHOTO_AFTER, PHOTO_BEFORE
from transforms.stories.outlets import Mention, Outlet, OutletTable

_HEAD_CHARACTERS = 1500
_HEAD_LINES = 7
_END_LINES = 6
_PLACE_WORDS = 14
_DATELINE_CHARACTERS = 160
_BYLINE_CHARACTERS = 80

_MONTH = (
    r"(?:январ|феврал|март|апрел|ма[йя]|июн|июл|август|сентябр|октябр|ноябр|декабр|янв|фев|мар|апр|авг|сен|окт|ноя|дек|"
    r"січ|лют|берез|квіт|трав|черв|лип|серп|верес|жовт|листоп|груд)\w*"
)
_PLACE_TOKEN = re.compile(rf"[A-ZÀ-ÞА-ЯЁІЇЄҐŁŚŻ][\w.'’-]*|\d{{1,4}}|{_MONTH}|[a-zé]{{1,10}}\.?|[.,/()\[\]–—|:-]+")
_LOWER = re.compile(r"[a-zé]{1,10}\.?")
_MARK_BEFORE = re.compile(r"[(/\[–—\-.,:]\s*$")
_MARK_BEHIND = re.compile(r"\s*(?:[)/\]]|[-–—:.]\s|[–—])")
_DASH_BEHIND = re.compile(r"\s*\)?\.?\s*[-–—]{1,2}")
_STAFF = re.compile(
    r"^\W*(?:by|von|par|por|de|od|автор|автори|авторы)?\s*(?:the\s+)?$|^\W*(?:by|von|par|por)\s.{2,90}[,|/–—-]\s*(?:the\s+)?$",
    re.IGNORECASE,
)
_STAFF_BEHIND = re.compile(
    r"^\W*$|^\s*(?:staff|writers?|reporters?|correspondents?|(?:\w+\s){0,3}(?:writer|editor|reporter|correspondent)s?|"
    r"in \w+|news agency)\W*$|^\s*[|/,–—-]",
    re.IGNORECASE,
)
_DESK = re.compile(
    r"\(?\b(?:additional |further |writing and )?(?:reporting|writing|editing|compiled) (?:and \w+ )?by [^()\n]{3,300}?"
    r";\s*(?:additional |further )?(?:writing|editing|reporting|compiled)\b[^()\n]{0,20}\bby\b[^()\n]{2,200}\)?",
    re.IGNORECASE,
)
_DESK_SHORT = re.compile(r"\((?:additional )?(?:reporting|editing|writing) by [^()\n]{3,200}\)\s*$", re.IGNORECASE)
_WRITERS = re.compile(
    r"\b(?:Associated Press|AP)(?:['’]s)? (?:\w+ ){0,2}?(?:writers?|reporters?|journalists?|researchers?|correspondents?)\b"
)
_RIGHTS = re.compile(r"(?:©|\(c\)|copyright|all rights reserved)[^\n]{0,40}$", re.IGNORECASE)
_RIGHTS_SIGNS = ("©", "(c)", "copyright", "rights reserved")
_PHOTOGRAPHER = re.compile(r"^\s*/\s*\w")
_LAST_WORD = re.compile(r"(?:^|[\s.!?”\"»)])[(\[–—-]+\s*(?:\w{2,4}/)*$|^\W*$")
_INITIALS = re.compile(r"[(\[]([a-z]{2,4}(?:/[a-z]{2,4}){0,3})[)\]]\s*$")
"""Small letters at the end of a German text: "(afp/dpa)"."""
_AUTHOR_LINE = re.compile(
    r"^\W*(?:autor\w*|author|oprac\.?|aut\.?|von|by|par|por|автор\w*|redak\w+)\b[:.]?\s.{2,60}$", re.IGNORECASE
)
"""A name below the end of a text."""
_SOURCE_INITIALS = re.compile(r"^\W*(?:Quelle|Source)\s?n?:.{2,40},\s+([a-z]{2,4}(?:/[a-z]{2,4}){1,3})\s*$")
"""An outlet's last line that names itself and its agencies: "Quelle: ntv.de, jki/dpa"."""
_END = re.compile(r"^[\s.)\]/*]*$")


def agency_marks(
    authors: tuple[str, ...], beginning: str, ending: str, tail: str, outlets: OutletTable
) -> Iterator[Hit]:
    """Evidence that a text is an agency's copy, or in the same marks another outlet's.

    Args:
        authors: the bylines.
        beginning: of the report, its first lines at least.
        ending: of the report, its last lines at least.
        tail: what hangs below the report.
        outlets: the outlet table.
    """
    for author in authors:
        for mention in outlets.mentions(author) if len(author) <= _BYLINE_CHARACTERS else ():
            yield _marked(mention.outlet, 1.0, f"byline {author}")
    for line in beginning[:_HEAD_CHARACTERS].split("\n")[:_HEAD_LINES]:
        yield from _head_line(line, outlets)
    lines = [line for line in ending[-_HEAD_CHARACTERS:].split("\n") if line.strip()]
    if len(lines) > 1 and _AUTHOR_LINE.match(lines[-1]):
        lines.pop()
    for number, line in enumerate(lines[-_END_LINES:], 1):
        yield from _end_line(line, outlets, last=number == len(lines[-_END_LINES:]))
    for line in tail.split("\n"):
        yield from _rights(line, outlets)


def _marked(outlet: Outlet, weight: float, evidence: str) -> Hit:
    kind = CreditKind.AGENCY if outlet.agency else CreditKind.SOURCE
    return Hit(outlet, kind, weight, evidence)


def _head_line(line: str, outlets: OutletTable) -> Iterator[Hit]:
    """Dateline and byline: "LONDON, April 27 (Reuters) -", "By Ann Smith, Associated Press", "МОСКВА, 27 апр - РИА Новости"."""
    start = line[:_DATELINE_CHARACTERS]
    for mention in outlets.mentions(start):
        before, behind = start[: mention.start], start[mention.end :]
        bracketed = before.endswith(("(", "/", "[")) and behind[:1] in {")", "/", "]"}
        if (
            (bracketed or mention.outlet.agency)
            and _is_place(before)
            and _is_dateline(before, behind, bracketed=bracketed)
        ):
            yield _marked(mention.outlet, 1.0, line[: mention.end + 1].strip())
        elif (
            mention.outlet.agency
            and len(line) <= _BYLINE_CHARACTERS
            and "©" not in before
            and _STAFF.match(before)
            and _STAFF_BEHIND.match(behind)
        ):
            yield _marked(mention.outlet, 0.95, f"byline {line.strip()}")


def _is_place(before: str) -> bool:
    """Is what stands before the agency's name a place and a date?"""
    words = before.split()
    if len(words) > _PLACE_WORDS:
        return False
    tokens = _PLACE_TOKEN.findall(before)
    if sum(map(len, tokens)) != len(before.replace(" ", "").replace("\u00a0", "")):
        return False
    return sum(bool(_LOWER.fullmatch(token)) for token in tokens) <= 3


def _is_dateline(before: str, behind: str, *, bracketed: bool) -> bool:
    if bracketed:
        if not re.search(r"\w", behind):  # "(afp/dpa)" ends a text
            return bool(_DASH_BEHIND.match(behind[1:]))
        if _DASH_BEHIND.match(behind):
            return True
        return bool(before[:-1].strip()) and not any(_LOWER.fullmatch(word) for word in before.split())
    if not before.strip():
        return bool(re.match(r"\s+[–—-]{1,2}\s", behind))
    return bool(_MARK_BEFORE.search(before) and _MARK_BEHIND.match(behind))


def _end_line(line: str, outlets: OutletTable, *, last: bool) -> Iterator[Hit]:
    lowered = line.lower()
    if " by " in lowered and (match := _DESK.search(line) or _DESK_SHORT.search(line)):
        reuters = outlets.find("Reuters")
        if reuters:
            yield _marked(reuters, 0.95, match.group())
    if match := _WRITERS.search(line):
        associated_press = outlets.find("Associated Press")
        if associated_press:
            yield _marked(associated_press, 0.85, line)
    if (match := _INITIALS.search(line) or _SOURCE_INITIALS.search(line)) and last:
        for initials in match.group(1).split("/"):
            outlet = outlets.find(initials)
            if outlet and outlet.agency:
                yield _marked(outlet, 0.9, f"ends {match.group().strip()}")
    telling = last or any(sign in lowered for sign in _RIGHTS_SIGNS)
    for mention in outlets.mentions(line) if telling else ():
        before, behind = line[: mention.start], line[mention.end :]
        if match and last and mention.start >= match.start(1):
            continue
        if last and _END.match(behind) and _ends_with(before, mention):
            yield _marked(mention.outlet, 0.9, f"ends {line[max(0, mention.start - 3) :].strip()}")
        elif _has_rights(mention, before, behind):
            yield _marked(mention.outlet, 0.9, line)


def _ends_with(before: str, mention: Mention) -> bool:
    """Is the name a mark at the text's end, not its last sentence's last word?"""
    if mention.outlet.common and not before.strip():
        return False
    return bool(_LAST_WORD.search(before))


def _rights(line: str, outlets: OutletTable) -> Iterator[Hit]:
    """Rights lines: "© 2020 AFP", "Copyright 2018 The Associated Press. All rights reserved."."""
    for mention in outlets.mentions(line):
        if _has_rights(mention, line[: mention.start], line[mention.end :]):
            yield _marked(mention.outlet, 0.9, line)


def _has_rights(mention: Mention, before: str, behind: str) -> bool:
    """Are the text's rights the agency's, not a photograph's: "© Reuters/ Stringer"?"""
    photo = PHOTO_BEFORE.search(before) or PHOTO_AFTER.match(behind) or _PHOTOGRAPHER.match(behind)
    return bool(mention.outlet.agency and _RIGHTS.search(before) and not photo)
