"""A shard's follower: polls its feeds and fetches its pages on the process's event loop, and hands in what is ready."""

import asyncio
import concurrent.futures
import random
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import aiohttp

from transforms.config import NetworkConfig, PollingConfig
from transforms.feeds.background import background_loop
from transforms.feeds.client import Client, FetchKind
from transforms.feeds.feed_polling import FeedPolling
from transforms.feeds.leases import Leases
from transforms.feeds.means import Means, Pool, in_thread
from transforms.feeds.pace import Pace
from transforms.feeds.page_fetching import PageFetching
from transforms.feeds.ports import FeedStore, Shard
from transforms.feeds.robots import Robots
from transforms.feeds.tray import Tray
from transforms.model import DeadLetter, Page

DELIVERIES_EVERY = 1.0
"""Seconds between two looks at the outbox."""
DRAIN_SECONDS = 60.0


class Follower:
    """Follows a shard's feeds from one thread's point of view: start it, ask what is ready, close it.

    After a bounded pass it still renews the leases of the rows it handed in, until it is closed.

    Args:
        shard: the hosts that are its business.
        store: cursors and rows; called from threads.
        polling: how often and how hard.
        network: caps, mapped hosts.
        max_age: seconds; entries older than that raise no alert.
        pool: parses feeds in processes that can be killed.
        owner: under whose name rows are leased.
        everything: the first round polls every feed, due or not, never under a Retry-After.
        clock: seconds since the epoch, UTC.
        roll: random numbers from 0 to 1, for jitter.
        open_session: makes the guarded session, on the loop; None: the client's own.
        pace: shared by the followers of this process, one after another and beside one another; None: its own.
    """

    def __init__(
        self,
        shard: Shard,
        store: FeedStore,
        *,
        polling: PollingConfig,
        network: NetworkConfig,
        max_age: float,
        pool: Pool,
        owner: str,
        everything: bool = False,
        clock: Callable[[], float] = time.time,
        roll: Callable[[], float] = random.random,
        open_session: Callable[[], aiohttp.ClientSession] | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._means = Means(shard, store, polling, network, max_age, pool, owner, everything, clock, roll)
        self._open_session = open_session
        self._pace = pace or Pace(polling)
        self._loop = background_loop()
        self._tray = Tray(self._loop)
        self._starting = threading.Lock()
        self._running: concurrent.futures.Future[None] | None = None
        self._pages: PageFetching | None = None
        self._closing = asyncio.Event()
        self._following: asyncio.Task[None] | None = None
        self._done = threading.Event()
        self._drained = False
        self._looked = float("-inf")

    def start(self, *, bounded: bool) -> None:
        """Begin, unless begun or drained; begin anew after a crash.

        Args:
            bounded: end when nothing is due and no row is left to take, or after pass_pages pages.
        """
        with self._starting:
            if self._drained or (self._running is not None and not self._crash()):
                return
            self._means.bounded = bounded
            self._done.clear()
            self._closing = asyncio.Event()
            self._following = None
            self._tray = Tray(self._loop)
            self._running = asyncio.run_coroutine_threadsafe(self._run(), self._loop)
            self._running.add_done_callback(lambda _: self._end())

    def ready(self, wait: float) -> list[Page | DeadLetter]:
        """What has become ready, waiting at most so many seconds for a first one; raises what ended the following."""
        items = self._tray.take(wait)
        crash = self._crash()
        if crash and not items:
            raise crash
        return items

    def done(self) -> bool:
        """Has it handed in all that it will: at a bounded pass's end, or drained?"""
        return self._done.is_set() and not len(self._tray) and not self._crash()

    def busy(self) -> bool:
        """Are pages under way?"""
        return bool(len(self._tray)) or bool(self._pages and self._pages.in_hand)

    def due_deliveries(self) -> list[tuple[str, str]]:
        """(ledger, sink) pairs with alerts due: looked up at most once a second, by the first shard only."""
        now = time.monotonic()
        if self._means.shard.index != 0 or now - self._looked < DELIVERIES_EVERY:
            return []
        self._looked = now
        return self._means.store.due_deliveries()

    def drain(self) -> None:
        """Stop for good: what publishers have been asked for is taken in, if it comes soon, all else given back.

        Blocks until that is done. Pages that are there by then are still handed in.
        """
        with self._starting:
            self._drained = True
            running = self._running
        if running is None:
            self._end()
        elif not running.done():
            self._loop.call_soon_threadsafe(self._stop)
            concurrent.futures.wait([running], DRAIN_SECONDS)

    def close(self) -> None:
        """Drain, and give back what lies there."""
        self.drain()
        if unread := self._tray.withdraw():
            self._means.store.give_back(unread, self._means.owner)

    def _stop(self) -> None:
        self._closing.set()
        if self._following is not None:
            self._following.cancel()

    def _end(self) -> None:
        self._done.set()
        self._tray.end()

    def _crash(self) -> BaseException | None:
        running = self._running
        if running is None or not running.done():
            return None
        error = running.exception()
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        return error

    async def _run(self) -> None:
        means = self._means
        if self._closing.is_set():
            return
        pace, leases, accepted = self._pace, Leases(means.store, means.owner), asyncio.Event()
        await self._remember(pace)
        session = self._open_session() if self._open_session else None
        async with Client(means.network, pace, clock=means.clock, session=session) as client:
            robots = Robots(lambda url: client.fetch(url, FetchKind.ROBOTS), pace, means.clock, means.store)
            feeds = FeedPolling(means, client, pace, accepted)
            self._pages = PageFetching(means, client, robots, leases, self._tray, accepted)
            async with asyncio.TaskGroup() as group:  # an error of the store in one ends all
                self._following = group.create_task(self._follow(feeds, self._pages, accepted))
                if self._closing.is_set():  # drained since the session is being made
                    self._following.cancel()
                group.create_task(leases.keep(self._closing))

    async def _remember(self, pace: Pace) -> None:
        """What hosts have asked for before this process began."""
        store, now = self._means.store, self._means.clock()
        for host, seconds in await in_thread(store.crawl_delays, now):
            pace.set_crawl_delay(host, seconds)
        for url, until in await in_thread(store.held_feeds, now):
            pace.hold(urlsplit(url).hostname or "", until - now)

    async def _follow(self, feeds: FeedPolling, pages: PageFetching, accepted: asyncio.Event) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                polling = group.create_task(feeds.follow())
                polling.add_done_callback(lambda _: accepted.set())
                group.create_task(pages.follow(polling.done))
        except asyncio.CancelledError:
            if not self._closing.is_set():
                raise
            await asyncio.gather(feeds.finish(), pages.finish())
            if pages.in_hand:
                await in_thread(self._means.store.give_back, list(pages.in_hand), self._means.owner)
        finally:
            feeds.abandon()
            pages.abandon()
        self._end()
