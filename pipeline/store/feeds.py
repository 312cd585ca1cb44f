"""Feeds, their cursors and what is remembered of their entries."""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from pipeline.store import feed_health as health
from pipeline.store.columns import pack, unpack
from pipeline.store.inbox import Inbox, in_shard
from pipeline.store.leases import PENDING, chunked, insert, lapsed
from pipeline.store.manners import Manners
from pipeline.store.outbox import due_pairs
from pipeline.store.schema import feeds, inbox, seen_links
from transforms.feeds.ports import Acceptance, AcceptEntry, NewEntry, Seen, Shard, host_hash
from transforms.model import Feed, FeedCursor, FeedStatus, Record, Seconds

_LONGEST_URL = 2000
_TOUCHED_AT_ONCE = 200

_Key = tuple[str, str]
"""("link" | "guid", hash)"""


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

    def due_feeds(self, shard: Shard, now: Seconds, limit: int, *, everything: bool = False) -> list[FeedCursor]:
        """Feeds to poll, longest overdue first; everything: due or not, but never under a Retry-After. No retired feed."""
        query = sa.select(feeds.c.feed, feeds.c.cursor).where(_polled(), feeds.c.not_before <= now)
        if not everything:
            query = query.where(feeds.c.next_poll <= now)
        query = query.where(*in_shard(feeds, shard)).order_by(feeds.c.next_poll, feeds.c.url).limit(limit)
        return [_cursor(row) for row in self._db.read(lambda connection: connection.execute(query).all())]

    def next_due(self, shard: Shard) -> Seconds | None:
        """When the next feed or pending row of the shard is due; None: nothing waits."""
        later = sa.case((feeds.c.next_poll > feeds.c.not_before, feeds.c.next_poll), else_=feeds.c.not_before)
        poll = sa.select(sa.func.min(later)).where(_polled(), *in_shard(feeds, shard))
        takeable = sa.or_(inbox.c.state == PENDING, lapsed(inbox))
        row = sa.select(sa.func.min(inbox.c.due)).where(takeable, *in_shard(inbox, shard))

        def work(connection: sa.Connection) -> Seconds | None:
            times = (connection.execute(query).scalar() for query in (poll, row))
            return min((time for time in times if time is not None), default=None)

        return self._db.read(work)

    def accept(self, cursor: FeedCursor, entries: Sequence[NewEntry], now: Seconds, judge: AcceptEntry) -> int | None:
        """Write the cursor over the version before it, together with its new entries' rows; None: nothing was written.

        The stored cursor's last_new_entry becomes now where rows were made. The feed's history goes on with the document.
        """

        def work(connection: sa.Connection) -> int | None:
            known = health.before_document(connection, cursor.feed.url)
            if not _advance(connection, cursor, listed=now):
                return None
            rows, unmet = _judge_entries(connection, cursor.feed.url, entries, now, judge)
            if known is not None:
                health.note_document(connection, known, entries, unmet, now)
            if rows:
                connection.execute(inbox.insert(), rows)
                newer = pack(msgspec.structs.replace(cursor, last_new_entry=now))
                connection.execute(feeds.update().where(feeds.c.url == cursor.feed.url).values(cursor=newer))
            return len(rows)

        return self._db.write(work)

    def touch(self, cursors: Sequence[FeedCursor]) -> None:
        """Write cursors without new entries, each only over the version before it; up to 200 in one transaction."""

        def work(connection: sa.Connection, batch: Sequence[FeedCursor]) -> None:
            for cursor in batch:
                _advance(connection, cursor)

        ordered = sorted(cursors, key=lambda cursor: (cursor.feed.url, cursor.version))
        for start in range(0, len(ordered), _TOUCHED_AT_ONCE):
            batch = ordered[start : start + _TOUCHED_AT_ONCE]
            self._db.write(lambda connection, batch=batch: work(connection, batch))  # type: ignore[misc]

    def due_deliveries(self) -> list[tuple[str, str]]:
        """(ledger, sink) pairs with an outbox row that is due by the database's clock."""
        return self._db.read(due_pairs)


def _polled() -> sa.ColumnElement[bool]:
    return sa.and_(feeds.c.active, feeds.c.status != FeedStatus.GONE.value)


def _cursor(row: sa.Row[*tuple[Any, ...]]) -> FeedCursor:
    # The feed as it is listed now, not as it was when its last poll began.
    return msgspec.structs.replace(unpack(FeedCursor, row.cursor), feed=unpack(Feed, row.feed))


def _list(connection: sa.Connection, feed: Feed, *, revive: bool = False) -> None:
    if len(feed.url.encode("utf-8", "replace")) > _LONGEST_URL:
        raise ValueError(f"feed {feed.url[:80]!r}... is longer than {_LONGEST_URL} bytes; take it off the list")
    stored = connection.execute(sa.select(feeds).where(feeds.c.url == feed.url).with_for_update()).first()
    if stored is None:
        new = {"version": 0, "listed": 0.0, **_columns(FeedCursor(feed=feed)), "active": True, "feed": pack(feed)}
        connection.execute(insert(connection, feeds).values(url=feed.url, **new).on_conflict_do_nothing())
        return
    values: dict[str, Any] = {}
    if unpack(Feed, stored.feed) != feed:
        values["feed"] = pack(feed)
    if not stored.active or (revive and stored.status == FeedStatus.GONE.value):
        cursor = unpack(FeedCursor, stored.cursor)
        back = msgspec.structs.replace(cursor, version=cursor.version + 1, status=FeedStatus.NEW, next_poll=0.0)
        values |= {"active": True, **_columns(back)}
    if values:
        connection.execute(feeds.update().where(feeds.c.url == feed.url).values(**values))


