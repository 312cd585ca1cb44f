"""Histories go with the documents they come from; what was told of a feed's health with its alert."""

import msgspec

from pipeline.store import Store
from tests.pipeline.store.records import FEED, NOW, accept, accept_unknown, new_entry
from transforms.alerts.health import LEDGER, health_change
from transforms.config import AlertsConfig
from transforms.feeds.ports import Polled
from transforms.model import Feed, FeedCondition, FeedCursor, FeedHealth

replace = msgspec.structs.replace


def change(store: Store, condition: FeedCondition, now: float = NOW):
    (feed,) = store.health.watched()
    health = FeedHealth(FEED, "East", condition, "Seen.", "Do.")
    return health_change(health, feed.told, sinks=("desk", "file"), config=AlertsConfig(), now=now)


def test_a_history_grows_with_each_document_and_not_with_other_polls(store: Store) -> None:
    accept(store, *(new_entry(name) for name in "abc"), now=NOW)
    (before,) = store.health.watched()
    assert (before.history.since, before.history.listed, before.history.counts) == (NOW, 3, b"")
    store.feeds.touch([replace(before.cursor, version=2, last_success=NOW + 3600)])
    (touched,) = store.health.watched()
    assert touched.history == before.history
    accept(store, *(new_entry(name) for name in "bcdef"), now=NOW + 7200)
    (after,) = store.health.watched()
    assert (sum(after.history.counts), after.history.last_new, after.history.listed) == (3, NOW + 7200, 5)
    assert store.health.missed_since(0.0) == []


def test_a_document_that_is_not_accepted_leaves_no_trace(store: Store) -> None:
    accept(store, new_entry("a"))
    (before,) = store.health.watched()
    stale = replace(before.cursor, version=before.cursor.version)
    assert store.feeds.accept([Polled(stale, (new_entry("b"),), NOW + 9)], accept_unknown) == [None]
    assert store.health.watched() == [before]


def test_feeds_that_lost_entries_are_known_by_when(store: Store) -> None:
    accept(store, *(new_entry(name) for name in "abc"))
    accept(store, *(new_entry(name) for name in "xyz"), now=NOW + 60)
    assert store.health.missed_since(NOW + 60) == [Feed(FEED)]
    assert store.health.missed_since(NOW + 61) == []


def test_a_change_is_written_with_its_deliveries_and_only_once(store: Store) -> None:
    store.feeds.add_feed(Feed(FEED))
    first = change(store, FeedCondition.GONE)
    assert store.health.tell([first]) == 1
    assert store.health.tell([first]) == 0
    assert change(store, FeedCondition.GONE) is None
    assert store.feeds.due_deliveries() == [(LEDGER, "desk"), (LEDGER, "file")]
    (delivery,) = store.outbox.take(LEDGER, "desk", "me", 9)
    assert delivery.alert == first.alert
    assert store.health.tell([change(store, FeedCondition.NORMAL, NOW + 60)]) == 1
    (row,) = store.reading.alerts()
    assert (row.alert.revision, row.alert.feed.condition) == (2, FeedCondition.NORMAL)


def test_what_is_told_and_what_documents_show_do_not_overwrite_each_other(store: Store) -> None:
    accept(store, new_entry("a"))
    store.health.tell([change(store, FeedCondition.GONE)])
    accept(store, new_entry("a"), new_entry("b"), now=NOW + 60)
    (feed,) = store.health.watched()
    assert feed.told.condition is FeedCondition.GONE
    assert feed.history.listed == 2


def test_a_feed_off_the_list_is_watched_only_while_a_trouble_of_it_is_open(store: Store) -> None:
    store.feeds.add_feed(Feed(FEED))
    store.health.tell([change(store, FeedCondition.GONE)])
    store.feeds.remove_feed(FEED)
    (feed,) = store.health.watched()
    assert not feed.active
    store.health.tell([change(store, FeedCondition.NORMAL)])
    assert store.health.watched() == []


def test_a_feed_is_watched_as_it_is_listed_now(store: Store) -> None:
    store.feeds.add_feed(Feed(FEED, name="old"))
    store.feeds.touch([FeedCursor(Feed(FEED, name="old"), version=1)])
    store.feeds.sync_feeds([Feed(FEED, name="new")])
    (feed,) = store.health.watched()
    assert (feed.cursor.feed.name, feed.history) == ("new", None)
