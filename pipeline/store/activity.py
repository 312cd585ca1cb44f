"""What has come into a store since a mark: for a run's closing lines."""

import sqlalchemy as sa

from pipeline.store.engine import Database, database_now
from pipeline.store.feeds import polled
from pipeline.store.leases import PENDING
from pipeline.store.schema import alerts, articles, feeds, inbox, memberships
from transforms.model import Record, Relation, Seconds

COPIES = (Relation.COPY.value, Relation.NEAR_COPY.value)


class Mark(Record, frozen=True):
    """A moment, as the numbers given out until then."""

    rows: int
    articles: int
    alerts: int
    at: Seconds
    """By the database's clock."""
    clock: Seconds
    """By this machine's clock."""
    polls: dict[str, int]
    """Feed's URL -> how often it had been polled."""


class Activity(Record, frozen=True):
    """What came since a mark."""

    entries: int = 0
    articles: int = 0
    stories: int = 0
    """Stories that these articles are in."""
    copies: int = 0
    backfilled: int = 0
    """Rows ended that were too old to raise an alert."""
    alerts: int = 0
    """Revisions."""
    silent_articles: int = 0
    """Articles in stories that have no alert."""
    silent_stories: int = 0


def mark(database: Database, now: Seconds) -> Mark:
    """The mark of now. Args: now: by this machine's clock."""

    def greatest(connection: sa.Connection, column: sa.Column[int]) -> int:
        return connection.execute(sa.select(sa.func.max(column))).scalar() or 0

    return database.read(
        lambda c: Mark(
            rows=greatest(c, inbox.c.row),
            articles=greatest(c, articles.c.number),
            alerts=greatest(c, alerts.c.number),
            at=c.execute(sa.select(database_now())).scalar_one(),
            clock=now,
            polls={row.url: row.version for row in c.execute(sa.select(feeds.c.url, feeds.c.version))},
        )
    )


def rows_due(database: Database) -> int:
    """How many inbox rows wait and are due."""
    waiting = sa.and_(inbox.c.state == PENDING, inbox.c.due <= database_now())
    return database.read(lambda c: c.execute(sa.select(sa.func.count()).select_from(inbox).where(waiting)).scalar_one())


def feeds_due(database: Database, since: Mark) -> int:
    """How many feeds are due that have not been polled since the mark."""
    due = sa.and_(polled(), feeds.c.next_poll <= database_now(), feeds.c.not_before <= database_now())
    query = sa.select(feeds.c.url, feeds.c.version).where(due)
    rows = database.read(lambda c: c.execute(query).all())
    return sum(row.version == since.polls.get(row.url, 0) for row in rows)


def activity(database: Database, since: Mark) -> Activity:
    """What has come since the mark."""
    new_articles = articles.join(memberships, memberships.c.article_id == articles.c.article_id)
    is_new = articles.c.number > since.articles
    silent = sa.not_(sa.exists().where(alerts.c.story_id == memberships.c.story_id, alerts.c.latest))
    stories = sa.func.count(sa.distinct(memberships.c.story_id))

    def work(connection: sa.Connection) -> Activity:
        def count(*where: sa.ColumnElement[bool], what: sa.ColumnElement[int] | None = None) -> int:
            query = sa.select(sa.func.count() if what is None else what).select_from(new_articles).where(is_new, *where)
            return connection.execute(query).scalar_one()

        def rows(*where: sa.ColumnElement[bool]) -> int:
            return connection.execute(sa.select(sa.func.count()).select_from(inbox).where(*where)).scalar_one()

        raised = sa.select(sa.func.count()).select_from(alerts).where(alerts.c.number > since.alerts)
        return Activity(
            entries=rows(inbox.c.row > since.rows, inbox.c.tries == 0),
            articles=count(),
            stories=count(what=stories),
            copies=count(memberships.c.relation.in_(COPIES)),
            backfilled=rows(inbox.c.ended_at >= since.at, inbox.c.backfilled),
            alerts=connection.execute(raised).scalar_one(),
            silent_articles=count(silent),
            silent_stories=count(silent, what=stories),
        )

    return database.read(work)
