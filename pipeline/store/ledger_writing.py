"""Writing a wave: articles and their places, stories, alerts and deliveries, and the end of the rows they came from."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from pipeline.store.columns import clean, digest, pack
from pipeline.store.engine import database_now
from pipeline.store.inbox import add_again
from pipeline.store.leases import ENDED, RELEASED, chunked, insert
from pipeline.store.ledger_reading import APART, TOGETHER
from pipeline.store.outbox import post
from pipeline.store.schema import alerts, articles, claims, fingerprints, hand_edits, inbox, memberships, stories, texts
from transforms.model import Alert, Membership, Outcome, OutcomeKind, Story
from transforms.stories.ports import Claim, DecidedArticle, Wave

_ALERT_NUMBERS = 0x616C7274  # "alrt": PostgreSQL's lock under which alerts are numbered in the order of their commits


def write(connection: sa.Connection, ledger: str, wave: Wave) -> None:
    """Write all of a wave into a locked ledger."""
    _write_articles(connection, ledger, wave)
    _upsert(connection, memberships, ["article_id"], [_membership(ledger, m) for m in wave.memberships])
    _upsert(connection, stories, ["story_id"], [_story(ledger, s) for s in wave.stories])
    write_alerts(connection, ledger, wave.alerts, wave.seq)
    _write_hand_edits(connection, ledger, APART, wave.apart, wave.seq)
    _write_hand_edits(connection, ledger, TOGETHER, wave.together, wave.seq)
    _end_rows(connection, ledger, wave.ended)


def _write_articles(connection: sa.Connection, ledger: str, wave: Wave) -> None:
    outcomes = _outcomes(wave)
    decided = sorted(wave.articles, key=lambda article: article.seq)
    written = [_text(article, outcomes) for article in decided]
    # A text decided anew (its fingerprint rebuilt) keeps the outcome of its first decision.
    told = [text for text in written if text["outcome"] is not None]
    untold = [{k: v for k, v in text.items() if k != "outcome"} for text in written if text["outcome"] is None]
    _upsert(connection, texts, ["article_id", "text_hash"], told)
    _upsert(connection, texts, ["article_id", "text_hash"], untold)
    _upsert(connection, fingerprints, ["article_id", "text_hash"], [_fingerprint(a) for a in decided])
    _upsert(connection, articles, ["article_id"], [_identity(ledger, a) for a in decided], keep=_FIRST_DECISION)
    if decided:
        article = texts.c.article_id == sa.bindparam("revised")
        former = sa.and_(article, texts.c.text_hash != sa.bindparam("current"), texts.c.latest)
        latest = {a.judged.article.id: a.judged.article.text_hash for a in decided}
        revised = [{"revised": article_id, "current": text_hash} for article_id, text_hash in latest.items()]
        connection.execute(texts.update().where(former).values(latest=False), revised)


_FIRST_DECISION = ("ledger", "decided", "accepted")


def _outcomes(wave: Wave) -> dict[tuple[str, int], Outcome]:
    """The outcomes that belong to a written text, by article and number; 0: the article's only one."""
    outcomes: dict[tuple[str, int], Outcome] = {}
    for outcome in wave.ended:
        if outcome.kind in {OutcomeKind.DECIDED, OutcomeKind.REVISED}:
            outcomes[outcome.article_id, outcome.seq] = outcome
            outcomes.setdefault((outcome.article_id, 0), outcome)
    return outcomes


def _text(decided: DecidedArticle, outcomes: dict[tuple[str, int], Outcome]) -> dict[str, Any]:
    article = decided.judged.article
    outcome = outcomes.get((article.id, decided.seq)) or outcomes.get((article.id, 0))
    return {
        "article_id": article.id,
        "text_hash": article.text_hash,
        "seq": decided.seq,
        "seen": article.seen or article.published,
        "article": pack(msgspec.structs.replace(article, text="")),
        "text": article.text,
        "relevance": pack(decided.judged.relevance),
        "outcome": None if outcome is None else pack(outcome),
        "latest": True,
    }


def _fingerprint(decided: DecidedArticle) -> dict[str, Any]:
    article = decided.judged.article
    return {
        "article_id": article.id,
        "text_hash": article.text_hash,
        "version": decided.judged.fingerprint.version,
        "seen": article.seen or article.published,
        "fingerprint": pack(decided.judged.fingerprint),
    }


def _identity(ledger: str, decided: DecidedArticle) -> dict[str, Any]:
    article = decided.judged.article
    return {
        "article_id": article.id,
        "ledger": ledger,
        "decided": decided.decided,
        "seq": decided.seq,
        "text_hash": article.text_hash,
        "published": article.published,
        "accepted": article.seen or article.published,
        "url_key": digest(article.url),
    }


