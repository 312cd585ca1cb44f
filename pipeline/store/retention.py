"""What is forgotten, and when; what an open alert rests on is kept."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from pipeline.store.accepting import RELISTED_AFTER
from pipeline.store.engine import Database
from pipeline.store.leases import ENDED, HELD, chunked
from pipeline.store.ledger import advance, lock
from pipeline.store.letters import REDRIVEN
from pipeline.store.outbox import DELIVERED, SUPERSEDED
from pipeline.store.schema import (
    alerts,
    articles,
    claims,
    dead_letters,
    deliveries,
    feeds,
    fingerprints,
    hand_edits,
    inbox,
    ledgers,
    memberships,
    owners,
    robots,
    seen_links,
    stories,
    texts,
)
from transforms.model import AlertState, Record, Seconds

DAY = 86400.0
YEAR = 365 * DAY

_AT_ONCE = 500


class Retention(Record, frozen=True):
    """How long things stay: seconds from acceptance, but where it says otherwise."""

    window: float = 7 * DAY
    """The stories' window: nothing that a decision may need is forgotten inside it."""
    texts: float = 30 * DAY
    """At least the window."""
    fingerprints: float = 30 * DAY
    stories: float = YEAR
    seen_links: float = YEAR
    """From when the feed last listed the link."""
    alerts: float = YEAR
    """From its last revision an alert is open so long, unless it was merged."""
    rows: float = 7 * DAY
    """Ended rows, for looking into: from their end."""


class Pruned(Record, frozen=True):
    """How many of each were forgotten."""

    texts: int = 0
    fingerprints: int = 0
    stories: int = 0
    articles: int = 0
    alerts: int = 0
    seen_links: int = 0
    rows: int = 0


class Pruning:
    """Forgets, in many short transactions."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def prune(self, now: Seconds, policy: Retention) -> Pruned:
        """Forget what the policy no longer keeps.

        Whole articles go with their story. Whatever changes a ledger is done under its lock and its next number.

        Raises:
            ValueError: texts, fingerprints or stories are to stay shorter than the window.
        """
        for name in ("texts", "fingerprints", "stories"):
            if getattr(policy, name) < policy.window:
                raise ValueError(
                    f"retention of {name} ({getattr(policy, name):.0f} s) is shorter than the stories' window "
                    f"({policy.window:.0f} s); make it at least as long"
                )
        alerts_gone = self._repeat(lambda c: _alerts(c, now - policy.alerts))
        texts_gone = fingerprints_gone = stories_gone = articles_gone = 0
        keys = self._db.read(lambda c: list(c.execute(sa.select(ledgers.c.key)).scalars()))
        for key in keys:
            stories_gone += self._in_ledger(key, lambda c, k: _stories(c, k, now - policy.stories))
            articles_gone += self._in_ledger(key, lambda c, k: _articles(c, k, now - policy.stories))
            texts_gone += self._in_ledger(key, lambda c, k: _texts(c, k, now - policy.texts))
            texts_gone += self._in_ledger(key, lambda c, k: _old_revisions(c, k, now - policy.window))
            fingerprints_gone += self._in_ledger(key, lambda c, k: _fingerprints(c, k, now - policy.fingerprints))
        return Pruned(
            texts=texts_gone,
            fingerprints=fingerprints_gone,
            stories=stories_gone,
            articles=articles_gone,
            alerts=alerts_gone,
            seen_links=self._repeat(lambda c: _seen_links(c, now - policy.seen_links)),
            rows=self._repeat(lambda c: _rows(c, now - policy.rows)),
        )

    def _repeat(self, some: Callable[[sa.Connection], int]) -> int:
        total = 0
        while gone := self._db.write(some):
            total += gone
        return total

    def _in_ledger(self, key: str, some: Callable[[sa.Connection, str], int]) -> int:
        def work(connection: sa.Connection) -> int:
            seq = lock(connection, key)
            gone = some(connection, key)
            if gone:
                advance(connection, key, seq + 1)
            return gone

        return self._repeat(work)


def _open_story(story_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Some alert that is open, or on its way to a sink, rests on the story."""
    told = alerts.alias("told")
    return sa.exists().where(told.c.story_id == story_id, told.c.latest, told.c.state != AlertState.MERGED.value)