def _columns(cursor: FeedCursor) -> dict[str, Any]:
    return {
        "version": cursor.version,
        "status": cursor.status.value,
        "next_poll": cursor.next_poll,
        "not_before": cursor.not_before,
        "host_hash": host_hash(cursor.moved_to or cursor.feed.url),
        "cursor": pack(cursor),
    }


def _advance(connection: sa.Connection, cursor: FeedCursor, listed: Seconds | None = None) -> bool:
    values = _columns(cursor)
    if listed is not None:
        values["listed"] = listed
    older = sa.and_(feeds.c.url == cursor.feed.url, feeds.c.version == cursor.version - 1)
    return connection.execute(feeds.update().where(older).values(**values)).rowcount == 1


def _judge_entries(
    connection: sa.Connection, feed: str, entries: Sequence[NewEntry], now: Seconds, judge: AcceptEntry
) -> tuple[list[dict[str, Any]], frozenset[str]]:
    """Remember all entries' links and guids; the values of the rows that the new and changed ones become, and new guids."""
    memory = _Memory(connection, feed, entries, now)
    rows = []
    for new in entries:
        link, guid = ("link", new.link_key), ("guid", new.guid_key)
        verdict = Acceptance.KNOWN
        if not new.seen_only:
            verdict = judge(new.entry, memory.seen.get(link), memory.seen.get(guid))
        memory.note(new, overwrite=verdict in {Acceptance.NEW, Acceptance.CHANGED})
        if verdict in {Acceptance.NEW, Acceptance.CHANGED}:
            rows.append(
                {
                    "host_hash": new.host_hash,
                    "link": new.entry.link,
                    "entry": pack(new.entry),
                    "accepted": now,
                    "due": now,
                    "takes": 0,
                    "tries": 0,
                    "backfilled": new.backfilled,
                    "state": PENDING,
                }
            )
    memory.write_back()
    return rows, memory.unmet


class _Memory:
    """What was seen before of one document's entries, and what is to be remembered of them."""

    def __init__(self, connection: sa.Connection, feed: str, entries: Sequence[NewEntry], now: Seconds) -> None:
        self._connection = connection
        self._common = {"feed": feed, "listed": now}
        first: dict[_Key, dict[str, Any]] = {}
        for new in entries:
            for key in (("link", new.link_key), ("guid", new.guid_key)):
                first.setdefault(key, self._values(key, new))
        fresh = self._insert([first[key] for key in sorted(first)])
        self.seen = self._load(sorted(first.keys() - fresh))
        self.unmet = frozenset(key for kind, key in fresh if kind == "guid")
        """Keys of guids that this feed has not listed before."""
        self._changed: dict[_Key, dict[str, Any]] = {}

    def _values(self, key: _Key, new: NewEntry) -> dict[str, Any]:
        return {
            "kind": key[0],
            "key": key[1],
            "link_key": new.link_key,
            "guid_key": new.guid_key,
            "title": new.entry.title,
            "updated": new.entry.updated,
            **self._common,
        }

    def _insert(self, rows: list[dict[str, Any]]) -> set[_Key]:
        """Insert what is not there yet, in order of the keys; a second feed with the same links waits here for the first."""
        statement = (
            insert(self._connection, seen_links).on_conflict_do_nothing().returning(seen_links.c.kind, seen_links.c.key)
        )
        fresh: set[_Key] = set()
        for chunk in chunked(rows):
            fresh.update((row.kind, row.key) for row in self._connection.execute(statement, chunk))
        return fresh

    def _load(self, known: list[_Key]) -> dict[_Key, Seen]:
        seen: dict[_Key, Seen] = {}
        for kind in ("link", "guid"):
            for chunk in chunked(key for key_kind, key in known if key_kind == kind):
                these = sa.and_(seen_links.c.kind == kind, seen_links.c.key.in_(chunk))
                for row in self._connection.execute(sa.select(seen_links).where(these)):
                    seen[kind, row.key] = Seen(row.link_key, row.guid_key, row.title, row.updated)
                self._connection.execute(seen_links.update().where(these).values(**self._common))
        return seen

    def note(self, new: NewEntry, *, overwrite: bool) -> None:
        """Remember one judged entry for those that follow in the same document."""
        for key in (("link", new.link_key), ("guid", new.guid_key)):
            if key in self.seen and overwrite:
                self._changed[key] = self._values(key, new)
            if key not in self.seen or overwrite:
                self.seen[key] = Seen(new.link_key, new.guid_key, new.entry.title, new.entry.updated)

    def write_back(self) -> None:
        """Write what changed of links and guids known before."""
        for (kind, key), values in sorted(self._changed.items()):
            this = sa.and_(seen_links.c.kind == kind, seen_links.c.key == key)
            self._connection.execute(seen_links.update().where(this).values(**values))
