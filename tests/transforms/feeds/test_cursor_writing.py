import asyncio

from tests.transforms.feeds.following import Clock
from transforms.config import NetworkConfig, PollingConfig
from transforms.feeds.cursor_writing import CursorWriter
from transforms.feeds.means import Means
from transforms.feeds.ports import Polled, Shard
from transforms.model import Feed, FeedCursor


class Store:
    """Keeps how many came in each transaction."""

    def __init__(self) -> None:
        self.accepted: list[int] = []
        self.touched: list[int] = []

    def accept(self, polls, _judge):
        self.accepted.append(len(polls))
        return [0] * len(polls)

    def touch(self, cursors):
        self.touched.append(len(cursors))


def writer(store: Store) -> CursorWriter:
    means = Means(Shard(), store, PollingConfig(), NetworkConfig(), 1e9, None, "test", clock=Clock())
    return CursorWriter(means, asyncio.Event())


def polled(number: int) -> Polled:
    return Polled(FeedCursor(feed=Feed(f"http://post.test/{number}")), (), 0.0)


def test_the_first_document_is_written_at_once_and_those_that_keep_coming_together(monkeypatch):
    monkeypatch.setattr("transforms.feeds.cursor_writing.DOCUMENTS_EVERY", 60.0)
    store = Store()

    async def run() -> None:
        writing = writer(store)
        await writing.accept(polled(0))
        assert store.accepted == [1]
        later = [asyncio.create_task(writing.accept(polled(number))) for number in range(1, 4)]
        await asyncio.sleep(0)
        assert store.accepted == [1]
        writing.hurry()
        await asyncio.gather(*later)

    asyncio.run(run())
    assert store.accepted == [1, 3]


def test_cursors_wait_until_they_are_many_or_flushed(monkeypatch):
    monkeypatch.setattr("transforms.feeds.cursor_writing.TOUCHED_AT_ONCE", 3)
    store = Store()

    async def run() -> None:
        writing = writer(store)
        for number in range(5):
            await writing.touch(polled(number).cursor)
        assert store.touched == [3]
        await writing.flush()

    asyncio.run(run())
    assert store.touched == [3, 2]
