import random

import msgspec
import pytest

from pipeline.store import Store
from pipeline.store.activity import feeds_due, mark
from pipeline.store.schema import feeds, inbox
from tests.pipeline.store.records import ALL, FEED, NOW, accept, accept_unknown, new_entry
from transforms.feeds.ports import Acceptance, NewEntry, Polled, Shard
from transforms.model import Feed, FeedCursor, FeedStatus

replace = msgspec.structs.replace


def polled(cursor: FeedCursor, *entries: NewEntry) -> Polled:
    return Polled(cursor, entries, NOW)


def cursor_of(store: Store, url: str = FEED) -> FeedCursor:
    return next(listed.cursor for listed in store.feeds.listed(everything=True) if listed.cursor.feed.url == url)


def test_new_feeds_are_due_at_once_and_those_taken_off_the_list_rest(store: Store) -> None:
    store.feeds.sync_feeds([Feed("http://a.example/f"), Feed("http://b.example/f")])
    assert [cursor.feed.url for cursor in store.feeds.due_feeds(ALL, 0.0, 10)] == [
        "http://a.example/f",
        "http://b.example/f",
    ]
    store.feeds.sync_feeds([Feed("http://b.example/f", name="B", tags=("port",))])
    assert [cursor.feed for cursor in store.feeds.due_feeds(ALL, 0.0, 10)] == [
        Feed("http://b.example/f", name="B", tags=("port",))
    ]
    everything = {listed.cursor.feed.url: listed.active for listed in store.feeds.listed(everything=True)}
    assert everything == {"http://a.example/f": False, "http://b.example/f": True}


def test_a_feed_that_comes_back_is_due_and_keeps_what_it_knew(store: Store) -> None:
    store.feeds.add_feed(Feed(FEED))
    store.feeds.touch([replace(cursor_of(store), version=1, etag='"x"', next_poll=NOW + 9, status=FeedStatus.GONE)])
    assert store.feeds.remove_feed(FEED)
    assert not store.feeds.remove_feed(FEED)
    store.feeds.sync_feeds([Feed(FEED)])
    cursor = cursor_of(store)
    assert (cursor.etag, cursor.status, cursor.next_poll) == ('"x"', FeedStatus.NEW, 0.0)
    assert store.feeds.due_feeds(ALL, 0.0, 1) == [cursor]


def test_a_gone_feed_is_polled_again_only_when_it_is_added_by_hand(store: Store) -> None:
    store.feeds.add_feed(Feed(FEED))
    store.feeds.touch([replace(cursor_of(store), version=1, status=FeedStatus.GONE)])
    store.feeds.sync_feeds([Feed(FEED)])
    assert store.feeds.due_feeds(ALL, NOW, 1, everything=True) == []
    store.feeds.add_feed(Feed(FEED))
    assert len(store.feeds.due_feeds(ALL, NOW, 1)) == 1


def test_an_endless_url_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="longer than 2000 bytes"):
        store.feeds.sync_feeds([Feed("http://a.example/" + "x" * 2000)])


def test_due_feeds_come_longest_overdue_first_and_never_under_a_retry_after(store: Store) -> None:
    times = {"http://a.example": (50.0, 0.0), "http://b.example": (10.0, 0.0), "http://c.example": (20.0, 200.0)}
    store.feeds.sync_feeds([Feed(url) for url in times])
    store.feeds.touch(
        [
            FeedCursor(feed=Feed(url), version=1, next_poll=next_poll, not_before=not_before)
            for url, (next_poll, not_before) in times.items()
        ]
    )
    due = [cursor.feed.url for cursor in store.feeds.due_feeds(ALL, 100.0, 10)]
    assert due == ["http://b.example", "http://a.example"]
    assert [c.feed.url for c in store.feeds.due_feeds(ALL, 5.0, 10, everything=True)] == due
    assert store.feeds.next_due(ALL) == 10.0
    assert [c.feed.url for c in store.feeds.due_feeds(ALL, 300.0, 2)] == ["http://b.example", "http://c.example"]


