"""Which entries are new, changed, known or known under another link; pure."""

import hashlib
import re
from collections import Counter

import msgspec

from transforms.articles.urls import url_key
from transforms.feeds.parse import ParsedFeed
from transforms.feeds.ports import Acceptance, NewEntry, Seen, host_hash
from transforms.model import Entry, FeedCursor

UPDATED_BY = 300.0
"""Seconds by which `updated` has to move for an entry to count as changed when its title has not."""
LIKE_TITLE = 0.6
"""Share of words in common (Jaccard) from which two titles of one guid are one entry's."""
TWIN_WORDS = 3
"""Words of a title from which it may, with path and time, tell an entry."""
RESET_SHARE = 0.8
RESET_ENTRIES = 5
"""From this many entries on: when this share of a document claims one moment of update, the feed has reset its dates."""
RESET_SPAN = 600.0

_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"\w+")


def accept_entry(entry: Entry, by_link: Seen | None, by_guid: Seen | None) -> Acceptance:
    """What an entry is to us.

    Args:
        entry: as parsed.
        by_link: what is remembered under its link.
        by_guid: what is remembered under its feed's guid.
    """
    if by_link is not None:
        return Acceptance.CHANGED if _changed(entry, by_link) else Acceptance.KNOWN
    if by_guid is not None and like_title(entry.title, by_guid.title):
        return Acceptance.ALIAS
    return Acceptance.NEW


def like_title(one: str, other: str) -> bool:
    """Do two titles say about the same? An empty one says nothing against it."""
    words, others = set(_WORD.findall(one.casefold())), set(_WORD.findall(other.casefold()))
    if not words or not others:
        return True
    return len(words & others) >= LIKE_TITLE * len(words | others)


def new_entries(
    cursor: FeedCursor, parsed: ParsedFeed, *, now: float, first_poll_age: float, max_age: float
) -> list[NewEntry]:
    """A document's entries, ready to be accepted, each link once.

    Args:
        cursor: the feed's, before this poll: without a success so far it is its first.
        parsed: the document.
        now: seconds since the epoch.
        first_poll_age: seconds; what is older in a first poll is only remembered.
        max_age: seconds; what is older raises no alert.
    """
    first = cursor.last_success is None
    outlet = cursor.feed.name or parsed.title
    dates_reset = _dates_reset(parsed.entries)
    found: dict[str, NewEntry] = {}
    twins = Counter(map(_twin, parsed.entries))
    for parsed_entry in parsed.entries:
        entry = msgspec.structs.replace(
            parsed_entry,
            feed=cursor.feed.url,
            outlet=outlet,
            updated=None if dates_reset else parsed_entry.updated,
        )
        key = link_key(entry.link)
        twin = _twin(parsed_entry)
        dated = entry.published if entry.published is not None else parsed_entry.updated
        found.setdefault(
            key,
            NewEntry(
                entry=entry,
                link_key=key,
                guid_key=guid_key(cursor.feed.url, twin if twin and twins[twin] == 1 else entry.id),
                host_hash=host_hash(entry.link),
                backfilled=dated is not None and dated < now - max_age,
                seen_only=first and dated is not None and dated < now - first_poll_age,
            ),
        )
    return list(found.values())


def link_key(link: str) -> str:
    """Hash of the normalised link, 32 hex digits."""
    return _digest(url_key(link))


def guid_key(feed: str, guid: str) -> str:
    """Hash of (feed, guid), 32 hex digits."""
    return _digest(f"{feed}\n{guid}")


def shard_of(url: str, count: int) -> int:
    """Index of the shard, of `count`, that asks this URL's host."""
    return host_hash(url) % count


def _changed(entry: Entry, seen: Seen) -> bool:
    if entry.updated is None:
        return False
    if entry.title != seen.title and (seen.updated is None or entry.updated > seen.updated):
        return True
    return seen.updated is not None and entry.updated >= seen.updated + UPDATED_BY


def _dates_reset(entries: tuple[Entry, ...]) -> bool:
    """Does nearly every entry claim to have been updated at one moment? Then none is believed."""
    updates = sorted(entry.updated for entry in entries if entry.updated is not None)
    needed = max(RESET_ENTRIES, int(RESET_SHARE * len(entries)))
    return any(updates[first + needed - 1] - updates[first] <= RESET_SPAN for first in range(len(updates) - needed + 1))


def _twin(entry: Entry) -> str:
    """What names an entry whose guid is its link and whose link has a query; "": its guid does.

    Such a guid says nothing that the link does not: where a publisher renames a parameter, both are unknown at once. So
    path, title and time name it, with those parameters whose value has a digit: `?id=1` and `?id=2` stay two.
    """
    page, _, query = url_key(entry.link).partition("?")
    if not query or entry.published is None or len(_WORD.findall(entry.title)) < TWIN_WORDS:
        return ""
    if url_key(entry.id) != f"{page}?{query}":
        return ""
    numbered = "&".join(pair for pair in query.split("&") if _DIGIT.search(pair.partition("=")[2]))
    return f"{page}?{numbered}\n{entry.published:.0f}\n{entry.title.casefold()}"


def _digest(text: str) -> str:
    """Not xxhash: a hostile feed that finds collisions could hide another feed's links."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()
