"""Small records for the store's tests."""

from typing import Any

import msgspec

from pipeline.store import Store
from pipeline.store.columns import digest
from transforms.feeds.ports import Acceptance, NewEntry, Polled, Seen, Shard, host_hash
from transforms.model import (
    Alert,
    AlertState,
    Article,
    Entry,
    Feed,
    Fingerprint,
    Judged,
    Membership,
    Outcome,
    OutcomeKind,
    Relation,
    Relevance,
    Story,
)
from transforms.stories.ports import DecidedArticle, Wave

FEED = "http://east.example/feed"
ALL = Shard()
NOW = 1_700_000_000.0


def entry(name: str, **changes: Any) -> Entry:
    link = changes.pop("link", f"http://east.example/{name}")
    return Entry(**{"feed": FEED, "id": name, "link": link, "title": f"Title of {name}", **changes})


def new_entry(name: str, **changes: Any) -> NewEntry:
    own = {key: changes.pop(key) for key in ("backfilled", "seen_only", "link_key", "guid_key") if key in changes}
    made = entry(name, **changes)
    keys = {"link_key": digest(made.link), "guid_key": digest(made.feed, made.id)}
    return NewEntry(entry=made, host_hash=host_hash(made.link), **{**keys, **own})


def accept_unknown(entry: Entry, by_link: Seen | None, by_guid: Seen | None) -> Acceptance:
    """A judge of few words."""
    if by_link is not None:
        return Acceptance.CHANGED if (entry.updated or 0) > (by_link.updated or 0) else Acceptance.KNOWN
    if by_guid is not None and by_guid.title == entry.title:
        return Acceptance.ALIAS
    return Acceptance.NEW


def accept(store: Store, *entries: NewEntry, feed: str = FEED, now: float = NOW) -> int | None:
    """Poll a feed, listed where it is not yet, that has these entries."""
    if feed not in {listed.cursor.feed.url for listed in store.feeds.listed()}:
        store.feeds.add_feed(Feed(feed))
    cursor = next(listed.cursor for listed in store.feeds.listed() if listed.cursor.feed.url == feed)
    polled = msgspec.structs.replace(cursor, version=cursor.version + 1, last_poll=now, next_poll=now + 3600)
    return store.feeds.accept([Polled(polled, entries, now)], accept_unknown)[0]


def judged(name: str, *, published: float = NOW, text: str = "", row: int = 0, relevant: bool = True) -> Judged:
    text = text or f"The text of {name}."
    article = Article(
        id=name,
        url=f"http://east.example/{name}",
        title=f"Title of {name}",
        text=text,
        published=published,
        seen=published,
        row=row,
        text_hash=digest(text),
    )
    fingerprint = Fingerprint(
        article_id=name,
        version="1",
        vector=b"\x01\x02",
        title_terms={"title": 1},
        lead_terms={"text": 1},
        body_terms={"text": 1},
        names={},
        shingles=(1, 2**63 + 5),
    )
    return Judged(article=article, fingerprint=fingerprint, relevance=(Relevance("grain", relevant, 0.5),))


def membership(article_id: str, story_id: str, seq: int, **changes: Any) -> Membership:
    return Membership(
        **{
            "article_id": article_id,
            "story_id": story_id,
            "placed": story_id,
            "relation": Relation.FIRST,
            "reason": "starts a story",
            "seq": seq,
            **changes,
        }
    )


def story(story_id: str, first: str, seq: int, **changes: Any) -> Story:
    return Story(
        **{
            "id": story_id,
            "ledger": "en",
            "title": f"Title of {first}",
            "started": NOW,
            "latest": NOW,
            "first_article": first,
            "seq": seq,
            **changes,
        }
    )


def alert(alert_id: str, revision: int = 1, *, story_id: str = "s1", **changes: Any) -> Alert:
    state = AlertState.NEW if revision == 1 else AlertState.REVISED
    return Alert(
        **{
            "id": alert_id,
            "revision": revision,
            "state": state,
            "topic": "grain",
            "topic_name": "Grain exports",
            "story": story_id,
            "title": "Port closes",
            "raised": NOW,
            "first_raised": NOW,
            "sinks": ("desk",),
            "due": NOW,
            **changes,
        }
    )


def starting_wave(seq: int, name: str, story_id: str, **judging: Any) -> Wave:
    """A wave of one article that starts a story."""
    made = judged(name, **judging)
    place = membership(name, story_id, seq)
    row = made.article.row
    return Wave(
        seq=seq,
        articles=(DecidedArticle(judged=made, decided=seq, seq=seq),),
        memberships=(place,),
        stories=(story(story_id, name, seq, started=made.article.published, latest=made.article.published),),
        ended=(Outcome(OutcomeKind.DECIDED, name, "en", row=row, membership=place, seq=seq),),
    )


def write(store: Store, wave: Wave, ledger: str = "en") -> None:
    with store.ledgers.ledger(ledger) as rows:
        rows.write(wave)


def raise_alerts(store: Store, *alerts: Alert, ledger: str = "en") -> None:
    """One wave that only raises these."""
    with store.ledgers.ledger(ledger) as rows:
        rows.write(Wave(seq=rows.seq + 1, alerts=alerts))
