"""JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1)."""

import html
from typing import Any

import msgspec
from feedparser.datetimes import _parse_date  # RFC 3339, and what is sent instead

from transforms.feeds.formats.raw import RawEntry, RawFeed, seconds


def read_json_feed(body: bytes, most: int) -> RawFeed | None:
    """Read the feed; None: JSON of another kind, or none.

    A field of the wrong type counts as missing. Plain text content is escaped, so that content is HTML as elsewhere.

    Args:
        body: in UTF-8.
        most: entries to read, and one more to tell that there are more.
    """
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return None
    if not isinstance(found, dict) or not isinstance(found.get("items"), list) or "version" not in found:
        return None
    return RawFeed(
        title=_text(found, "title"),
        literal=True,
        link=_text(found, "home_page_url"),
        language=_text(found, "language"),
        atom=True,
        entries=[_entry(item) for item in found["items"][: most + 1] if isinstance(item, dict)],
    )


def _entry(item: dict[str, Any]) -> RawEntry:
    id_ = item.get("id")
    link = _text(item, "url") or _text(item, "external_url")
    content = _text(item, "content_html") or html.escape(_text(item, "content_text"), quote=False)
    people = [person for person in _list(item, "authors") or [item.get("author")] if isinstance(person, dict)]
    return RawEntry(
        id=str(id_) if isinstance(id_, str | int | float) and not isinstance(id_, bool) else "",
        link=link,
        title=_text(item, "title"),
        literal=True,
        published=_moment(item, "date_published"),
        updated=_moment(item, "date_modified"),
        summary=html.escape(_text(item, "summary"), quote=False),
        contents=[content] if content else [],
        authors=[name for person in people if (name := _text(person, "name"))],
        enclosures=[_text(part, "url") for part in _list(item, "attachments") if isinstance(part, dict)],
    )


def _moment(item: dict[str, Any], name: str) -> float | None:
    return seconds(_parse_date(_text(item, name)))


def _list(item: dict[str, Any], name: str) -> list[Any]:
    value = item.get(name)
    return value if isinstance(value, list) else []


def _text(item: dict[str, Any], name: str) -> str:
    value = item.get(name)
    return value.strip() if isinstance(value, str) else ""
