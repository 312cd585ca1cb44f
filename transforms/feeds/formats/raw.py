"""What a feed's document says, whatever its format: field by field as feedparser would give it, nothing cleaned yet."""

import calendar
import re
import time
from dataclasses import dataclass, field
from typing import Any

PLAIN_LINK = re.compile(
    r"https?://[a-zA-Z0-9][a-zA-Z0-9.-]{0,200}(?:/[\w.~%/+,@=-]{0,1500}(?:\?[\w=&%.~+-]{1,1500})?)?", re.ASCII
)
"""An absolute link that joining to any base leaves as it is: most are, and joining costs ten times this."""


@dataclass(slots=True)
class RawEntry:
    """One entry. Links are absolute where they were resolved against the document's base, and may be no web links."""

    id: str = ""
    link: str = ""
    origlink: str = ""
    """The publisher's own link behind a feed service's."""
    title: str = ""
    literal: bool = False
    """The title is plain text by the format's own word: what looks like markup in it is none."""
    published: float | None = None
    updated: float | None = None
    created: float | None = None
    """Seconds since the epoch."""
    summary: str = ""
    contents: list[str] = field(default_factory=list)
    base: str = ""
    """What relative links in summary and contents rest on."""
    authors: list[str] = field(default_factory=list)
    """Names; empty where there is only an address."""
    source: str = ""
    source_link: str = ""
    enclosures: list[str] = field(default_factory=list)
    """Addresses; read so that they are not taken for the entry's link, never asked for."""


@dataclass(slots=True)
class RawFeed:
    """A document."""

    title: str = ""
    literal: bool = False
    link: str = ""
    language: str = ""
    ttl: str = ""
    period: str = ""
    frequency: str = ""
    """RSS ttl, and the syndication module's updatePeriod and updateFrequency, as they stand."""
    atom: bool = False
    """Only Atom tells published from updated; elsewhere the only date is the publication's."""
    entries: list[RawEntry] = field(default_factory=list)


def seconds(moment: Any) -> float | None:
    """Seconds since the epoch of a time tuple in UTC; None: it is none, or beyond the calendar."""
    if not isinstance(moment, time.struct_time):
        return None
    try:
        return float(calendar.timegm(moment))
    except (ValueError, OverflowError):
        return None
