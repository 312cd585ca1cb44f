"""What following feeds needs of a store, as a protocol; pipeline.store implements it."""

import functools
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlsplit
from zlib import crc32

from transforms.model import Entry, FeedCursor, InboxRow, Record, Seconds


class Shard(Record, frozen=True):
    """A share of hosts, followed by one event loop: hosts whose hash modulo count is index."""

    index: int = 0
    count: int = 1


@functools.lru_cache(16_384)
def host_hash(url: str) -> int:
    """32-bit hash of a URL's host (lower case; "" where there is none): places feeds and rows in a shard, at every run alike."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    return crc32(host.encode("utf-8", "replace"))


class Seen(Record, frozen=True):
    """What is remembered of an entry met before."""

    link_key: str
    guid_key: str
    title: str
    updated: Seconds | None


class Acceptance(StrEnum):
    """What an entry is to us."""

    NEW = "new"
    CHANGED = "changed"
    """Known link, but the entry says that it was updated: read again, a revision."""
    KNOWN = "known"
    ALIAS = "alias"
    """Known guid of the same feed under a new link with a like title."""


class NewEntry(Record, frozen=True):
    """A parsed entry with where and how its page is to be read."""

    entry: Entry
    link_key: str
    """Hash of the normalised link."""
    guid_key: str
    """Hash of (feed, guid)."""
    host_hash: int
    """32-bit hash of the page's host: places the row in a shard."""
    backfilled: bool = False
    """Older than alerts.max_age."""
    seen_only: bool = False
    """Too old for a feed's first poll: remembered as seen, not read."""


class KeptRobots(Record, frozen=True):
    """A site's robots file as it is kept."""

    host: str
    until: Seconds
    """It holds until then."""
    text: str = ""
    """The file, where one was read."""
    refusal: str = ""
    """Why nothing is allowed, where the file does not say so; for a person."""
    allows_all: bool = False
    """There is none."""
    passing: bool = False
    """It could not be had, which may be otherwise soon."""
    crawl_delay: float | None = None
    """Seconds between requests that it asks for."""


class RobotsShelf(Protocol):
    """Where robots files are kept over restarts."""

    def robots(self, origin: str) -> KeptRobots | None:
        """An origin's robots file as last asked for, however old; None: never."""
        ...

    def keep_robots(self, origin: str, kept: KeptRobots) -> None:
        """Keep an origin's robots file in place of the one before."""
        ...


class Polled(Record, frozen=True):
    """What a poll brought: the feed's next cursor, and the entries of its document."""

    cursor: FeedCursor
    entries: tuple[NewEntry, ...]
    now: Seconds


AcceptEntry = Callable[[Entry, Seen | None, Seen | None], Acceptance]
"""Pure decision: (entry, seen under its link, seen under its guid) -> what it is. See transforms.feeds.acceptance."""


class FeedStore(RobotsShelf, Protocol):
    """The store as FollowFeeds sees it. Each method is one short transaction; leases run on the database's clock."""

    def due_feeds(
        self, shard: Shard, now: Seconds, limit: int, *, after: FeedCursor | None = None, everything: bool = False
    ) -> list[FeedCursor]:
        """Feeds to poll, longest overdue first, those behind `after`; everything: due or not, but never under a Retry-After.

        No retired feed.
        """
        ...

    def next_due(self, shard: Shard) -> Seconds | None:
        """When the next feed or pending row of the shard is due; None: nothing waits."""
        ...

    def accept(self, polls: Sequence[Polled], judge: AcceptEntry) -> list[int | None]:
        """Write each cursor (version one above the stored one, else nothing of it and None) with its entries' rows.

        One transaction for all, as if they had come one after the other. Returns how many rows each made. Entries judged
        KNOWN or ALIAS, and seen_only ones, leave only a seen link.
        """
        ...

    def touch(self, cursors: Sequence[FeedCursor]) -> None:
        """Write cursors without new entries (304, failures), each only over the version before; batches of up to 500."""
        ...

    def take_rows(self, shard: Shard, owner: str, limit: int, *, now: Seconds) -> list[InboxRow]:
        """Lease up to limit pending rows due by now; a row from its third take-up on comes alone.

        A row whose owner died or whose lease ran out is pending again with takes + 1 (leases by the database's clock).
        A row that died twice alone becomes a dead letter gave_up here.
        """
        ...

    def renew(self, rows: Sequence[int], owner: str) -> None:
        """Prolong the leases of rows under way (up to 15 min from the take)."""
        ...

    def give_back(self, rows: Sequence[int], owner: str) -> None:
        """A drain: rows are pending again, uncounted."""
        ...

    def retry(self, row: InboxRow, due: Seconds, reason: str) -> None:
        """End the row and add a new one with tries + 1, due then."""
        ...

    def drop(self, row: InboxRow, reason: str) -> None:
        """End the row, deliberately excluded."""
        ...

    def taken(self, shard: Shard) -> int:
        """Rows of the shard that are taken and not ended."""
        ...

    def due_deliveries(self) -> list[tuple[str, str]]:
        """(ledger, sink) pairs with an outbox row that is due by the database's clock."""
        ...

    def crawl_delays(self, now: Seconds) -> list[tuple[str, float]]:
        """(host, seconds) of the robots files that hold and ask for a pause between requests."""
        ...

    def held_feeds(self, now: Seconds) -> list[tuple[str, Seconds]]:
        """(URL, until when) of the feeds that are under a Retry-After."""
        ...
