"""What commands ask of the store: feeds aside (feeds.listed), all that is shown, counted and exported."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from pipeline.store.columns import digest, unpack
from pipeline.store.engine import Database, database_now
from pipeline.store.feeds import Feeds
from pipeline.store.leases import ENDED, PENDING, TAKEN
from pipeline.store.ledger_reading import judged, judged_of, judged_query
from pipeline.store.letters import OPEN
from pipeline.store.schema import alerts, articles, dead_letters, deliveries, feeds, inbox, memberships, stories
from transforms.feeds.ports import Shard
from transforms.model import Alert, Article, Judged, Membership, Record, Seconds, Story

_PAGE = 200


class SentTo(Record, frozen=True):
    """How far one revision has come on its way to one sink."""

    sink: str
    state: str
    """pending, taken, delivered, dead or superseded."""
    due: Seconds
    tries: int
    message: str = ""


class NumberedAlert(Record, frozen=True):
    """One revision of an alert with the store's number, which grows with every revision."""

    number: int
    alert: Alert
    latest: bool
    sent: tuple[SentTo, ...] = ()


class StoredArticle(Record, frozen=True):
    """One decided article: text as it is now, place, number of its first decision in its ledger."""

    judged: Judged
    ledger: str
    decided: int
    membership: Membership | None = None


class StoredStory(Record, frozen=True):
    """A story with its articles, earliest first."""

    story: Story
    articles: tuple[StoredArticle, ...] = ()
    absorbed: tuple[str, ...] = ()
    """Stories that were merged into it."""


class Counts(Record, frozen=True):
    """How much of what there is."""

    feeds: dict[str, int]
    """Active feeds by status."""
    rows: dict[str, int]
    """Inbox rows by state: pending, taken."""
    ended: dict[str, int]
    """Ended rows by outcome, since the moment asked for."""
    deliveries: dict[str, int]
    """By state."""
    dead_letters: dict[str, int]
    """Open ones by reason."""
    relations: dict[str, int]
    """Memberships by relation."""
    articles: int
    stories: int
    """Stories that were not merged into another."""
    alerts: int
    backfilled: int
    """Rows ended since the moment asked for that were too old to raise an alert."""


