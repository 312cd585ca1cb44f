"""Any feed, however broken: feedparser's answer."""

import io
import re
from collections.abc import Mapping
from typing import Any

import feedparser

from transforms.feeds.formats.raw import RawEntry, RawFeed, seconds

_HTML_TYPES = frozenset(("text/html", "application/xhtml+xml"))
_CDF = re.compile(rb"\s*(?:<\?[^>]*>\s*|<!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*<channel[\s>]", re.IGNORECASE | re.DOTALL)


def read_any(body: bytes, headers: Mapping[str, str]) -> RawFeed | None:
    """Read RSS of all versions, RDF, Atom 0.3 and 1.0, and CDF; None: it is none of them.

    Neither sanitised nor with the links inside of texts resolved: both happen later, once, to what is kept.

    Args:
        body: the document.
        headers: names in lower case; Content-Type, Content-Language and Content-Location (the base of links) count.
    """
    parsed = feedparser.parse(
        io.BytesIO(body),  # never bytes or str: feedparser would open what looks like a path or URL
        response_headers=dict(headers),
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    if not parsed.version and not parsed.entries and not _CDF.match(body[:4096]):
        return None
    feed, atom = parsed.feed, parsed.version.startswith("atom")
    return RawFeed(
        title=_text(feed, "title"),
        literal=_literal(feed, atom=atom),
        link=_text(feed, "link"),
        language=_text(feed, "language"),
        ttl=_text(feed, "ttl"),
        period=_text(feed, "sy_updateperiod"),
        frequency=_text(feed, "sy_updatefrequency"),
        atom=atom,
        entries=[_entry(entry, atom=atom) for entry in parsed.entries],
    )


def _entry(entry: Any, *, atom: bool) -> RawEntry:
    source = entry.get("source")
    source = source if isinstance(source, dict) else {}
    contents = [part for part in entry.get("content") or () if isinstance(part, dict)]
    bases = [part.get("base") or "" for part in (entry.get("summary_detail") or {}, *contents)]
    links = [link for link in entry.get("links") or () if isinstance(link, dict)]
    enclosures = [_text(link, "href") for link in links if link.get("rel") == "enclosure"]
    link = _text(entry, "link")
    if atom and link and link in enclosures:  # feedparser lets the last link written as text win, whatever it is of
        link = next((_text(other, "href") for other in reversed(links) if other.get("rel") == "alternate"), link)
    return RawEntry(
        id=_text(entry, "id"),
        link=link,
        origlink=_text(entry, "feedburner_origlink"),
        title=_text(entry, "title"),
        literal=_literal(entry, atom=atom),
        # not entry.get, which would give published for updated
        published=seconds(dict.get(entry, "published_parsed")),
        updated=seconds(dict.get(entry, "updated_parsed")),
        created=seconds(dict.get(entry, "created_parsed")),
        summary=_text(entry, "summary"),
        contents=[_text(part, "value") for part in contents],
        base=bases[-1],
        authors=[_text(author, "name") for author in entry.get("authors") or ()] or _named(entry),
        source=_text(source, "title"),
        source_link=_text(source, "href") or _text(source, "link"),
        enclosures=enclosures,
    )


def _named(entry: Any) -> list[str]:
    author = _text(entry, "author")
    return [author] if author else []


def _literal(record: Any, *, atom: bool) -> bool:
    detail = record.get("title_detail")
    return atom and isinstance(detail, dict) and detail.get("type") not in _HTML_TYPES


def _text(record: Any, name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""
