"""What tests of followers share: a clock, a pool of threads, and how to wait for what is handed in."""

import time
from concurrent.futures import ThreadPoolExecutor

from transforms.feeds.ports import Shard
from transforms.model import DeadLetter, Page

NOW = 1_700_000_000.0
FEED = "http://post.test/feed"
PATIENCE = 20.0
ONLY = Shard()


class Threads:
    """A pool that parses in threads: what it runs here is known to end."""

    def __init__(self, error: Exception | None = None) -> None:
        self._threads = ThreadPoolExecutor(2)
        self._error = error

    def submit(self, function, *args, deadline):
        if self._error:
            return self._threads.submit(self._fail)
        return self._threads.submit(function, *args)

    def _fail(self):
        raise self._error


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


def one_pass(follower) -> list[Page | DeadLetter]:
    follower.start(bounded=True)
    items, until = [], time.monotonic() + PATIENCE
    while not follower.done():
        assert time.monotonic() < until, "the pass does not end"
        items += follower.ready(0.5)
    return items


def wait_for(follower, count) -> list[Page | DeadLetter]:
    items, until = [], time.monotonic() + PATIENCE
    while len(items) < count:
        assert time.monotonic() < until, f"only {len(items)} of {count} came"
        items += follower.ready(0.5)
    return items
