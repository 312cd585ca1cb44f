"""Moments as publishers write them, as seconds since the epoch, UTC."""

import math
import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from dateutil import parser as dateutil_parser  # type: ignore[import-untyped]
from dateutil import tz

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC).timestamp()
"""Before the web nothing was published on it: an earlier date is an error (mostly 1970, 0001)."""

_LONGEST = 100
_HOURS = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2,
    "EEST": 3, "MSK": 3, "TRT": 3, "AST": -4, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7, "AKST": -9, "HST": -10, "IST": 5.5, "PKT": 5, "WIB": 7, "HKT": 8, "SGT": 8, "JST": 9, "KST": 9,
    "AEST": 10, "AEDT": 11, "ACST": 9.5, "AWST": 8, "NZST": 12, "NZDT": 13, "SAST": 2, "EAT": 3, "WAT": 1,
}  # fmt: skip
_PLACES = {"ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles"}
"""Names that mean what the clock there says, summer or winter."""
_ZONES = {name: tz.tzoffset(name, int(hours * 3600)) for name, hours in _HOURS.items()} | {
    name: tz.gettz(place) for name, place in _PLACES.items()
}
_EPOCH = re.compile(r"\d{9,13}(?:\.\d+)?")
_ISO_LIKE = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)\s*(Z|z|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d)?(?:\[[\w/]+\])?"
)
_DATE_ONLY = re.compile(r"\d{4}-\d\d-\d\d|\d{8}")
_DOTTED = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}")
_MIDNIGHT = datetime(1, 1, 1)  # noqa: DTZ001 - whether a zone was written must show
_HAS_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_HAS_DAY = re.compile(r"(?<!\d)\d{1,2}(?!\d)")


class Moment(NamedTuple):
    """A publication time and how much its words said."""

    seconds: float
    precise: bool
    """With time of day and zone; otherwise the missing ones are taken as midnight and UTC."""


def parse_date(text: str) -> float | None:
    """Seconds since the epoch, UTC, of a date in ISO 8601, RFC 822 or plain English order, or of an epoch number.

    A missing zone is UTC, a missing time midnight; None: not a date, or not one between EARLIEST's century and 9999.
    """
    moment = parse_moment(text)
    return None if moment is None else moment.seconds


def parse_moment(text: str) -> Moment | None:
    """As parse_date, with the precision of what was written."""
    text = " ".join(text.split())
    if not text or len(text) > _LONGEST:
        return None
    try:
        return _iso(text) or _epoch(text) or _rfc822(text) or _words(text)
    except (ValueError, OverflowError, TypeError):  # what the parsers raise for days and zones that do not exist
        return None


def _iso(text: str) -> Moment | None:
    if _DATE_ONLY.fullmatch(text):
        return _moment(datetime.fromisoformat(text), precise=False)
    match = _ISO_LIKE.fullmatch(text)
    if not match:
        return None
    day, time, zone = match.groups()
    zone = "+00:00" if zone and not zone.startswith(("+", "-")) else zone or ""
    return _moment(datetime.fromisoformat(f"{day}T{time.replace(',', '.')}{zone}"), precise=bool(zone))


def _epoch(text: str) -> Moment | None:
    if not _EPOCH.fullmatch(text):
        return None
    seconds = float(text)
    seconds = seconds / 1000 if seconds >= 1e11 else seconds  # milliseconds, as JavaScript counts
    return Moment(seconds, precise=True)


def _rfc822(text: str) -> Moment | None:
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    name = text.rpartition(" ")[2].strip("()").upper()
    if when.tzinfo is None and name in _ZONES:
        when = when.replace(tzinfo=_ZONES[name])
    return _moment(when, precise=when.tzinfo is not None)


def _words(text: str) -> Moment | None:
    """Such as "May 4, 2024 10:15 a.m. ET", "4 May 2024": only with a day and a year, lest a guess looks like knowledge."""
    if not _HAS_YEAR.search(text) or not _HAS_DAY.search(text):
        return None
    text = re.sub(r"\b([ap])\.m\.", r"\1m", text, flags=re.IGNORECASE)
    day_first = _DOTTED.match(text) is not None
    when = dateutil_parser.parse(text, tzinfos=_zone, default=_MIDNIGHT, dayfirst=day_first)
    return _moment(when, precise=when.tzinfo is not None)


def _zone(name: str | None, offset: int | None) -> tzinfo | None:
    return timezone(timedelta(seconds=offset)) if offset is not None else _ZONES.get(name or "")


def _moment(when: datetime, *, precise: bool) -> Moment | None:
    seconds = (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    return Moment(seconds, precise) if math.isfinite(seconds) else None


def plausible(published: float | None, now: float) -> float:
    """The publication time bounded to what can be: what is missing, in the future or before the web is now."""
    if published is None or not EARLIEST <= published <= now:
        return now
    return published
