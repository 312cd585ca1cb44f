"""What the parts of a follower share."""

import asyncio
import functools
import random
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from transforms.config import NetworkConfig, PollingConfig
from transforms.feeds.ports import FeedStore, Shard

Result = TypeVar("Result")

_STORE_THREADS = 4
"""Threads of their own: slow name servers, which take the loop's, are not to hold up the store."""


class Pool(Protocol):
    """Killable worker processes: transforms.workers.WorkerPool."""

    def submit(self, function: Callable[..., Any], *args: Any, deadline: float) -> "Future[Any]": ...


@dataclass
class Means:
    """A follower's shard, store, limits and dice."""

    shard: Shard
    store: FeedStore
    polling: PollingConfig
    network: NetworkConfig
    max_age: float
    pool: Pool
    owner: str
    everything: bool = False
    clock: Callable[[], float] = time.time
    roll: Callable[[], float] = random.random
    bounded: bool = True


async def in_thread(function: Callable[..., Result], *args: Any, **options: Any) -> Result:
    """Run a blocking call; if cancelled meanwhile, wait for its end first, so that it never works on behind our back."""
    call = store_call(function, *args, **options)
    try:
        return await asyncio.shield(call)
    except asyncio.CancelledError:
        await asyncio.wait({call})
        raise


def store_call(function: Callable[..., Result], *args: Any, **options: Any) -> "asyncio.Future[Result]":
    """A blocking call of the store, begun in a thread."""
    loop = asyncio.get_running_loop()
    return loop.run_in_executor(_store_threads(), functools.partial(function, *args, **options))


@functools.cache
def _store_threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_STORE_THREADS, "follow-feeds-store")


class Gate:
    """Closed while more bytes lie behind it than its cap. On the event loop only."""

    def __init__(self, cap: int) -> None:
        self._cap = cap
        self._bytes = 0
        self._open = asyncio.Event()
        self._open.set()

    async def room(self) -> None:
        """Wait until it is open."""
        await self._open.wait()

    def add(self, size: int) -> None:
        """So many bytes come in, or (negative) go."""
        self._bytes += size
        if self._bytes > self._cap:
            self._open.clear()
        else:
            self._open.set()


async def woken(event: asyncio.Event, seconds: float) -> None:
    """Wait for the event, at most so long; it is cleared."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
    event.clear()
