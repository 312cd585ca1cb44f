"""What a feed's documents have shown so far: entries by hour, and what the last document listed; pure.

It grows only when a document has changed: a poll that is answered 304, or with the same document, costs nothing here.
"""

import hashlib
import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import msgspec

from transforms.feeds.ports import NewEntry
from transforms.model import FeedCursor, Record, Seconds

HOUR = 3600.0
WEEKS_KEPT = 6
MOST_WEEKS = 52
ENOUGH = 60
"""Hours are kept for six weeks, and of a feed that publishes rarely until so many entries are known, but a year at most."""
MOST_IDS = 256
"""Of a longer document the smallest hashes stand for the rest: if only a hundredth of it is still listed in the next one,
some are met again with more than nine chances in ten."""
SHORTEST = 3
"""Entries that two documents must have, to be believed that they have nothing in common by chance."""
_WEEK = 7 * 24
_ID = 8
_MOST = 255
_WORD = re.compile(r"\w+")
_TITLE_WORDS = 3


class FeedHistory(Record, frozen=True):
    """A feed's past, as its documents show it."""

    since: Seconds
    """When its first document came."""
    start: int
    """The first hour that is counted, in hours since the epoch."""
    counts: bytes = b""
    """Entries new to the feed, hour by hour from start on, at most 255 each."""
    last_new: Seconds | None = None
    """When the last one was published, or first seen where that is not told or not to be believed."""
    newest: Seconds | None = None
    """Latest date of an entry in the last document."""
    listed: int = 0
    """Entries of the last document."""
    ids: bytes = b""
    """What the last document listed, as sorted hashes of eight bytes."""
    missed: Seconds | None = None
    """When a document came that had nothing in common with the one before."""
    missed_between: float = 0.0
    """Seconds from the poll before it."""
    missed_span: float | None = None
    """Seconds that the dates of its own entries cover."""
    missed_listed: int = 0
    """How many entries it had."""
    missed_late: bool = False
    """It was polled much later than planned: Wirewatch did not run, or the feed failed."""


def after_document(
    history: FeedHistory | None, before: FeedCursor, entries: Sequence[NewEntry], unmet: AbstractSet[str], now: Seconds
) -> FeedHistory:
    """The history once a document has been read.

    Args:
        history: before it; None: it is the feed's first document, whose entries count as old.
        before: the feed's cursor before this poll.
        entries: all that the document lists.
        unmet: guid keys that this feed has not listed before.
        now: seconds since the epoch.
    """
    hashes = [_hashes(new) for new in entries]
    dates = [new.entry.published for new in entries if new.entry.published is not None and new.entry.published <= now]
    ids = b"".join(sorted(set().union(*hashes))[:MOST_IDS])
    newest = max(dates, default=None)
    if history is None:
        return FeedHistory(since=now, start=int(now // HOUR), newest=newest, listed=len(entries), ids=ids)
    last = _ids(history)
    new = [one for one in entries if one.guid_key in unmet and _hash(one.link_key) not in last]
    polled = before.last_success if before.last_success is not None else history.since
    times = [_moment(one, polled, now) for one in new]
    start, counts = _counted(history, times, now)
    history = msgspec.structs.replace(
        history, start=start, counts=counts, last_new=max([*times, history.last_new or 0.0]) or None
    )
    met = len(new) < len(entries) or any(found & last for found in hashes)
    if not met and _is_cut_off(history, len(entries), min(dates, default=None)):
        planned = before.next_poll - polled
        history = msgspec.structs.replace(
            history,
            missed=now,
            missed_between=now - polled,
            missed_span=max(dates) - min(dates) if len(dates) > 1 else None,
            missed_listed=len(entries),
            missed_late=before.failures > 0 or now - polled > 2 * max(planned, HOUR),
        )
    return msgspec.structs.replace(history, newest=newest, listed=len(entries), ids=ids)


def _is_cut_off(history: FeedHistory, listed: int, oldest: Seconds | None) -> bool:
    """Does a document that has nothing in common with the last one leave a gap: does it not reach back by its dates?"""
    if listed < SHORTEST or history.listed < SHORTEST:
        return False
    return oldest is None or history.newest is None or oldest > history.newest


def _moment(new: NewEntry, polled: Seconds, now: Seconds) -> Seconds:
    """When an entry counts as having come: when it says, if that lies since the last poll."""
    published = new.entry.published
    return published if published is not None and polled <= published <= now else now


def _counted(history: FeedHistory, times: Sequence[Seconds], now: Seconds) -> tuple[int, bytes]:
    counts = bytearray(history.counts)
    start, end = history.start, int(now // HOUR) + 1
    counts.extend(bytes(max(0, end - start - len(counts))))
    for time in times:
        at = int(time // HOUR) - start
        if 0 <= at < len(counts):
            counts[at] = min(counts[at] + 1, _MOST)
    forgotten = surplus(counts)
    return start + forgotten, bytes(counts[forgotten:])


def surplus(counts: bytes | bytearray) -> int:
    """How many of the oldest hours are to be forgotten."""
    first = max(0, len(counts) - WEEKS_KEPT * _WEEK)
    known = sum(counts[first:])
    while first > 0 and first > len(counts) - MOST_WEEKS * _WEEK and known < ENOUGH:
        before = max(0, first - _WEEK)
        first, known = before, known + sum(counts[before:first])
    return first


def _ids(history: FeedHistory) -> frozenset[bytes]:
    return frozenset(history.ids[at : at + _ID] for at in range(0, len(history.ids), _ID))


def _hashes(new: NewEntry) -> set[bytes]:
    """An entry by its link, its guid and its title: a feed may rename any two of them."""
    words = _WORD.findall(new.entry.title.casefold())
    title = [" ".join(words)] if len(words) >= _TITLE_WORDS else []
    return {_hash(text) for text in (new.link_key, new.guid_key, *title)}


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=_ID).digest()
