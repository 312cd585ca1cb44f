"""A feed's document by whichever reader is right for it."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple
from xml.parsers import expat

from transforms.articles.urls import web_url
from transforms.feeds.formats.charset import as_utf8
from transforms.feeds.formats.fast import read_plain
from transforms.feeds.formats.jsonfeed import read_json_feed
from transforms.feeds.formats.raw import RawFeed
from transforms.feeds.formats.sitemap import is_sitemap, read_sitemap
from transforms.feeds.formats.tolerant import read_any

MAX_ENTRIES = 2000
MAX_DEPTH = 200
"""Elements inside one another; feedparser takes seconds for 100,000."""

_ILLEGAL = re.compile(rb"[\x01-\x08\x0b\x0c\x0e-\x1f]")
"""What no XML 1.0 document may hold."""
_DECLARATION = re.compile(rb"""(?:<\?xml(?:(?!encoding)[^<>])*(?:encoding=["']utf-8["'])?[^<>]*\?>)?""", re.IGNORECASE)
_OTHER_CHARSET = re.compile(r"charset(?!=[\"']?utf-8\b)", re.IGNORECASE)
_END_OF_ENTRY = re.compile(rb"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)


class Reader(StrEnum):
    """Who read a document."""

    FAST = "fast"
    FEEDPARSER = "feedparser"
    JSON = "json"
    SITEMAP = "sitemap"


class Reading(NamedTuple):
    """What came of a document."""

    reader: Reader
    feed: RawFeed | None = None
    """None: it is none."""
    cut: bool = False
    """It had more than MAX_ENTRIES."""
    too_deep: bool = False
    links: tuple[str, ...] = ()
    """Sitemaps that an index offers."""


def read_document(body: bytes, headers: Mapping[str, str], url: str) -> Reading:
    """Read a feed's document of any format.

    Args:
        body: decoded of its Content-Encoding.
        headers: the answer's, names in lower case; Content-Type, Content-Language and Content-Location count.
        url: where it came from, after redirects: the base of its links.
    """
    base = web_url(headers.get("content-location", ""), url) or url
    text = as_utf8(body, headers.get("content-type", ""))
    if text is not None:
        if text.startswith(b"{"):
            return _capped(Reader.JSON, read_json_feed(text, MAX_ENTRIES))
        if is_sitemap(text):
            found = read_sitemap(text, MAX_ENTRIES)
            if isinstance(found, tuple):
                return Reading(Reader.SITEMAP, links=found)
            return _capped(Reader.SITEMAP, found)
        feed = read_plain(text, base, headers.get("content-language", ""), MAX_ENTRIES)
        if feed is not None:
            return Reading(Reader.FAST, feed)
    headers = {**headers, "content-location": base}
    in_utf8 = text == body and not _OTHER_CHARSET.search(headers.get("content-type", ""))
    if text is not None and b"<?xml" not in text[:5]:
        body, headers = text, {**headers, "content-type": "application/xml; charset=utf-8"}
    if _too_deep(body):
        return Reading(Reader.FEEDPARSER, too_deep=True)
    kept, cut = _first_entries(body)
    reading = _capped(Reader.FEEDPARSER, read_any(_given_up_early(kept) if in_utf8 else kept, headers))
    return reading._replace(cut=cut or reading.cut)


def _capped(reader: Reader, feed: RawFeed | None) -> Reading:
    cut = feed is not None and len(feed.entries) > MAX_ENTRIES
    if feed is not None:
        del feed.entries[MAX_ENTRIES:]
    return Reading(reader, feed, cut)


def _first_entries(body: bytes) -> tuple[bytes, bool]:
    """The document without the entries past MAX_ENTRIES: parsing costs half a millisecond each."""
    ends = [match.end() for match in _END_OF_ENTRY.finditer(body)]
    if len(ends) <= MAX_ENTRIES:
        return body, False
    return body[: ends[MAX_ENTRIES - 1]] + body[ends[-1] :], True


def _given_up_early(body: bytes) -> bytes:
    """A document with an illegal character, with one more in front, outside of any element, where nobody reads it.

    feedparser's strict parser fails at the first one, wherever it stands, and its loose one starts from the beginning:
    what the strict one has read until then is thrown away.
    """
    declared = _DECLARATION.match(body)
    if declared is None or not _ILLEGAL.search(body) or b"<!DOCTYPE" in body:
        return body
    return body[: declared.end()] + b"\x01" + body[declared.end() :]


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