class Reading:
    """Read-only questions; none of them needs ownership."""

    def __init__(self, database: Database) -> None:
        self._db = database

    # --- alerts

    def alerts(self, *, topic: str = "", limit: int | None = None) -> list[NumberedAlert]:
        """Each alert's latest revision, the latest first."""
        query = sa.select(alerts).where(alerts.c.latest)
        if topic:
            query = query.where(alerts.c.topic == topic)
        return self._alerts(query.order_by(alerts.c.number.desc()).limit(limit))

    def alert(self, prefix: str) -> list[NumberedAlert]:
        """All revisions of the alerts whose id begins so, oldest first."""
        query = sa.select(alerts).where(_begins(alerts.c.alert_id, prefix))
        return self._alerts(query.order_by(alerts.c.alert_id, alerts.c.revision))

    def alerts_after(self, number: int, *, limit: int = _PAGE) -> list[NumberedAlert]:
        """Revisions with a greater number, in its order: what a tail prints next. None is ever added below."""
        return self._alerts(sa.select(alerts).where(alerts.c.number > number).order_by(alerts.c.number).limit(limit))

    def _alerts(self, query: sa.Select[Any]) -> list[NumberedAlert]:
        def work(connection: sa.Connection) -> list[NumberedAlert]:
            return [_numbered(connection, row) for row in connection.execute(query).all()]

        return self._db.read(work)

    # --- stories and articles

    def story(self, prefix: str) -> list[StoredStory]:
        """The stories whose id begins so, with their articles."""

        def work(connection: sa.Connection) -> list[StoredStory]:
            query = sa.select(stories.c.story).where(_begins(stories.c.story_id, prefix)).order_by(stories.c.story_id)
            found = [unpack(Story, packed) for packed in connection.execute(query).scalars().all()]
            return [_stored_story(connection, story) for story in found]

        return self._db.read(work)

    def stories(self, *, limit: int | None = None, smallest: int = 1) -> list[Story]:
        """Stories that stand (merged ones left out), the latest first."""
        query = (
            sa.select(stories.c.story)
            .where(stories.c.merged_into == "", stories.c.size >= smallest)
            .order_by(stories.c.latest.desc(), stories.c.story_id)
            .limit(limit)
        )
        return [unpack(Story, p) for p in self._db.read(lambda c: c.execute(query).scalars().all())]

    def all_stories(self) -> list[Story]:
        """Every story, merged ones too, in order of their id: for replay's table."""
        query = sa.select(stories.c.story).order_by(stories.c.story_id)
        return [unpack(Story, p) for p in self._db.read(lambda c: c.execute(query).scalars().all())]

    def stories_by_id(self, story_ids: Collection[str]) -> dict[str, Story]:
        """Those of these stories that there are."""
        query = sa.select(stories.c.story).where(stories.c.story_id.in_(sorted(story_ids)))
        found = self._db.read(lambda c: c.execute(query).scalars().all())
        return {story.id: story for story in (unpack(Story, packed) for packed in found)}

    def articles_by_id(self, article_ids: Collection[str]) -> dict[str, Article]:
        """Those of these articles that there are, with their latest texts."""
        found = self._db.read(lambda c: judged(c, sorted(article_ids)))
        return {article_id: one.article for article_id, one in found.items()}

    def places(self) -> dict[str, Membership]:
        """Every article's place as it is now, by article id: for replay's table."""
        query = sa.select(memberships.c.membership)
        found = self._db.read(lambda c: c.execute(query).scalars().all())
        return {place.article_id: place for place in (unpack(Membership, packed) for packed in found)}

    def article(self, name: str) -> list[StoredArticle]:
        """Articles by exact URL, or by the beginning of their id."""
        query = judged_query().where(sa.or_(articles.c.url_key == digest(name), _begins(articles.c.article_id, name)))
        return self._db.read(lambda c: [_stored_article(c, row) for row in c.execute(query.limit(_PAGE)).all()])

    def export_articles(self) -> Iterator[StoredArticle]:
        """All articles with their latest texts, in the order of their first decisions."""
        last = 0
        while True:
            query = judged_query().where(articles.c.number > last).order_by(articles.c.number).limit(_PAGE)
            rows = self._db.read(lambda c, q=query: c.execute(q).all())  # type: ignore[misc]
            if not rows:
                return
            last = rows[-1].number
            for row in rows:
                yield StoredArticle(judged=judged_of(row), ledger=row.ledger, decided=row.decided)

    # --- figures

    def counts(self, since: Seconds = 0.0) -> Counts:
        """How much of what there is; ended rows only since the moment given."""

        def by(connection: sa.Connection, column: sa.Column[Any], *where: sa.ColumnElement[bool]) -> dict[str, int]:
            query = sa.select(column, sa.func.count()).where(*where).group_by(column).order_by(column)
            return {str(key): count for key, count in connection.execute(query)}

        def count(connection: sa.Connection, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
            return connection.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one()

        def work(connection: sa.Connection) -> Counts:
            ended = (inbox.c.state == ENDED, inbox.c.ended_at >= since)
            return Counts(
                feeds=by(connection, feeds.c.status, feeds.c.active),
                rows=by(connection, inbox.c.state, inbox.c.state.in_([PENDING, TAKEN])),
                ended=by(connection, inbox.c.outcome, *ended),
                deliveries=by(connection, deliveries.c.state),
                dead_letters=by(connection, dead_letters.c.reason, dead_letters.c.state == OPEN),
                relations=by(connection, memberships.c.relation),
                articles=count(connection, articles),
                stories=count(connection, stories, stories.c.merged_into == ""),
                alerts=count(connection, alerts, alerts.c.latest),
                backfilled=count(connection, inbox, *ended, inbox.c.backfilled),
            )

        return self._db.read(work)

    def last_alert(self) -> int:
        """The number of the latest alert revision; 0: none yet."""
        return self._db.read(lambda c: c.execute(sa.select(sa.func.max(alerts.c.number))).scalar()) or 0

    def next_due(self) -> Seconds | None:
        """When the next feed, row or delivery of the whole store is due; None: nothing waits."""
        waiting = sa.select(sa.func.min(deliveries.c.due)).where(deliveries.c.state == PENDING)
        times = [Feeds(self._db).next_due(Shard()), self._db.read(lambda c: c.execute(waiting).scalar())]
        return min((time for time in times if time is not None), default=None)

    def now(self) -> Seconds:
        """The database's clock."""
        return self._db.read(lambda c: c.execute(sa.select(database_now())).scalar_one())


def _begins(column: sa.Column[Any], prefix: str) -> sa.ColumnElement[bool]:
    """The id begins so (ids are hex: no wildcards to escape, and no empty prefix to match all)."""
    if not prefix:
        return sa.false()
    return sa.and_(column >= prefix, column < prefix + "\N{DELETE}")


def _numbered(connection: sa.Connection, row: sa.Row[Any]) -> NumberedAlert:
    this = sa.and_(deliveries.c.alert_id == row.alert_id, deliveries.c.revision == row.revision)
    ways = connection.execute(sa.select(deliveries).where(this).order_by(deliveries.c.sink)).all()
    sent = tuple(SentTo(way.sink, way.state, way.due, way.tries, way.message or "") for way in ways)
    return NumberedAlert(number=row.number, alert=unpack(Alert, row.alert), latest=row.latest, sent=sent)


def _stored_story(connection: sa.Connection, story: Story) -> StoredStory:
    query = sa.select(memberships.c.membership).where(memberships.c.story_id == story.id)
    places = {place.article_id: place for place in _memberships(connection, query)}
    found = [
        _stored_article(connection, row)
        for row in connection.execute(judged_query().where(articles.c.article_id.in_(list(places)))).all()
    ]
    found.sort(key=lambda article: (article.judged.article.published, article.judged.article.id))
    absorbed = sa.select(stories.c.story_id).where(stories.c.merged_into == story.id).order_by(stories.c.story_id)
    return StoredStory(story=story, articles=tuple(found), absorbed=tuple(connection.execute(absorbed).scalars().all()))


def _memberships(connection: sa.Connection, query: sa.Select[Any]) -> Sequence[Membership]:
    return [unpack(Membership, packed) for packed in connection.execute(query).scalars().all()]


def _stored_article(connection: sa.Connection, row: sa.Row[Any]) -> StoredArticle:
    query = sa.select(memberships.c.membership).where(memberships.c.article_id == row.article_id)
    place = next(iter(_memberships(connection, query)), None)
    return StoredArticle(judged=judged_of(row), ledger=row.ledger, decided=row.decided, membership=place)
