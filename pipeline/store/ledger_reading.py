"""What a ledger's memory is made of, and articles by id."""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from pipeline.store.columns import unpack, unpack_many
from pipeline.store.leases import chunked
from pipeline.store.schema import alerts, articles, fingerprints, hand_edits, memberships, stories, texts
from transforms.model import Alert, Article, Fingerprint, Judged, Membership, Relevance, Seconds, Story
from transforms.stories.ports import KnownArticle, LedgerChanges

APART = "apart"
TOGETHER = "together"


def since(connection: sa.Connection, ledger: str, seq: int, published_after: Seconds, ledger_seq: int) -> LedgerChanges:
    """What the ledger committed after seq.

    From the start (seq below 1) the window's index is read, else the numbers': either way only what is wanted.
    """
    if seq >= ledger_seq:
        return LedgerChanges(seq=ledger_seq)
    return LedgerChanges(
        seq=ledger_seq,
        articles=_articles(connection, ledger, seq, published_after),
        memberships=_memberships(connection, ledger, seq, published_after),
        stories=_stories(connection, ledger, seq, published_after),
        alerts=_alerts(connection, ledger, seq, published_after),
        apart=_hand_edits(connection, ledger, seq, APART),
        together=_hand_edits(connection, ledger, seq, TOGETHER),
    )


def _articles(connection: sa.Connection, ledger: str, seq: int, after: Seconds) -> tuple[KnownArticle, ...]:
    wanted = _wanted(articles.c.seq, seq, articles.c.published, after)
    query = _known_query().where(articles.c.ledger == ledger, wanted)
    known = [_known(row) for row in connection.execute(query) if row.published >= after]
    return tuple(sorted(known, key=lambda article: (article.seq, article.decided)))


def members(connection: sa.Connection, story_id: str) -> list[tuple[KnownArticle, Membership]]:
    """All members of a story, in order of decision."""
    placed = memberships.c.article_id == articles.c.article_id
    query = _known_query().add_columns(memberships.c.membership).join(memberships, placed)
    query = query.where(memberships.c.story_id == story_id).order_by(articles.c.decided, articles.c.article_id)
    return [(_known(row), unpack(Membership, row.membership)) for row in connection.execute(query)]


_CURRENT = sa.and_(texts.c.article_id == articles.c.article_id, texts.c.text_hash == articles.c.text_hash)
_PRINTED = sa.and_(fingerprints.c.article_id == texts.c.article_id, fingerprints.c.text_hash == texts.c.text_hash)


def _known_query() -> sa.Select[Any]:
    columns = (
        articles.c.decided,
        articles.c.seq,
        articles.c.published,
        texts.c.article,
        texts.c.relevance,
        fingerprints.c.fingerprint,
    )
    return sa.select(*columns).select_from(articles.join(texts, _CURRENT).join(fingerprints, _PRINTED))


def _known(row: sa.Row[Any]) -> KnownArticle:
    return KnownArticle(
        article=unpack(Article, row.article),
        fingerprint=unpack(Fingerprint, row.fingerprint),
        relevance=unpack_many(Relevance, row.relevance),
        decided=row.decided,
        seq=row.seq,
    )


def _memberships(connection: sa.Connection, ledger: str, seq: int, after: Seconds) -> tuple[Membership, ...]:
    query = (
        sa.select(memberships.c.membership, articles.c.published)
        .select_from(memberships.join(articles, articles.c.article_id == memberships.c.article_id))
        .where(articles.c.ledger == ledger, _wanted(memberships.c.seq, seq, articles.c.published, after))
    )
    if seq > 0:
        query = query.where(memberships.c.ledger == ledger)
    found = [unpack(Membership, row.membership) for row in connection.execute(query) if row.published >= after]
    return tuple(sorted(found, key=lambda membership: (membership.seq, membership.article_id)))


def _stories(connection: sa.Connection, ledger: str, seq: int, after: Seconds) -> tuple[Story, ...]:
    query = sa.select(stories.c.story).where(
        stories.c.ledger == ledger, _wanted(stories.c.seq, seq, stories.c.latest, after)
    )
    found = [unpack(Story, packed) for packed in connection.execute(query).scalars()]
    return tuple(sorted(found, key=lambda story: (story.seq, story.id)))


def _alerts(connection: sa.Connection, ledger: str, seq: int, after: Seconds) -> tuple[Alert, ...]:
    query = sa.select(alerts.c.alert).where(alerts.c.ledger == ledger, alerts.c.latest)
    if seq > 0:
        query = query.where(alerts.c.seq > seq)
    else:
        told = alerts.join(stories, stories.c.story_id == alerts.c.story_id)
        query = query.select_from(told).where(stories.c.latest >= after)
    query = query.order_by(alerts.c.seq, alerts.c.number)
    return tuple(unpack(Alert, packed) for packed in connection.execute(query).scalars())


def alerts_of(connection: sa.Connection, story_ids: Sequence[str]) -> tuple[Alert, ...]:
    """The latest revisions of the alerts of some stories, in order of their numbers."""
    query = sa.select(alerts.c.alert).where(alerts.c.story_id.in_(story_ids), alerts.c.latest)
    return tuple(unpack(Alert, p) for p in connection.execute(query.order_by(alerts.c.seq, alerts.c.number)).scalars())


def _hand_edits(connection: sa.Connection, ledger: str, seq: int, kind: str) -> tuple[tuple[str, str], ...]:
    query = (
        sa.select(hand_edits.c.article_id, hand_edits.c.story_id)
        .where(hand_edits.c.ledger == ledger, hand_edits.c.seq > seq, hand_edits.c.kind == kind)
        .order_by(hand_edits.c.seq)
    )
    return tuple((row.article_id, row.story_id) for row in connection.execute(query))


def _wanted(number: sa.Column[Any], seq: int, time: sa.Column[Any], after: Seconds) -> sa.ColumnElement[bool]:
    """After a number only by number: few rows, and no planner tempted to read the whole window."""
    return number > seq if seq > 0 else time >= after


def judged(connection: sa.Connection, article_ids: Sequence[str]) -> dict[str, Judged]:
    """Articles by id with their latest text; what was pruned is empty."""
    found: dict[str, Judged] = {}
    for chunk in chunked(sorted(set(article_ids))):
        for row in connection.execute(judged_query().where(articles.c.article_id.in_(chunk))):
            found[row.article_id] = judged_of(row)
    return found


def judged_query() -> sa.Select[Any]:
    """Select what judged_of needs, for each article's latest text."""
    columns = (
        articles.c.number,
        articles.c.article_id,
        articles.c.ledger,
        articles.c.decided,
        texts.c.article,
        texts.c.text,
        texts.c.relevance,
        fingerprints.c.fingerprint,
    )
    return sa.select(*columns).select_from(articles.join(texts, _CURRENT).outerjoin(fingerprints, _PRINTED))


def judged_of(row: sa.Row[Any]) -> Judged:
    """One row of judged_query as a record."""
    article = msgspec.structs.replace(unpack(Article, row.article), text=row.text or "")
    return Judged(
        article=article,
        fingerprint=_no_fingerprint(article.id) if row.fingerprint is None else unpack(Fingerprint, row.fingerprint),
        relevance=unpack_many(Relevance, row.relevance),
    )


def _no_fingerprint(article_id: str) -> Fingerprint:
    nothing: dict[str, int] = {}
    return Fingerprint(
        article_id=article_id,
        version="",
        vector=b"",
        title_terms=nothing,
        lead_terms=nothing,
        body_terms=nothing,
        names=nothing,
    )