def test_shards_part_the_hosts_between_them(store: Store) -> None:
    urls = {f"http://host{number}.example/feed" for number in range(40)}
    store.feeds.sync_feeds([Feed(url) for url in urls])
    shares = [{c.feed.url for c in store.feeds.due_feeds(Shard(index, 3), 0.0, 99)} for index in range(3)]
    assert set.union(*shares) == urls
    assert sum(map(len, shares)) == len(urls)
    assert all(shares)


def test_a_cursor_is_written_only_over_the_version_before(store: Store) -> None:
    store.feeds.add_feed(Feed(FEED))
    cursor = cursor_of(store)
    store.feeds.touch([replace(cursor, version=2, etag="too new"), replace(cursor, version=0, etag="too old")])
    assert cursor_of(store) == cursor
    store.feeds.touch([replace(cursor, version=1, etag="first"), replace(cursor, version=2, etag="second")])
    assert cursor_of(store).etag == "second"
    assert store.feeds.accept([polled(replace(cursor, version=2), new_entry("a"))], accept_unknown) == [None]
    assert cursor_of(store).etag == "second"
    assert store.reading.counts().rows == {}
    assert accept(store, new_entry("a")) == 1


def test_a_poll_under_way_does_not_undo_what_the_list_says_of_its_feed(store: Store) -> None:
    store.feeds.add_feed(Feed(FEED, name="old"))
    after = replace(cursor_of(store), version=1)
    store.feeds.sync_feeds([Feed(FEED, name="new")])
    store.feeds.touch([after])
    assert cursor_of(store).feed.name == "new"
    assert cursor_of(store).version == 1


def test_a_run_has_only_those_feeds_left_that_it_has_not_asked(store: Store) -> None:
    urls = [f"http://east.example/{name}" for name in ("asked", "due", "held", "later", "gone")]
    store.feeds.sync_feeds([Feed(url) for url in urls])
    since = mark(store.database, NOW)
    asked, due, held, later, gone = (replace(cursor_of(store, url), version=1, next_poll=1.0) for url in urls)
    store.feeds.touch([due, replace(held, not_before=4e9), replace(later, next_poll=4e9)])
    store.feeds.touch([replace(gone, status=FeedStatus.GONE), asked])
    assert feeds_due(store.database, since) == 0
    since = mark(store.database, NOW)
    store.feeds.touch([replace(asked, version=2)])
    assert feeds_due(store.database, since) == 1
    store.feeds.touch([replace(due, version=2)])
    assert feeds_due(store.database, since) == 0


def test_pages_of_due_feeds_follow_one_another_whatever_is_written_between(store: Store) -> None:
    urls = sorted(f"http://host{number}.example/feed" for number in range(7))
    store.feeds.sync_feeds([Feed(url) for url in urls])
    found, page = [], store.feeds.due_feeds(ALL, NOW, 3)
    while page:
        found += [cursor.feed.url for cursor in page]
        store.feeds.touch([replace(cursor, version=1, next_poll=NOW + 60) for cursor in page])
        page = store.feeds.due_feeds(ALL, NOW, 3, after=page[-1])
    assert found == urls


def test_polls_accepted_together_are_as_if_they_had_come_one_after_the_other(store: Store) -> None:
    urls = ["http://west.example/feed", FEED, "http://old.example/feed"]
    store.feeds.sync_feeds([Feed(url) for url in urls])
    same = "http://shared.example/story"
    first, second, third = (replace(cursor_of(store, url), version=1) for url in urls)
    made = store.feeds.accept(
        [
            polled(first, new_entry("x", link=same, feed=urls[0])),
            polled(second, new_entry("y", link=same), new_entry("z")),
            polled(replace(third, version=5), new_entry("never", feed=urls[2])),
            polled(replace(second, version=2), new_entry("z")),
        ],
        accept_unknown,
    )
    assert made == [1, 1, None, 0]
    assert [cursor_of(store, url).version for url in urls] == [1, 2, 0]
    assert [row.entry.id for row in store.feeds.take_rows(ALL, "me", 9, now=NOW)] == ["x", "z"]
    assert cursor_of(store, urls[0]).last_new_entry == NOW


