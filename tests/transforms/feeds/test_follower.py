import time

import msgspec
import pytest

from tests.arena import eventually
from tests.transforms.feeds.following import FEED, NOW, PATIENCE, Threads, one_pass, wait_for
from tests.transforms.feeds.memory_store import MemoryStore
from tests.transforms.feeds.press import answer, conditional, item, raw, rss
from transforms.feeds.ports import Shard, host_hash
from transforms.model import Entry, FeedStatus, InboxRow, TextFrom
from transforms.workers import WorkerDied, WorkerTimedOut


def test_pass_polls_due_feeds_and_hands_in_their_pages(press, clock, following):
    press.play(FEED, conditional(rss(item("http://post.test/1?utm_source=rss", "One"), item("/2", "Two"))))
    press.play("http://post.test/1", answer("<p>one</p>", headers={"Content-Type": "text/html; charset=koi8-r"}))
    press.play("http://post.test/2", "<p>two</p>")
    store = MemoryStore(FEED, clock=clock, name="The Post")
    pages = sorted(one_pass(following(store)), key=lambda page: page.url)
    assert [(page.body, page.text_from) for page in pages] == [
        (b"<p>one</p>", TextFrom.PAGE),
        (b"<p>two</p>", TextFrom.PAGE),
    ]
    assert (pages[0].content_type, pages[0].charset, pages[0].fetched) == ("text/html", "koi8-r", NOW)
    assert pages[0].row.entry.feed == FEED
    assert pages[0].row.entry.outlet == "The Post"
    assert store.cursors[FEED].status == FeedStatus.OK
    assert press.paths().count("/robots.txt") == 1


def test_second_pass_polls_conditionally_and_fetches_nothing(press, clock, following):
    press.play(FEED, conditional(rss(item("/1")), etag='W/"1"'))
    press.play("http://post.test/1", "<p>one</p>")
    store = MemoryStore(FEED, clock=clock)
    assert len(one_pass(following(store))) == 1
    press.asked.clear()
    assert one_pass(following(store)) == []
    assert press.asked == []
    assert one_pass(following(store, everything=True)) == []
    assert press.paths() == ["/feed"]
    assert press.asked[0].headers["If-None-Match"] == 'W/"1"'
    assert store.cursors[FEED].version == 2


def test_feed_under_a_retry_after_is_not_polled_even_with_everything(press, clock, following):
    press.play(FEED, answer(status=429, headers={"Retry-After": "7200"}))
    store = MemoryStore(FEED, clock=clock)
    one_pass(following(store))
    press.asked.clear()
    clock.now += 7199.0
    one_pass(following(store, everything=True))
    assert press.asked == []
    clock.now += 1.0
    one_pass(following(store, everything=True))
    assert len(press.asked) == 1


def test_retry_after_of_a_host_holds_its_other_feeds_and_pages(press, clock, following):
    urls = [f"http://post.test/feed{n}" for n in range(4)]
    for url in urls:
        press.play(url, answer(status=503, headers={"Retry-After": "7200"}))
    store = MemoryStore(*urls, clock=clock)
    store.add_row(Entry(FEED, "x", "http://post.test/page"), NOW)
    one_pass(following(store, retry_after_scope="host", concurrency=1, per_host=1))
    assert len(press.asked) == 1
    assert all(NOW + 7190.0 < cursor.not_before <= NOW + 7200.0 for cursor in store.cursors.values())
    [(row, due, reason)] = store.retries
    assert due > NOW + 7190.0
    assert (row.tries, reason) == (-1, "waits for its host")


def test_page_that_fails_for_a_passing_reason_is_tried_again_later(press, clock, following):
    press.play(FEED, conditional(rss(item("/1"))))
    press.play("http://post.test/1", answer(status=503, headers={"Retry-After": "4000"}))
    store = MemoryStore(FEED, clock=clock)
    assert one_pass(following(store)) == []
    [(row, due, reason)] = store.retries
    assert (row.tries, due, reason) == (0, NOW + 4000.0, "http-503")
    clock.now = due
    [letter] = one_pass(following(store))
    assert (letter.step, letter.reason, letter.subject, letter.tries) == (
        "FollowFeeds",
        "http-503",
        "http://post.test/1",
        2,
    )
    assert msgspec.msgpack.decode(letter.input, type=InboxRow).entry == row.entry
    assert letter.row in store.under_way


