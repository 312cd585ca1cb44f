"""Feeds, their cursors and what is remembered of their entries."""

import functools
from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from pipeline.store.accepting import accept, advance, cursor_columns
from pipeline.store.columns import pack, unpack
from pipeline.store.inbox import Inbox, in_shard
from pipeline.store.leases import PENDING, chunked, insert, lapsed
from pipeline.store.manners import Manners
from pipeline.store.outbox import due_pairs
from pipeline.store.schema import feeds, inbox
from transforms.feeds.ports import AcceptEntry, Polled, Shard
from transforms.model import Feed, FeedCursor, FeedStatus, Record, Seconds

_LONGEST_URL = 2000
_TOUCHED_AT_ONCE = 500


class ListedFeed(Record, frozen=True):
    """A feed as the store knows it."""

    cursor: FeedCursor
    active: bool
    """Listed by the settings' feeds; others are kept, with what they have seen, but not polled."""


class Feeds(Inbox, Manners):
    """transforms.feeds.ports.FeedStore, and what keeps the list of feeds."""

    # --- the list

    def sync_feeds(self, listed: Sequence[Feed]) -> None:
        """Make these the feeds that are polled; new ones are due at once, others stay but rest.

        Raises:
            ValueError: a URL is longer than 2,000 bytes.
        """
        by_url = {feed.url: feed for feed in listed}

        def work(connection: sa.Connection) -> None:
            known = set(connection.execute(sa.select(feeds.c.url).where(feeds.c.active)).scalars())
            for chunk in chunked(sorted(known - by_url.keys())):
                connection.execute(feeds.update().where(feeds.c.url.in_(chunk)).values(active=False))
            for url in sorted(by_url):
                _list(connection, by_url[url])

        self._db.write(work)

    def add_feed(self, feed: Feed) -> None:
        """Put one feed on the list, due at once where it is new, rested or was gone. Raises ValueError as sync_feeds."""
        self._db.write(lambda connection: _list(connection, feed, revive=True))

    def remove_feed(self, url: str) -> bool:
        """Take a feed off the list; False where it was not on it."""
        off = feeds.update().where(feeds.c.url == url, feeds.c.active).values(active=False)
        return self._db.write(lambda connection: connection.execute(off).rowcount > 0)

    def listed(self, *, everything: bool = False) -> list[ListedFeed]:
        """The feeds by URL; everything: also those that rest."""
        query = sa.select(feeds.c.feed, feeds.c.cursor, feeds.c.active).order_by(feeds.c.url)
        if not everything:
            query = query.where(feeds.c.active)
        rows = self._db.read(lambda connection: connection.execute(query).all())
        return [ListedFeed(cursor=_cursor(row), active=row.active) for row in rows]

    # --- polling

    def due_feeds(
        self, shard: Shard, now: Seconds, limit: int, *, after: FeedCursor | None = None, everything: bool = False
    ) -> list[FeedCursor]:
        """Feeds to poll, longest overdue first, those behind `after`; everything: due or not, but never under a Retry-After.

        No retired feed.
        """
        order = (feeds.c.next_poll, feeds.c.url)
        query = sa.select(feeds.c.feed, feeds.c.cursor).where(polled(), feeds.c.not_before <= now)
        if not everything:
            query = query.where(feeds.c.next_poll <= now)
        if after is not None:
            query = query.where(sa.tuple_(*order) > (after.next_poll, after.feed.url))
        query = query.where(*in_shard(feeds, shard)).order_by(*order).limit(limit)
        return [_cursor(row) for row in self._db.read(lambda connection: connection.execute(query).all())]

    def next_due(self, shard: Shard) -> Seconds | None:
        """When the next feed or pending row of the shard is due; None: nothing waits."""
        later = sa.case((feeds.c.next_poll > feeds.c.not_before, feeds.c.next_poll), else_=feeds.c.not_before)
        poll = sa.select(sa.func.min(later)).where(polled(), *in_shard(feeds, shard))
        takeable = sa.or_(inbox.c.state == PENDING, lapsed(inbox))
        row = sa.select(sa.func.min(inbox.c.due)).where(takeable, *in_shard(inbox, shard))

        def work(connection: sa.Connection) -> Seconds | None:
            times = (connection.execute(query).scalar() for query in (poll, row))
            return min((time for time in times if time is not None), default=None)

        return self._db.read(work)

    def accept(self, polls: Sequence[Polled], judge: AcceptEntry) -> list[int | None]:
        """Write each poll's cursor over the version before it, together with its new entries' rows, all in one transaction.

        Returns how many rows each made; None: its cursor was too old, and nothing of it was written.
        """
        return self._db.write(lambda connection: accept(connection, polls, judge))

    def touch(self, cursors: Sequence[FeedCursor]) -> None:
        """Write cursors without new entries, each only over the version before it; up to 500 in one transaction."""
        ordered = sorted(cursors, key=lambda cursor: (cursor.feed.url, cursor.version))
        for start in range(0, len(ordered), _TOUCHED_AT_ONCE):
            batch = ordered[start : start + _TOUCHED_AT_ONCE]
            self._db.write(functools.partial(advance, cursors=batch))

    def due_deliveries(self) -> list[tuple[str, str]]:
        """(ledger, sink) pairs with an outbox row that is due by the database's clock."""
        return self._db.read(due_pairs)


def polled() -> sa.ColumnElement[bool]:
    """The condition that a feed is on the list and not retired."""
    return sa.and_(feeds.c.active, feeds.c.status != FeedStatus.GONE.value)


def _cursor(row: sa.Row[*tuple[Any, ...]]) -> FeedCursor:
    # The feed as it is listed now, not as it was when its last poll began.
    return msgspec.structs.replace(unpack(FeedCursor, row.cursor), feed=unpack(Feed, row.feed))


def _list(connection: sa.Connection, feed: Feed, *, revive: bool = False) -> None:
    if len(feed.url.encode("utf-8", "replace")) > _LONGEST_URL:
        raise ValueError(f"feed {feed.url[:80]!r}... is longer than {_LONGEST_URL} bytes; take it off the list")
    stored = connection.execute(sa.select(feeds).where(feeds.c.url == feed.url).with_for_update()).first()
    if stored is None:
        new = {"version": 0, "listed": 0.0, **cursor_columns(FeedCursor(feed=feed)), "active": True, "feed": pack(feed)}
        connection.execute(insert(connection, feeds).values(url=feed.url, **new).on_conflict_do_nothing())
        return
    values: dict[str, Any] = {}
    if unpack(Feed, stored.feed) != feed:
        values["feed"] = pack(feed)
    if not stored.active or (revive and stored.status == FeedStatus.GONE.value):
        cursor = unpack(FeedCursor, stored.cursor)
        back = msgspec.structs.replace(cursor, version=cursor.version + 1, status=FeedStatus.NEW, next_poll=0.0)
        values |= {"active": True, **cursor_columns(back)}
    if values:
        connection.execute(feeds.update().where(feeds.c.url == feed.url).values(**values))
