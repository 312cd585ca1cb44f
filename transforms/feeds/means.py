"""What the parts of a follower share."""

import asyncio
import random
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from transforms.config import NetworkConfig, PollingConfig
from transforms.feeds.ports import FeedStore, Shard

Result = TypeVar("Result")


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
    held: dict[str, float] = field(default_factory=dict)
    """Hosts that asked to be left alone until then, where retry_after_scope says that it holds for all of a host."""

    def hold(self, url: str, seconds: float | None, status: int) -> None:
        """Take note of a Retry-After."""
        if seconds is not None and status in {429, 503} and self.polling.retry_after_scope == "host":
            self.held[host_of(url)] = self.clock() + min(seconds, self.polling.retry_after_cap)

    def held_until(self, url: str) -> float | None:
        """Until when the URL's host wants to be left alone; None: it does not."""
        host = host_of(url)
        until = self.held.get(host)
        if until is not None and until <= self.clock():
            del self.held[host]
            return None
        return until


async def in_thread(function: Callable[..., Result], *args: Any, **options: Any) -> Result:
    """Run a blocking call; if cancelled meanwhile, wait for its end first, so that it never works on behind our back."""
    call = asyncio.ensure_future(asyncio.to_thread(function, *args, **options))
    try:
        return await asyncio.shield(call)
    except asyncio.CancelledError:
        await asyncio.wait({call})
        raise


async def woken(event: asyncio.Event, seconds: float) -> None:
    """Wait for the event, at most so long; it is cleared."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        pass
    event.clear()


def host_of(url: str) -> str:
    """The URL's host, lower case; empty where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
