"""A feed's document to records. Runs in a worker process that can be killed: what feeds send can hang a parser."""

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from transforms.articles.urls import url_key, web_url
from transforms.feeds.answers import body_hash
from transforms.feeds.formats.raw import PLAIN_LINK, RawEntry, RawFeed
from transforms.feeds.formats.read import MAX_DEPTH, MAX_ENTRIES, Reader, read_document
from transforms.model import Entry, Record, Seconds

__all__ = [
    "MAX_ENTRIES",
    "NotAFeed",
    "ParsedFeed",
    "Unparsed",
    "clean_entry",
    "discover_feeds",
    "parse_feed",
    "plain_text",
    "with_absolute_links",
]

MAX_TITLE = 1000
MAX_ID = 2000
MAX_NAME = 200
MAX_AUTHORS = 20
MAX_SUMMARY = 50_000
MAX_CONTENT = 500_000
"""Characters of an entry's fields that are kept."""
_DISCOVERED = 10
_FEED_TYPES = re.compile(r"application/(rss|atom|rdf|feed)\+(xml|json)|application/(xml|json)|text/xml", re.IGNORECASE)
_PERIODS = {"hourly": 3600.0, "daily": 86400.0, "weekly": 7 * 86400.0, "monthly": 30 * 86400.0, "yearly": 365 * 86400.0}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SKIPS = re.compile(rb"<skip(hours|days)\b[^>]*>(.{0,2000}?)</skip\1", re.IGNORECASE | re.DOTALL)
_SKIP = re.compile(rb"<(?:hour|day)>\s*([0-9A-Za-z]{1,9})\s*</", re.IGNORECASE)
_LINK = re.compile(
    r"""((?:href(?<!\whref)|src(?<!\wsrc))=)(["'])(?![a-zA-Z][a-zA-Z0-9+.-]*:|\#)([^"'<>]{1,2000})\2""", re.ASCII
)
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
    listed: str = ""
    """Hash of the entries' links and titles, in whatever order."""
    latest: Seconds | None = None
    """The latest date of an entry."""


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
    reading = read_document(body, headers, url)
    if reading.too_deep:
        return Unparsed(f"elements nested deeper than {MAX_DEPTH}")
    if reading.reader is Reader.SITEMAP and reading.feed is None:
        links = tuple(link for offered in reading.links if (link := web_url(offered, url)))
        return NotAFeed("a sitemap index, not a feed" if reading.links else "a sitemap without news", links)
    feed = reading.feed
    if feed is None:
        return _not_a_feed(body, url)
    found = [clean_entry(entry, url, atom=feed.atom) for entry in feed.entries]
    entries = tuple(entry for entry in found if entry is not None)
    return ParsedFeed(
        title=plain_text(feed.title, MAX_TITLE, literal=feed.literal),
        link=web_url(feed.link, url),
        language=_line(feed.language, 40),
        entries=entries,
        ttl=_ttl(feed),
        skip_hours=tuple(sorted({int(hour) % 24 for hour in _skipped(body, b"hours") if hour.isdigit()})),
        skip_days=tuple(sorted({_DAYS.index(day) for day in _skipped(body, b"days") if day in _DAYS})),
        left_out=len(found) - len(entries),
        cut=reading.cut,
        listed=_listing_hash(entries),
        latest=max(
            (date for one in entries for date in (one.published, one.updated) if date is not None), default=None
        ),
    )


def _listing_hash(entries: Iterable[Entry]) -> str:
    """Tells a document that lists the same entries as another."""
    keys = sorted(f"{url_key(entry.link)} {entry.title}" for entry in entries)
    return body_hash("\n".join(keys).encode("utf-8", "replace"))


def discover_feeds(body: bytes, url: str) -> tuple[str, ...]:
    """Addresses of the feeds that an HTML page offers by <link rel=alternate>, in its order."""
    tree = LexborHTMLParser(body[: 1 << 20])
    base = next((node.attributes.get("href") for node in tree.css("base[href]")), None)
    found: dict[str, None] = {}
    for node in tree.css("link[rel~=alternate][href], link[rel~=feed][href]"):
        kind, rel = node.attributes.get("type") or "", node.attributes.get("rel") or ""
        link = web_url(node.attributes.get("href") or "", urljoin(url, base or ""))
        if link and (_FEED_TYPES.search(kind) or "feed" in rel.lower()):
            found.setdefault(link)
    return tuple(found)[:_DISCOVERED]