MORE = "<description>Short &lt;b&gt;summary&lt;/b&gt;</description>"
FULL = (
    MORE
    + "<content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'>&lt;p&gt;All of it&lt;/p&gt;</content:encoded>"
)


@pytest.mark.parametrize(
    ("path", "status", "more", "expected"),
    [
        ("wall", 403, FULL, (TextFrom.FEED_CONTENT, b"<p>All of it</p>", "403")),
        ("wall", 401, MORE, (TextFrom.FEED_SUMMARY, b"Short <b>summary</b>", "401")),
        ("wall", 403, "", "http-403"),
        ("secret", 200, FULL, "robots"),
    ],
)
def test_page_that_cannot_be_had(press, clock, following, path, status, more, expected):
    press.play(FEED, rss(item(f"/{path}", more=more)))
    press.play(f"http://post.test/{path}", answer("no", status=status))
    [got] = one_pass(following(MemoryStore(FEED, clock=clock)))
    if isinstance(expected, str):
        assert got.reason == expected
    else:
        assert (got.text_from, got.body, got.unread) == expected
        assert (got.url, got.charset) == (f"http://post.test/{path}", "utf-8")


def test_link_inside_is_a_dead_letter_without_a_request(press, clock, following):
    press.play(FEED, rss(item("http://127.0.0.1/admin", more=FULL)))
    [letter] = one_pass(following(MemoryStore(FEED, clock=clock)))
    assert letter.reason == "forbidden-address"
    assert press.paths() == ["/feed"]


def test_redirect_of_a_page_obeys_the_robots_of_each_host(press, clock, following):
    press.play(FEED, rss(item("/go")))
    press.play("http://post.test/go", answer(status=302, headers={"Location": "http://other.test/private"}))
    press.play("http://other.test/robots.txt", "User-agent: wirewatch\nDisallow: /")
    [letter] = one_pass(following(MemoryStore(FEED, clock=clock)))
    assert letter.reason == "robots"
    assert press.paths("other.test") == ["/robots.txt"]


def test_unreachable_robots_mean_later_not_never(press, clock, following):
    press.play("http://post.test/robots.txt", answer(status=500))
    press.play(FEED, rss(item("/1")))
    store = MemoryStore(FEED, clock=clock)
    assert one_pass(following(store)) == []
    assert [reason for _, _, reason in store.retries] == ["robots"]
    assert "/1" not in press.paths()


FEED_FAILURES = {
    "gone": (answer(status=410), FeedStatus.GONE, "410, feed retired"),
    "html": (
        answer("<html><head><link rel=alternate type=application/rss+xml href=/rss.xml></head>"),
        FeedStatus.NOT_A_FEED,
        "HTML, not a feed (try /rss.xml)",
    ),
    "elsewhere": (
        answer("<html><link rel=alternate type=application/atom+xml href=http://x.test/a>"),
        FeedStatus.NOT_A_FEED,
        "HTML, not a feed (try http://x.test/a)",
    ),
    "text": (answer("hello"), FeedStatus.NOT_A_FEED, "not a feed"),
    "empty": (answer(""), FeedStatus.FAILING, "an empty answer"),
    "missing": (answer(status=404), FeedStatus.FAILING, "HTTP 404 Not Found"),
    "cut": (
        raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<rss"),
        FeedStatus.FAILING,
        "the answer breaks off in its middle",
    ),
}


