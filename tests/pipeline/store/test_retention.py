import msgspec
import pytest

from pipeline.store import Retention, Store
from pipeline.store.retention import DAY, YEAR
from tests.pipeline.store.records import (
    ALL,
    FEED,
    NOW,
    accept,
    alert,
    judged,
    membership,
    new_entry,
    starting_wave,
    story,
    write,
)
from transforms.model import AlertState, DeadLetter, DeliveryResult, Feed, Outcome, OutcomeKind
from transforms.stories.ports import DecidedArticle, Wave

POLICY = Retention()
replace = msgspec.structs.replace


def text_of(store: Store, article_id: str) -> str | None:
    with store.ledgers.ledger("en") as rows:
        stored = rows.stored([article_id])
    return stored[article_id].article.text if stored else None


def seq_of(store: Store) -> int:
    with store.ledgers.ledger("en") as rows:
        return rows.seq


@pytest.mark.parametrize("name", ["texts", "fingerprints", "stories"])
def test_nothing_that_decisions_need_may_go_before_the_window(store: Store, name: str) -> None:
    with pytest.raises(ValueError, match=rf"retention of {name} \(86400 s\) is shorter than the stories' window"):
        store.prune(NOW, Retention(**{name: DAY}))


def test_texts_then_stories_with_their_articles_go_in_time(store: Store) -> None:
    write(store, starting_wave(1, "a", "s1"))
    with store.ledgers.ledger("en") as rows:
        rows.claim([("key", "title")], "a")
    assert store.prune(NOW + 29 * DAY, POLICY).texts == 0
    assert text_of(store, "a") == judged("a").article.text
    assert seq_of(store) == 1
    gone = store.prune(NOW + 31 * DAY, POLICY)
    assert (gone.texts, gone.fingerprints, gone.stories) == (1, 1, 0)
    assert text_of(store, "a") == ""
    assert seq_of(store) > 1, "what changes a ledger takes its next number"
    with store.ledgers.ledger("en") as rows:
        assert rows.outcome("a", judged("a").article.text_hash) is not None, "that it was decided is still known"
    gone = store.prune(NOW + 366 * DAY, POLICY)
    assert (gone.stories, gone.articles) == (1, 1)
    assert text_of(store, "a") is None
    with store.ledgers.ledger("en") as rows:
        assert rows.claim([("key", "another title")], "b")["key"].article_id == "b"
    assert store.prune(NOW + 366 * DAY, POLICY) == store.prune(NOW + 366 * DAY, POLICY)


def test_an_old_story_that_still_grows_is_kept(store: Store) -> None:
    write(store, starting_wave(1, "a", "s1"))
    late = judged("b", published=NOW + 360 * DAY)
    grown = story("s1", "a", 2, latest=NOW + 360 * DAY, size=2)
    places = (membership("b", "s1", 2),)
    write(store, Wave(seq=2, articles=(DecidedArticle(late, 2, 2),), memberships=places, stories=(grown,)))
    assert store.prune(NOW + 400 * DAY, POLICY).stories == 0
    assert len(store.reading.story("s1")[0].articles) == 2


def test_what_an_open_alert_rests_on_is_kept_until_the_alert_is_merged_or_old(store: Store) -> None:
    write(store, replace(starting_wave(1, "a", "s1"), alerts=(alert("x1", raised=NOW + 300 * DAY),)))
    write(store, replace(starting_wave(2, "b", "s2"), alerts=(alert("x2", story_id="s2"),)))
    merged = alert("x2", 2, story_id="s2", state=AlertState.MERGED, merged_into="x1")
    write(store, Wave(seq=3, alerts=(merged,)))
    store.prune(NOW + 31 * DAY, POLICY)
    assert (text_of(store, "a"), text_of(store, "b")) == (judged("a").article.text, "")
    gone = store.prune(NOW + 366 * DAY, POLICY)
    assert (gone.stories, gone.alerts) == (1, 0)
    assert [told.alert.id for told in store.reading.alerts()] == ["x2", "x1"], "a delivery waits: the alert stays"
    while taken := store.outbox.take("en", "desk", "me", 9):
        store.outbox.record(
            [DeliveryResult(d.delivery, d.sink, d.alert.id, d.alert.revision, delivered=True) for d in taken]
        )
    gone = store.prune(NOW + 300 * DAY + YEAR + DAY, POLICY)
    assert (gone.alerts, gone.stories) == (2, 1)
    assert store.reading.alerts() == []
    assert text_of(store, "a") is None


def test_a_replaced_text_goes_when_its_story_leaves_the_window(store: Store) -> None:
    write(store, starting_wave(1, "a", "s1"))
    edited = judged("a", text="Another text.")
    outcome = Outcome(OutcomeKind.REVISED, "a", "en", seq=2)
    write(store, Wave(seq=2, articles=(DecidedArticle(edited, 1, 2),), ended=(outcome,)))
    assert store.prune(NOW + 6 * DAY, POLICY).texts == 0
    assert store.prune(NOW + 8 * DAY, POLICY).texts == 1
    assert text_of(store, "a") == "Another text."
    with store.ledgers.ledger("en") as rows:
        assert rows.outcome("a", judged("a").article.text_hash) is not None


def test_a_seen_link_stays_while_its_feed_lists_it_and_a_year_after(store: Store) -> None:
    accept(store, new_entry("a"), new_entry("b"))
    assert store.prune(NOW + 2 * YEAR, POLICY).seen_links == 0, "the feed's last document lists both"
    accept(store, new_entry("b"), now=NOW + 2 * DAY)
    assert store.prune(NOW + YEAR - DAY, POLICY).seen_links == 0
    assert store.prune(NOW + YEAR + 3 * DAY, POLICY).seen_links == 2, "link and guid of the one that has left"
    assert accept(store, new_entry("a"), new_entry("b"), now=NOW + YEAR + 3 * DAY) == 1
    store.feeds.sync_feeds([Feed("http://another.example/feed")])
    assert store.prune(NOW + 3 * YEAR, POLICY).seen_links == 4, FEED


def test_ended_rows_redriven_letters_and_former_owners_go(store: Store) -> None:
    accept(store, new_entry("a"), new_entry("b"))
    first, _ = store.feeds.take_rows(ALL, "me", 2, now=NOW)
    store.dead_letters.record([DeadLetter("ExtractArticles", "unreadable", "", "a", row=first.row, last_seen=NOW)])
    store.dead_letters.redrive(store.dead_letters.listed()[0].number, NOW)
    store.feeds.drop(first, "not news")
    with store.owners.own("shards", "wirewatch run"):
        pass
    now = store.reading.now()
    assert store.prune(now, POLICY).rows == 0
    assert store.prune(now + 8 * DAY, POLICY).rows == 1
    assert store.reading.counts().rows == {"taken": 1}
    assert store.dead_letters.get(1) is None