def test_a_moved_feed_belongs_to_its_new_hosts_shard(store: Store) -> None:
    store.feeds.add_feed(Feed(FEED))
    before = {index for index in range(64) if store.feeds.due_feeds(Shard(index, 64), NOW, 1)}
    store.feeds.touch([replace(cursor_of(store), version=1, moved_to="http://elsewhere.example/feed")])
    assert before != {index for index in range(64) if store.feeds.due_feeds(Shard(index, 64), NOW, 1)}


def test_accept_writes_all_or_nothing(store: Store) -> None:
    def fail(*_: object) -> Acceptance:
        raise RuntimeError("poisoned")

    store.feeds.add_feed(Feed(FEED))
    cursor = cursor_of(store)
    with pytest.raises(RuntimeError, match="poisoned"):
        store.feeds.accept([polled(replace(cursor, version=1), new_entry("a"))], fail)
    assert cursor_of(store) == cursor
    assert accept(store, new_entry("a")) == 1


def test_accepting_remembers_and_makes_rows_only_of_what_is_new(store: Store) -> None:
    assert accept(store, new_entry("a"), new_entry("b"), new_entry("a"), new_entry("old", seen_only=True)) == 2
    assert cursor_of(store).last_new_entry == NOW
    assert accept(store, new_entry("a"), new_entry("old"), new_entry("c"), now=NOW + 1) == 1
    assert accept(store, new_entry("a", updated=NOW), now=NOW + 2) == 1, "it says that it changed"
    assert accept(store, new_entry("a", updated=NOW), now=NOW + 3) == 0
    moved = new_entry("b", link="http://east.example/moved-b")
    assert accept(store, moved, now=NOW + 4) == 0, "an alias: known guid, like title"
    assert accept(store, moved, now=NOW + 5) == 0
    rows = store.feeds.take_rows(ALL, "me", 10, now=NOW + 9)
    assert [row.entry.id for row in rows] == ["a", "b", "c", "a"]
    assert [row.accepted for row in rows] == [NOW, NOW, NOW + 1, NOW + 2]


def test_two_feeds_with_one_link_make_one_row(store: Store) -> None:
    same = "http://shared.example/story"
    assert accept(store, new_entry("a", link=same)) == 1
    assert (
        accept(store, new_entry("x", link=same, feed="http://west.example/feed"), feed="http://west.example/feed") == 0
    )


def test_hostile_words_and_many_entries_are_kept(store: Store) -> None:
    nasty = new_entry("n\x00ul", title="\x00'; DROP TABLE feeds; --", link="http://east.example/" + "y" * 9000)
    entries = [nasty, *(new_entry(f"e{number}") for number in range(1200))]
    random.Random(1).shuffle(entries)
    assert accept(store, *entries) == 1201
    assert accept(store, *entries) == 0
    taken = store.feeds.take_rows(ALL, "me", 2000, now=NOW)
    assert len(taken) == 1201
    assert nasty.entry in [row.entry for row in taken]


def test_the_next_row_that_is_due_counts_as_due(store: Store) -> None:
    assert store.feeds.next_due(ALL) is None
    accept(store, new_entry("a"))
    assert store.feeds.next_due(ALL) == NOW
    (row,) = store.feeds.take_rows(ALL, "me", 1, now=NOW)
    assert store.feeds.next_due(ALL) == NOW + 3600, "the feed's next poll"
    store.feeds.retry(row, NOW + 60, "503")
    assert store.feeds.next_due(ALL) == NOW + 60
    assert store.reading.next_due() == NOW + 60


def test_tables_hold_the_times_that_queries_need(store: Store) -> None:
    accept(store, new_entry("a"))
    with store.database.begin(write=False) as connection:
        assert connection.execute(feeds.select()).one().listed == NOW
        assert connection.execute(inbox.select()).one().due == NOW
