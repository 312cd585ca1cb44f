"""What a drained or closed follower takes in, hands in and gives back."""

import asyncio
import threading

import pytest
from aiohttp import web

from tests.arena import eventually
from tests.transforms.feeds.following import FEED, NOW, PATIENCE
from tests.transforms.feeds.memory_store import MemoryStore
from tests.transforms.feeds.press import item, raw, rss
from transforms.model import Entry


class Slow:
    """An answer that is given once the follower that asked for it is being drained."""

    def __init__(self, text, content_type) -> None:
        self._answer = {"text": text, "content_type": content_type}
        self._asked, self._wanted = threading.Event(), threading.Event()

    async def __call__(self, _request) -> web.Response:
        self._asked.set()
        await asyncio.to_thread(self._wanted.wait, PATIENCE)
        return web.Response(**self._answer)

    def drain(self, follower) -> None:
        """Drain a follower that is told to ask for it."""
        follower.start(bounded=True)
        assert self._asked.wait(PATIENCE)
        draining = threading.Thread(target=follower.drain)
        draining.start()
        eventually(follower._closing.is_set, PATIENCE, "the drain begun")
        self._wanted.set()
        draining.join(PATIENCE)


@pytest.fixture
def patient(press):
    return press.network(headers_seconds=PATIENCE, total_seconds=PATIENCE)


def test_drain_before_the_first_step_ends_at_once(press, clock, following):
    store = MemoryStore(FEED, clock=clock)
    follower = following(store)
    follower.drain()
    follower.start(bounded=False)
    follower.drain()
    assert store.under_way == {}


def test_drained_before_its_start_it_follows_nothing(press, clock, following):
    follower = following(MemoryStore(FEED, clock=clock))
    follower.drain()
    follower.start(bounded=False)
    assert follower.ready(0.0) == []
    assert follower.done()
    assert press.paths() == []


def test_drain_hands_in_what_is_there_and_gives_back_what_does_not_come(press, clock, following, monkeypatch):
    monkeypatch.setattr("transforms.feeds.under_way.GRACE", 0.1)
    press.play(FEED, rss(item("/slow"), item("/quick")))
    press.play("http://post.test/slow", raw(b"", then="hang"))
    press.play("http://post.test/quick", "<p>page</p>")
    store = MemoryStore(FEED, clock=clock)
    follower = following(store, network=press.network(headers_seconds=60.0, total_seconds=60.0))
    follower.start(bounded=False)
    eventually(lambda: len(follower._tray) and "/slow" in press.paths(), PATIENCE, "one page there, one asked for")
    assert follower.busy()
    follower.drain()
    assert len(store.given_back) == 1
    assert store.cursors[FEED].version == 1
    [page] = follower.ready(0.0)
    assert page.url == "http://post.test/quick"
    assert list(store.under_way) == [page.row.row]
    assert follower.done()


def test_close_gives_back_what_nobody_has_taken(press, clock, following):
    press.play("http://post.test/*", "<p>page</p>")
    store = MemoryStore(clock=clock)
    row = store.add_row(Entry(FEED, "x", "http://post.test/1"), NOW)
    follower = following(store)
    follower.start(bounded=False)
    eventually(lambda: len(follower._tray), PATIENCE, "a page")
    follower.close()
    assert store.given_back == [row.row]
    assert follower.ready(0.0) == []


def test_drain_hands_in_the_pages_that_are_on_their_way(press, clock, following, patient):
    slow = Slow("<p>page</p>", "text/html")
    press.play("http://post.test/1", slow)
    store = MemoryStore(clock=clock)
    store.add_row(Entry(FEED, "x", "http://post.test/1"), NOW)
    follower = following(store, network=patient)
    slow.drain(follower)
    [page] = follower.ready(0.0)
    assert (page.url, store.given_back) == ("http://post.test/1", [])


def test_drain_waits_for_the_feeds_that_are_on_their_way(press, clock, following, patient):
    slow = Slow(rss(item("/1")), "application/rss+xml")
    press.play(FEED, slow)
    store = MemoryStore(FEED, clock=clock)
    slow.drain(following(store, network=patient))
    assert (store.cursors[FEED].version, len(store.links)) == (1, 1)
    assert press.paths() == ["/feed"]


def test_an_error_of_the_store_in_a_drain_comes_out(press, clock, following, patient):
    slow = Slow(rss(item("/1")), "application/rss+xml")
    press.play(FEED, slow)
    store = MemoryStore(FEED, clock=clock)

    def broken(*_):
        raise ConnectionError("database gone")

    store.accept = broken
    follower = following(store, network=patient)
    slow.drain(follower)
    with pytest.raises(ConnectionError, match="database gone"):
        follower.ready(0.0)