def _membership(ledger: str, membership: Membership) -> dict[str, Any]:
    return {
        "article_id": membership.article_id,
        "ledger": ledger,
        "story_id": membership.story_id,
        "placed": membership.placed,
        "relation": membership.relation.value,
        "score": membership.score,
        "reason": membership.reason,
        "matched": membership.matched,
        "seq": membership.seq,
        "membership": pack(membership),
    }


def _story(ledger: str, story: Story) -> dict[str, Any]:
    return {
        "story_id": story.id,
        "ledger": ledger,
        "seq": story.seq,
        "started": story.started,
        "latest": story.latest,
        "size": story.size,
        "merged_into": story.merged_into,
        "story": pack(story),
    }


def write_alerts(connection: sa.Connection, ledger: str, raised: Sequence[Alert], seq: int) -> None:
    """Write alert revisions under the store's next numbers, with a delivery a sink."""
    if raised and connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ALERT_NUMBERS)))
    for alert in raised:
        former = sa.and_(alerts.c.alert_id == alert.id, alerts.c.revision < alert.revision)
        connection.execute(alerts.update().where(former).values(latest=False))
        values = {
            "alert_id": alert.id,
            "revision": alert.revision,
            "latest": True,
            "state": alert.state.value,
            "topic": alert.topic,
            "ledger": ledger,
            "story_id": alert.story,
            "raised": alert.raised,
            "seq": seq,
            "alert": pack(alert),
        }
        connection.execute(alerts.insert().values(values))
        post(connection, ledger, alert)


def _write_hand_edits(
    connection: sa.Connection, ledger: str, kind: str, pairs: Iterable[tuple[str, str]], seq: int
) -> None:
    """What a person parts or joins; a pair's latest word stands."""
    rows = [{"article_id": article_id, "story_id": story_id} for article_id, story_id in pairs]
    if rows:
        said = {"kind": kind, "ledger": ledger, "seq": seq, "made": database_now()}
        statement = insert(connection, hand_edits).values(said)
        same = ["article_id", "story_id"]
        connection.execute(statement.on_conflict_do_update(index_elements=same, set_=said), rows)


def _end_rows(connection: sa.Connection, ledger: str, ended: Iterable[Outcome]) -> None:
    ended = list(ended)
    for outcome in ended:
        if (
            outcome.row and outcome.again
        ):  # while the row is open: a rival that has ended it has added the next one, too
            add_again(connection, outcome.row, outcome.again, article_id=outcome.article_id)
    ending = [{"ended_row": o.row, "kind": o.kind.value, "ended_article": o.article_id} for o in ended if o.row]
    if not ending:
        return
    statement = (
        inbox.update()
        .where(inbox.c.row == sa.bindparam("ended_row"), inbox.c.state != ENDED)
        .values(
            **{**RELEASED, "state": ENDED},
            outcome=sa.bindparam("kind"),
            article_id=sa.bindparam("ended_article"),
            ledger=ledger,
            ended_at=database_now(),
        )
    )
    connection.execute(statement, sorted(ending, key=lambda row: row["ended_row"]))


def _upsert(
    connection: sa.Connection,
    table: sa.Table,
    key: list[str],
    rows: Sequence[dict[str, Any]],
    keep: Sequence[str] = (),
) -> None:
    """Insert rows or overwrite those of the same key, but for the columns to keep; later rows win."""
    if not rows:
        return
    rows = list({tuple(row[name] for name in key): row for row in rows}.values())
    statement = insert(connection, table)
    fresh = {name: statement.excluded[name] for name in rows[0] if name not in key and name not in keep}
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=fresh), rows)


def claim(connection: sa.Connection, keys: Sequence[tuple[str, str]], article_id: str) -> dict[str, Claim]:
    """Claim each (key, folded title) where it is free; every key's claim as it stands then."""
    wanted = {key: clean(title) for key, title in keys}
    by_digest = {digest(key): key for key in wanted}
    for chunk in chunked(sorted(by_digest)):
        values = [
            {
                "key": hashed,
                "claimed": by_digest[hashed],
                "article_id": article_id,
                "title": wanted[by_digest[hashed]],
                "contested": False,
            }
            for hashed in chunk
        ]
        connection.execute(insert(connection, claims).on_conflict_do_nothing(), values)
    found: dict[str, Claim] = {}
    for chunk in chunked(sorted(by_digest)):
        query = sa.select(claims).where(claims.c.key.in_(chunk)).order_by(claims.c.key).with_for_update()
        for row in connection.execute(query).all():
            key = by_digest[row.key]
            contested = row.contested or row.title != wanted[key]
            if contested != row.contested:
                connection.execute(claims.update().where(claims.c.key == row.key).values(contested=True))
            found[key] = Claim(key=key, article_id=row.article_id, title=row.title, contested=contested)
    return found