def _open_article(article_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    place = memberships.alias("place")
    return sa.exists().where(place.c.article_id == article_id, _open_story(place.c.story_id))


def _alerts(connection: sa.Connection, before: Seconds) -> int:
    """Alerts, with all their revisions, whose last one is old and has ended everywhere."""
    waits = sa.exists().where(
        deliveries.c.alert_id == alerts.c.alert_id, deliveries.c.state.not_in([DELIVERED, SUPERSEDED, "dead"])
    )
    old = sa.select(alerts.c.alert_id).where(alerts.c.latest, alerts.c.raised < before, sa.not_(waits)).limit(_AT_ONCE)
    gone = list(connection.execute(old).scalars())
    connection.execute(deliveries.delete().where(deliveries.c.alert_id.in_(gone)))
    connection.execute(alerts.delete().where(alerts.c.alert_id.in_(gone)))
    return len(gone)


def _stories(connection: sa.Connection, ledger: str, before: Seconds) -> int:
    """Stories all of whose articles were accepted long ago, with these articles' places."""
    young = sa.exists().where(
        memberships.c.story_id == stories.c.story_id,
        articles.c.article_id == memberships.c.article_id,
        articles.c.accepted >= before,
    )
    old = (
        sa.select(stories.c.story_id)
        .where(stories.c.ledger == ledger, stories.c.latest < before)
        .where(sa.not_(young), sa.not_(_open_story(stories.c.story_id)))
        .limit(_AT_ONCE)
    )
    gone = list(connection.execute(old).scalars())
    connection.execute(memberships.delete().where(memberships.c.story_id.in_(gone)))
    connection.execute(hand_edits.delete().where(hand_edits.c.story_id.in_(gone)))
    connection.execute(stories.delete().where(stories.c.story_id.in_(gone)))
    return len(gone)


def _articles(connection: sa.Connection, ledger: str, before: Seconds) -> int:
    """Articles whose story has gone, with texts, fingerprints and claims."""
    placed = sa.exists().where(memberships.c.article_id == articles.c.article_id)
    old = (
        sa.select(articles.c.article_id)
        .where(articles.c.ledger == ledger, articles.c.accepted < before, sa.not_(placed))
        .limit(_AT_ONCE)
    )
    gone = list(connection.execute(old).scalars())
    for table in (texts, fingerprints, claims, articles):
        connection.execute(table.delete().where(table.c.article_id.in_(gone)))
    return len(gone)


def _texts(connection: sa.Connection, ledger: str, before: Seconds) -> int:
    """The words of old texts; that they were decided, and how, stays with their article."""
    old = (
        sa.select(texts.c.article_id, texts.c.text_hash)
        .join(articles, articles.c.article_id == texts.c.article_id)
        .where(articles.c.ledger == ledger, texts.c.seen < before, texts.c.text.is_not(None))
        .where(sa.not_(_open_article(texts.c.article_id)))
        .limit(_AT_ONCE)
    )
    rows = _pairs(connection, old)
    connection.execute(texts.update().where(_among(texts, rows)).values(text=None))
    return len(rows)


def _old_revisions(connection: sa.Connection, ledger: str, before: Seconds) -> int:
    """The words of texts that a later one replaced, once their story has left the window."""
    in_window = sa.exists().where(
        memberships.c.article_id == texts.c.article_id,
        stories.c.story_id == memberships.c.story_id,
        stories.c.latest >= before,
    )
    old = (
        sa.select(texts.c.article_id, texts.c.text_hash)
        .join(articles, articles.c.article_id == texts.c.article_id)
        .where(articles.c.ledger == ledger, texts.c.seen < before, texts.c.text.is_not(None))
        .where(sa.not_(texts.c.latest), sa.not_(in_window))
        .where(sa.not_(_open_article(texts.c.article_id)))
        .limit(_AT_ONCE)
    )
    rows = _pairs(connection, old)
    connection.execute(texts.update().where(_among(texts, rows)).values(text=None))
    connection.execute(fingerprints.delete().where(_among(fingerprints, rows)))
    return len(rows)


def _fingerprints(connection: sa.Connection, ledger: str, before: Seconds) -> int:
    old = (
        sa.select(fingerprints.c.article_id, fingerprints.c.text_hash)
        .join(articles, articles.c.article_id == fingerprints.c.article_id)
        .where(articles.c.ledger == ledger, fingerprints.c.seen < before)
        .where(sa.not_(_open_article(fingerprints.c.article_id)))
        .limit(_AT_ONCE)
    )
    rows = _pairs(connection, old)
    connection.execute(fingerprints.delete().where(_among(fingerprints, rows)))
    return len(rows)


def _pairs(connection: sa.Connection, old: sa.Select[Any]) -> list[tuple[str, str]]:
    """(article, text) keys."""
    return [(article_id, text_hash) for article_id, text_hash in connection.execute(old)]


def _among(table: sa.Table, pairs: list[tuple[str, str]]) -> sa.ColumnElement[bool]:
    return sa.tuple_(table.c.article_id, table.c.text_hash).in_(pairs)


def _seen_links(connection: sa.Connection, before: Seconds) -> int:
    """Links that their feed listed long ago and not in the last document that it sent."""
    in_the_last = seen_links.c.listed >= feeds.c.listed - RELISTED_AFTER
    listed = sa.exists().where(feeds.c.url == seen_links.c.feed, feeds.c.active, in_the_last)
    old = sa.and_(seen_links.c.listed < before, sa.not_(listed))
    rows = connection.execute(sa.select(seen_links.c.kind, seen_links.c.key).where(old).limit(_AT_ONCE)).all()
    for kind in ("link", "guid"):
        for chunk in chunked(row.key for row in rows if row.kind == kind):
            these = sa.and_(seen_links.c.kind == kind, seen_links.c.key.in_(chunk))
            connection.execute(seen_links.delete().where(these))
    return len(rows)


def _rows(connection: sa.Connection, before: Seconds) -> int:
    """Ended rows, redriven letters that did not come back, owners and robots files of long ago."""
    done = sa.and_(dead_letters.c.state == REDRIVEN, dead_letters.c.last_seen < before)
    connection.execute(dead_letters.delete().where(done))
    connection.execute(owners.delete().where(owners.c.state != HELD, owners.c.leased_until < before))
    connection.execute(robots.delete().where(robots.c.until < before))
    old = sa.select(inbox.c.row).where(inbox.c.state == ENDED, inbox.c.ended_at < before).limit(_AT_ONCE)
    gone = list(connection.execute(old).scalars())
    connection.execute(inbox.delete().where(inbox.c.row.in_(gone)))
    return len(gone)