@pytest.mark.parametrize("fault", FEED_FAILURES)
def test_failing_feed_tells_its_cause_in_its_cursor(press, clock, following, fault):
    part, status, cause = FEED_FAILURES[fault]
    press.play(FEED, part)
    store = MemoryStore(FEED, clock=clock)
    assert one_pass(following(store)) == []
    cursor = store.cursors[FEED]
    assert (cursor.status, cursor.cause, cursor.failures) == (status, cause, 1)
    assert cursor.next_poll >= NOW + 3600.0
    press.asked.clear()
    one_pass(following(store))
    assert press.asked == []


@pytest.mark.parametrize("error", [WorkerTimedOut(10.0), WorkerDied("it grew by more than 512 MiB")])
def test_feed_that_kills_its_parser_is_failing(press, clock, following, error):
    press.play(FEED, rss())
    store = MemoryStore(FEED, clock=clock)
    one_pass(following(store, pool=Threads(error)))
    assert store.cursors[FEED].cause == f"its document could not be parsed: {error}"
    assert store.cursors[FEED].status == FeedStatus.FAILING


def test_pass_ends_after_its_pages(press, clock, following):
    press.play(FEED, rss(*[item(f"/{n}") for n in range(9)]))
    press.play("http://post.test/*", "<p>page</p>")
    store = MemoryStore(FEED, clock=clock)
    assert len(one_pass(following(store, pass_pages=4))) == 4
    assert len(one_pass(following(store, pass_pages=50))) == 5


def test_shards_follow_their_own_hosts(press, clock, following):
    urls = [f"http://host{n}.test/feed" for n in range(8)]
    for url in urls:
        press.play(url, rss(item("/1")))
        press.play(url.replace("feed", "1"), "<p>page</p>")
    store = MemoryStore(*urls, clock=clock)
    for index in range(2):
        pages = one_pass(following(store, Shard(index, 2)))
        assert {host_hash(page.url) % 2 for page in pages} == {index}
    assert len(store.links) == 8


def test_hosts_are_asked_few_times_at_once(press, clock, following):
    press.play(FEED, rss(*[item(f"/{n}") for n in range(12)]))
    press.play("http://post.test/*", "<p>page</p>")
    assert len(one_pass(following(MemoryStore(FEED, clock=clock), per_host=3))) == 12
    assert press.most_at_once["post.test"] <= 3


def test_what_would_wait_too_long_for_its_host_waits_in_the_store(press, clock, following, monkeypatch):
    monkeypatch.setattr("transforms.feeds.page_fetching.PATIENCE", 0.25)
    monkeypatch.setattr("transforms.feeds.feed_polling.PATIENCE", 0.25)
    urls = [f"http://post.test/feed{n}" for n in range(9)]
    for url in urls:
        press.play(url, rss())
    press.play("http://post.test/*", "<p>page</p>")
    store = MemoryStore(*urls, clock=clock)
    for number in range(9):
        store.add_row(Entry(FEED, "x", f"http://post.test/{number}"), NOW)
    pages = one_pass(following(store, pace=0.1, per_host=1))
    assert len(press.asked) < 19
    assert len(pages) + len(store.retries) == 9
    assert {(row.tries, reason) for row, _, reason in store.retries} == {(-1, "waits for its host")}
    put_off = [cursor for cursor in store.cursors.values() if cursor.last_poll is None]
    assert all(NOW < cursor.next_poll < NOW + 5 for cursor in put_off)
    assert len(put_off) + len(pages) + len(store.retries) > 9


def test_full_tray_holds_up_further_pages(press, clock, following, monkeypatch):
    monkeypatch.setattr("transforms.feeds.tray.MAX_BYTES", 1000)
    press.play(FEED, rss(*[item(f"/{n}") for n in range(8)]))
    press.play("http://post.test/*", "x" * 2000)
    store = MemoryStore(FEED, clock=clock)
    follower = following(store, per_host=1)
    follower.start(bounded=True)
    eventually(lambda: len(follower._tray), PATIENCE, "a page")
    time.sleep(0.1)
    assert len(follower._tray) == 1
    assert len(wait_for(follower, 8)) == 8


