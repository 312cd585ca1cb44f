"""What sites have asked for, kept over restarts: their robots files, crawl-delays, and who wants to be left alone."""

import sqlalchemy as sa

from pipeline.store.columns import digest
from pipeline.store.engine import Database
from pipeline.store.leases import insert
from pipeline.store.schema import feeds, robots
from transforms.feeds.ports import KeptRobots
from transforms.model import Seconds


class Manners:
    """The part of transforms.feeds.ports.FeedStore that spares sites questions they have answered."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def robots(self, origin: str) -> KeptRobots | None:
        """An origin's robots file as last asked for, however old; None: never."""
        query = sa.select(robots).where(robots.c.key == digest(origin))
        row = self._db.read(lambda connection: connection.execute(query).first())
        if row is None:
            return None
        return KeptRobots(
            host=row.host,
            until=row.until,
            text=row.text,
            refusal=row.refusal,
            allows_all=row.allows_all,
            passing=row.passing,
            crawl_delay=row.crawl_delay or None,
        )

    def keep_robots(self, origin: str, kept: KeptRobots) -> None:
        """Keep an origin's robots file in place of the one before."""
        values = {
            "host": kept.host,
            "until": kept.until,
            "text": kept.text,
            "refusal": kept.refusal,
            "allows_all": kept.allows_all,
            "passing": kept.passing,
            "crawl_delay": kept.crawl_delay or 0.0,
        }

        def work(connection: sa.Connection) -> None:
            statement = insert(connection, robots).values(key=digest(origin), **values)
            connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=values))

        self._db.write(work)

    def crawl_delays(self, now: Seconds) -> list[tuple[str, float]]:
        """(host, seconds) of the robots files that hold and ask for a pause between requests."""
        query = sa.select(robots.c.host, sa.func.max(robots.c.crawl_delay)).where(
            robots.c.until > now, robots.c.crawl_delay > 0.0
        )
        rows = self._db.read(lambda connection: connection.execute(query.group_by(robots.c.host)).all())
        return [(host, delay) for host, delay in rows]

    def held_feeds(self, now: Seconds) -> list[tuple[str, Seconds]]:
        """(URL, until when) of the feeds that are under a Retry-After."""
        query = sa.select(feeds.c.url, feeds.c.not_before).where(feeds.c.active, feeds.c.not_before > now)
        rows = self._db.read(lambda connection: connection.execute(query.order_by(feeds.c.url)).all())
        return [(url, until) for url, until in rows]
