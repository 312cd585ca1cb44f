"""Feeds' histories, written with each document, and what was told of their health."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from pipeline.store.columns import pack, unpack
from pipeline.store.engine import Database
from pipeline.store.leases import chunked, insert
from pipeline.store.ledger_writing import write_alerts
from pipeline.store.schema import feed_health, feeds
from transforms.alerts.health import LEDGER, HealthChange, HealthTold
from transforms.feeds.history import FeedHistory
from transforms.model import Feed, FeedCursor, Record, Seconds

_BEFORE = (
    sa.select(feeds.c.url, feeds.c.cursor, feed_health.c.history)
    .select_from(feeds.outerjoin(feed_health, feed_health.c.url == feeds.c.url))
    .where(feeds.c.url.in_(sa.bindparam("urls", expanding=True)))
)


class WatchedFeed(Record, frozen=True):
    """A feed with all that its health is judged by."""

    cursor: FeedCursor
    active: bool
    """On the list."""
    history: FeedHistory | None = None
    """None: no document of it was read since histories are kept."""
    told: HealthTold = HealthTold()


class FeedHealths:
    """What judges feeds' health asks and tells."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def watched(self) -> list[WatchedFeed]:
        """The feeds on the list, and those that have left it with a health alert open; by URL."""
        query = (
            sa.select(feeds.c.feed, feeds.c.cursor, feeds.c.active, feed_health.c.history, feed_health.c.told)
            .select_from(feeds.outerjoin(feed_health, feed_health.c.url == feeds.c.url))
            .where(sa.or_(feeds.c.active, feed_health.c.told.is_not(None)))
            .order_by(feeds.c.url)
        )
        rows = self._db.read(lambda connection: connection.execute(query).all())
        found = []
        for row in rows:
            # The feed as it is listed now, not as it was when its last poll began.
            feed, cursor = unpack(Feed, row.feed), unpack(FeedCursor, row.cursor)
            told = HealthTold() if row.told is None else unpack(HealthTold, row.told)
            if row.active or told.open:
                history = None if row.history is None else _unpacked(row.history)
                found.append(WatchedFeed(msgspec.structs.replace(cursor, feed=feed), row.active, history, told))
        return found

    def missed_since(self, moment: Seconds) -> list[Feed]:
        """The feeds of which entries have probably been missed since the moment, by the follower's clock; by URL."""
        query = (
            sa.select(feeds.c.feed)
            .join(feed_health, feed_health.c.url == feeds.c.url)
            .where(feeds.c.active, feed_health.c.missed >= moment)
            .order_by(feeds.c.url)
        )
        rows = self._db.read(lambda connection: connection.execute(query).scalars().all())
        return [unpack(Feed, packed) for packed in rows]

    def tell(self, changes: Sequence[HealthChange]) -> int:
        """Leave alert revisions for their sinks, each together with what is told from then on; how many there were.

        A change from what is told no longer (somebody else was faster) is left out.
        """

        def work(connection: sa.Connection) -> int:
            ordered = sorted(changes, key=lambda change: change.url)
            for change in ordered:
                statement = insert(connection, feed_health).values(url=change.url)
                connection.execute(statement.on_conflict_do_nothing())
            current = [change for change in ordered if _told(connection, change.url) == change.before]
            write_alerts(connection, LEDGER, [change.alert for change in current], 0)
            for change in current:
                _upsert(connection, [{"url": change.url, "told": pack(change.told)}])
            return len(current)

        return self._db.write(work) if changes else 0


def _told(connection: sa.Connection, url: str) -> HealthTold:
    query = sa.select(feed_health.c.told).where(feed_health.c.url == url).with_for_update()
    told = connection.execute(query).scalar()
    return HealthTold() if told is None else unpack(HealthTold, told)


class Known(Record, frozen=True):
    """What is known of a feed before its next document."""

    cursor: FeedCursor
    history: FeedHistory | None = None


def before_documents(connection: sa.Connection, urls: Iterable[str]) -> dict[str, Known]:
    """What the histories of feeds go on from, by URL."""
    known = {}
    for chunk in chunked(urls):
        for url, cursor, history in connection.execute(_BEFORE, {"urls": chunk}).all():
            known[url] = Known(unpack(FeedCursor, cursor), None if history is None else _unpacked(history))
    return known


def write_histories(connection: sa.Connection, histories: Mapping[str, FeedHistory]) -> None:
    """Put histories in place of those before, by URL."""
    _upsert(
        connection,
        [
            {"url": url, "history": zlib.compress(pack(history), 1), "missed": history.missed}
            for url, history in sorted(histories.items())
        ],
    )


def _unpacked(history: bytes) -> FeedHistory:
    return unpack(FeedHistory, zlib.decompress(history))


def _upsert(connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    """Write rows of the same columns over those before."""
    if rows:
        statement = insert(connection, feed_health)
        changed = {name: statement.excluded[name] for name in rows[0] if name != "url"}
        connection.execute(statement.on_conflict_do_update(index_elements=["url"], set_=changed), rows)