def test_empty_page_is_tried_again(press, clock, following):
    press.play(FEED, rss(item("/1")))
    press.play("http://post.test/1", " ")
    store = MemoryStore(FEED, clock=clock)
    assert one_pass(following(store)) == []
    assert [reason for _, _, reason in store.retries] == ["empty"]


def test_stream_takes_no_more_rows_than_may_be_under_way(press, clock, following):
    press.play(FEED, rss(*[item(f"/{n}") for n in range(12)]))
    press.play("http://post.test/*", "<p>page</p>")
    store = MemoryStore(FEED, clock=clock)
    follower = following(store, stream_rows=5)
    follower.start(bounded=False)
    first = wait_for(follower, 5)
    assert len(first) == 5
    assert len(store.under_way) == 5
    assert not follower.done()
    store.end(*[page.row.row for page in first])
    assert len(wait_for(follower, 5)) == 5


def test_stream_polls_again_when_due(press, clock, following):
    press.play(FEED, conditional(rss(item("/1"))))
    press.play("http://post.test/*", "<p>page</p>")
    store = MemoryStore(FEED, clock=clock, every=10.0)
    follower = following(store)
    follower.start(bounded=False)
    wait_for(follower, 1)
    press.play(FEED, conditional(rss(item("/1"), item("/2")), etag='"v2"'))
    clock.now += 10.0
    [page] = wait_for(follower, 1)
    assert page.url == "http://post.test/2"


def test_row_whose_lease_ran_out_while_it_was_in_hand_is_fetched_once(press, clock, following):
    press.play("http://post.test/slow", "<p>page</p>")
    press.play("http://post.test/robots.txt", "")
    store = MemoryStore(clock=clock)
    row = store.add_row(Entry(FEED, "x", "http://post.test/slow"), NOW)
    take = store.take_rows

    def take_twice(*arguments, **options):
        rows = take(*arguments, **options)
        if row.row in store.under_way and not rows and not press.paths():
            return [row]
        return rows

    store.take_rows = take_twice
    assert [page.row.row for page in one_pass(following(store))] == [row.row]
    assert press.paths().count("/slow") == 1


def test_error_of_the_store_comes_out_and_a_new_start_goes_on(press, clock, following):
    press.play(FEED, rss(item("/1")))
    press.play("http://post.test/1", "<p>page</p>")
    store = MemoryStore(FEED, clock=clock)
    store.broken = ConnectionError("database gone")
    follower = following(store)
    follower.start(bounded=True)
    with pytest.raises(ConnectionError, match="database gone"):
        follower.ready(PATIENCE)
    assert not follower.done()
    store.broken = None
    assert len(one_pass(follower)) == 1


def test_leases_are_renewed_until_the_follower_is_closed(press, clock, following, monkeypatch):
    monkeypatch.setattr("transforms.feeds.leases.RENEW_EVERY", 0.01)
    press.play(FEED, rss(item("/1")))
    press.play("http://post.test/1", "<p>page</p>")
    store = MemoryStore(FEED, clock=clock)
    follower = following(store)
    one_pass(follower)
    eventually(lambda: store.renewed, PATIENCE, "a lease renewed")
    assert set(store.renewed) == {(1,)}
    follower.close()
    count = len(store.renewed)
    monkeypatch.setattr("transforms.feeds.leases.RENEW_FOR", -1.0)
    assert len(store.renewed) == count


def test_deliveries_due_are_looked_up_by_the_first_shard_once_a_second(clock, following):
    store = MemoryStore(clock=clock)
    store.deliveries = [("en", "desk")]
    first, second = following(store, Shard(0, 2)), following(store, Shard(1, 2))
    assert first.due_deliveries() == [("en", "desk")]
    assert first.due_deliveries() == []
    assert second.due_deliveries() == []


def test_a_cursor_that_the_store_refuses_is_no_reason_to_ask_again(press, clock, following):
    press.play(FEED, conditional(rss()))
    store = MemoryStore(FEED, clock=clock)
    store._write = lambda _cursor: False
    follower = following(store)
    one_pass(follower)
    assert press.paths() == ["/feed"]
