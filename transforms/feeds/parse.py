"""A feed's document to records. Runs in a worker process that can be killed: what feeds send can hang a parser."""

import calendar
import html
import io
import re
import time
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urljoin
from xml.parsers import expat

import feedparser
from selectolax.lexbor import LexborHTMLParser

from transforms.articles.urls import web_url
from transforms.model import Entry, Record

MAX_ENTRIES = 2000
MAX_DEPTH = 200
"""Elements inside one another; feedparser takes seconds for 100,000."""
MAX_TITLE = 1000
MAX_ID = 2000
MAX_NAME = 200
MAX_AUTHORS = 20
MAX_SUMMARY = 50_000
MAX_CONTENT = 500_000
"""Characters of an entry's fields that are kept."""
_DISCOVERED = 10
_HTML_TYPES = frozenset(("text/html", "application/xhtml+xml"))
_FEED_TYPES = re.compile(r"application/(rss|atom|rdf|feed)\+(xml|json)|application/(xml|json)|text/xml", re.IGNORECASE)
_PERIODS = {"hourly": 3600.0, "daily": 86400.0, "weekly": 7 * 86400.0, "monthly": 30 * 86400.0, "yearly": 365 * 86400.0}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_END_OF_ENTRY = re.compile(rb"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
_SKIPS = re.compile(rb"<skip(hours|days)\b[^>]*>(.{0,2000}?)</skip\1", re.IGNORECASE | re.DOTALL)
_SKIP = re.compile(rb"<(?:hour|day)>\s*([0-9A-Za-z]{1,9})\s*</", re.IGNORECASE)
_TOO_LATE = 4102444800.0
"""2100-01-01: a date after it is a mistake."""


class ParsedFeed(Record, frozen=True):
    """A feed's document as read."""

    title: str
    link: str
    language: str
    entries: tuple[Entry, ...]
    """With a readable http(s) link each; in the document's order."""
    ttl: float | None = None
    """Seconds that it asks to wait."""
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    left_out: int = 0
    """Entries without a readable link."""
    cut: bool = False
    """It had more than MAX_ENTRIES."""


class NotAFeed(Record, frozen=True):
    """What is at the feed's address is something else."""

    reason: str
    """For a person, without a full stop."""
    links: tuple[str, ...] = ()
    """Feeds that the page offers."""


class Unparsed(Record, frozen=True):
    """A document that could not be read to its end: beyond a cap, its worker killed, or the parser gave up."""

    reason: str


def parse_feed(body: bytes, headers: Mapping[str, str], url: str) -> ParsedFeed | NotAFeed | Unparsed:
    """Read a feed's document of any format that feedparser knows.

    Args:
        body: decoded of its Content-Encoding.
        headers: the answer's, names in lower case; Content-Type and Content-Location count.
        url: where it came from, after redirects: the base of its links.
    """
    if not body.strip():
        return Unparsed("an empty answer")
    try:
        return _read(body, headers, url)
    except Exception as error:  # noqa: BLE001 - whatever a hostile document can make a parser raise
        return Unparsed(f"the parser gave up: {type(error).__name__}: {error}"[:300])


def _read(body: bytes, headers: Mapping[str, str], url: str) -> ParsedFeed | NotAFeed | Unparsed:
    if _too_deep(body):
        return Unparsed(f"elements nested deeper than {MAX_DEPTH}")
    kept, cut = _first_entries(body)
    base = web_url(headers.get("content-location", ""), url) or url
    parsed = feedparser.parse(
        io.BytesIO(kept),  # never bytes or str: feedparser would open what looks like a path or URL
        response_headers={**headers, "content-location": base},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    if not parsed.version and not parsed.entries:
        return _not_a_feed(body, url)
    found = [_entry(entry, url, parsed.version) for entry in parsed.entries[:MAX_ENTRIES]]
    entries = tuple(entry for entry in found if entry is not None)
    feed = parsed.feed
    return ParsedFeed(
        title=_plain(feed, "title", MAX_TITLE, parsed.version),
        link=_web_link(feed.get("link"), url),
        language=_line(feed.get("language"), 40),
        entries=entries,
        ttl=_ttl(feed),
        skip_hours=tuple(sorted({int(hour) % 24 for hour in _skipped(body, b"hours") if hour.isdigit()})),
        skip_days=tuple(sorted({_DAYS.index(day) for day in _skipped(body, b"days") if day in _DAYS})),
        left_out=len(found) - len(entries),
        cut=cut or len(parsed.entries) > MAX_ENTRIES,
    )


def discover_feeds(body: bytes, url: str) -> tuple[str, ...]:
    """Addresses of the feeds that an HTML page offers by <link rel=alternate>, in its order."""
    tree = LexborHTMLParser(body[: 1 << 20])
    base = next((node.attributes.get("href") for node in tree.css("base[href]")), None)
    found: dict[str, None] = {}
    for node in tree.css("link[rel~=alternate][href], link[rel~=feed][href]"):
        kind, rel = node.attributes.get("type") or "", node.attributes.get("rel") or ""
        link = _web_link(node.attributes.get("href"), urljoin(url, base or ""))
        if link and (_FEED_TYPES.search(kind) or "feed" in rel.lower()):
            found.setdefault(link)
    return tuple(found)[:_DISCOVERED]


def _entry(entry: Any, url: str, version: str) -> Entry | None:
    """One entry; None without a link that can be asked for."""
    link = _web_link(entry.get("feedburner_origlink"), url) or _web_link(entry.get("link"), url)
    guid = _line(entry.get("id"), MAX_ID)
    link = link or (_web_link(guid, "") if guid.startswith("http") else "")
    if not link or link == url:  # an empty link resolves to the feed itself
        return None
    published, updated = _time(entry, "published_parsed"), _time(entry, "updated_parsed")
    if published is None and not version.startswith("atom"):  # dc:date is feedparser's "updated"
        published, updated = updated, None
    published = published if published is not None else _time(entry, "created_parsed")
    content = max((_text(part.get("value"), MAX_CONTENT) for part in entry.get("content", ())), key=len, default="")
    summary = _text(entry.get("summary"), MAX_SUMMARY)
    source = entry.get("source") or {}
    return Entry(
        feed=url,
        id=guid or link,
        link=link,
        title=_plain(entry, "title", MAX_TITLE, version),
        published=published,
        updated=updated,
        authors=tuple(_authors(entry)),
        summary="" if summary and content.startswith(summary) else summary,
        content=content,
        source=_plain(source, "title", MAX_NAME, version),
        source_url=_web_link(source.get("href") or source.get("link"), url),
    )


def _authors(entry: Any) -> Iterable[str]:
    names = [author.get("name") or "" for author in entry.get("authors", ())] or [entry.get("author") or ""]
    seen: dict[str, None] = {}
    for name in names[:MAX_AUTHORS]:
        seen.setdefault(_line(_strip_tags(name) if "<" in name else name, MAX_NAME))
    return (name for name in seen if name)


def _plain(record: Any, field: str, cap: int, version: str = "") -> str:
    """A text field as one line of plain text, markup taken off; only Atom can say that there is none."""
    value = record.get(field) or ""
    detail = record.get(f"{field}_detail") or {}
    if not isinstance(value, str):
        return ""
    value = value[: 10 * cap]
    literal = version.startswith("atom") and detail.get("type") not in _HTML_TYPES
    if not literal and ("<" in value or "&" in value):
        value = _strip_tags(value)
    return _line(value, cap)


def _strip_tags(value: str) -> str:
    if "<" not in value:
        return html.unescape(value)
    tree = LexborHTMLParser(value)
    tree.strip_tags(["script", "style", "noscript", "template"])
    body = tree.body
    return body.text() if body else ""


def _line(value: Any, cap: int) -> str:
    """One line without control characters."""
    if not isinstance(value, str):
        return ""
    value = "".join(
        " " if unicodedata.category(char) in {"Cc", "Zl", "Zp", "Cs"} else char for char in value[: 2 * cap]
    )
    return " ".join(value.split())[:cap]


def _text(value: Any, cap: int) -> str:
    """Markup as it stands, less what no text may hold."""
    if not isinstance(value, str):
        return ""
    return value[:cap].replace("\x00", "").encode("utf-8", "replace").decode()


def _web_link(value: Any, base: str) -> str:
    """An absolute http(s) link; empty: it is none."""
    return web_url(value, base) if isinstance(value, str) else ""


def _time(entry: Any, field: str) -> float | None:
    value = dict.get(entry, field)  # FeedParserDict.get would give published for updated
    if not isinstance(value, time.struct_time):
        return None
    try:
        moment = float(calendar.timegm(value))
    except (ValueError, OverflowError):
        return None
    return moment if 0 < moment < _TOO_LATE else None


def _ttl(feed: Any) -> float | None:
    """Seconds of RSS ttl (minutes) and of the syndication module's period over frequency, the longer one."""
    waits = []
    ttl = _line(feed.get("ttl"), 12)
    if ttl.isascii() and ttl.isdigit():
        waits.append(int(ttl) * 60.0)
    period = _PERIODS.get(_line(feed.get("sy_updateperiod"), 12).lower())
    frequency = _line(feed.get("sy_updatefrequency"), 6)
    if period:
        waits.append(period / max(1, int(frequency) if frequency.isascii() and frequency.isdigit() else 1))
    return max(waits, default=None)


def _skipped(body: bytes, what: bytes) -> list[str]:
    """RSS skipHours or skipDays, which feedparser leaves out."""
    for match in _SKIPS.finditer(body[:65536]):
        if match[1].lower() == what:
            return [value.decode("ascii").lower() for value in _SKIP.findall(match[2])]
    return []


def _first_entries(body: bytes) -> tuple[bytes, bool]:
    """The document without the entries past MAX_ENTRIES: parsing costs half a millisecond each."""
    ends = [match.end() for match in _END_OF_ENTRY.finditer(body)]
    if len(ends) <= MAX_ENTRIES:
        return body, False
    return body[: ends[MAX_ENTRIES - 1]] + body[ends[-1] :], True


def _too_deep(body: bytes) -> bool:
    depth = deepest = 0

    def opened(_name: str, _attributes: dict[str, str]) -> None:
        nonlocal depth, deepest
        depth += 1
        deepest = max(deepest, depth)
        if deepest > MAX_DEPTH:
            raise _DeepError

    def closed(_name: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    try:
        parser.Parse(body, True)  # noqa: FBT003 - positional in expat
    except _DeepError:
        return True
    except (expat.ExpatError, ValueError, LookupError):  # not well-formed, or in a charset that expat does not know
        pass
    return False


class _DeepError(Exception):
    pass


def _not_a_feed(body: bytes, url: str) -> NotAFeed:
    if re.search(rb"<html|<!doctype\s+html|<head|<body", body[:4096], re.IGNORECASE):
        return NotAFeed("HTML, not a feed", discover_feeds(body, url))
    return NotAFeed("not a feed")