def clean_entry(raw: RawEntry, url: str, *, atom: bool) -> Entry | None:
    """One entry as it is kept; None without a link that can be asked for.

    Args:
        raw: as read.
        url: the feed's, after redirects.
        atom: the document tells published from updated; elsewhere its only date is the publication's.
    """
    guid = _line(raw.id, MAX_ID)
    link = _web_link(raw.origlink, url) or _web_link(raw.link, url)
    link = link or (_web_link(guid, "") if guid.startswith("http") else "")
    if not link or link == url:  # an empty link resolves to the feed itself
        return None
    published, updated = _moment(raw.published), _moment(raw.updated)
    if published is None and not atom:  # dc:date is feedparser's "updated"
        published, updated = updated, None
    content = max((_text(part, MAX_CONTENT) for part in raw.contents), key=len, default="")
    summary = _text(raw.summary, MAX_SUMMARY)
    summary = "" if summary and content.startswith(summary) else summary
    base = raw.base or url
    return Entry(
        feed=url,
        id=guid or link,
        link=link,
        title=plain_text(raw.title, MAX_TITLE, literal=raw.literal),
        published=published if published is not None else _moment(raw.created),
        updated=updated,
        authors=tuple(_authors(raw.authors)),
        summary=with_absolute_links(summary, base)[:MAX_SUMMARY],
        content=with_absolute_links(content, base)[:MAX_CONTENT],
        source=plain_text(raw.source, MAX_NAME, literal=False),
        source_url=_web_link(raw.source_link, url),
    )


def with_absolute_links(markup: str, base: str) -> str:
    """The markup with its relative links (href, src; quoted) made absolute, all else as it was."""
    if not _may_have_relative_links(markup):
        return markup

    def absolute(match: re.Match[str]) -> str:
        before = markup[max(0, match.start() - MAX_ID) : match.start()]
        if before.rfind("<") <= before.rfind(">"):  # not in a tag: an article may be about HTML
            return match[0]
        try:
            joined = urljoin(base, html.unescape(match[3]).strip())
        except ValueError:
            return match[0]
        return f'{match[1]}"{html.escape(joined)}"'

    return _LINK.sub(absolute, markup)


def _may_have_relative_links(markup: str) -> bool:
    """Counted rather than searched for, which is what makes it cheap: most markup has none."""
    return markup.count("href=") != markup.count('href="http') or markup.count("src=") != markup.count('src="http')


def _authors(names: list[str]) -> Iterable[str]:
    seen: dict[str, None] = {}
    for name in names[:MAX_AUTHORS]:
        seen.setdefault(_line(_strip_tags(name) if "<" in name else name, MAX_NAME))
    return (name for name in seen if name)


def plain_text(value: str, cap: int = MAX_TITLE, *, literal: bool) -> str:
    """One line of plain text, markup taken off unless there is none by the format's own word."""
    value = value[: 10 * cap]
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


def _line(value: str, cap: int) -> str:
    """One line without control characters."""
    value = value[: 2 * cap]
    if not value.isprintable():
        value = "".join(" " if unicodedata.category(char) in {"Cc", "Zl", "Zp", "Cs"} else char for char in value)
    return " ".join(value.split())[:cap]


def _text(value: str, cap: int) -> str:
    """Markup as it stands, less what no text may hold."""
    value = value[:cap]
    return (
        value if value.isascii() and "\0" not in value else value.replace("\0", "").encode("utf-8", "replace").decode()
    )


def _web_link(value: str, base: str) -> str:
    """An absolute http(s) link; empty: it is none."""
    if not value or PLAIN_LINK.fullmatch(value):
        return value
    return web_url(value, base)


def _moment(value: float | None) -> float | None:
    return value if value is not None and 0 < value < _TOO_LATE else None


def _ttl(feed: RawFeed) -> float | None:
    """Seconds of RSS ttl (minutes) and of the syndication module's period over frequency, the longer one."""
    waits = []
    ttl = _line(feed.ttl, 12)
    if ttl.isascii() and ttl.isdigit():
        waits.append(int(ttl) * 60.0)
    period = _PERIODS.get(_line(feed.period, 12).lower())
    frequency = _line(feed.frequency, 6)
    if period:
        waits.append(period / max(1, int(frequency) if frequency.isascii() and frequency.isdigit() else 1))
    return max(waits, default=None)


def _skipped(body: bytes, what: bytes) -> list[str]:
    """RSS skipHours or skipDays, which feedparser leaves out."""
    for match in _SKIPS.finditer(body[:65536]):
        if match[1].lower() == what:
            return [value.decode("ascii").lower() for value in _SKIP.findall(match[2])]
    return []


def _not_a_feed(body: bytes, url: str) -> NotAFeed:
    if re.search(rb"<html|<!doctype\s+html|<head|<body", body[:4096], re.IGNORECASE):
        return NotAFeed("HTML, not a feed", discover_feeds(body, url))
    return NotAFeed("not a feed")
