"""How hard a host is asked: few requests at a time, a pause between their starts, whatever they are for."""

import asyncio
import math
from collections.abc import Awaitable, Callable

from transforms.config import PollingConfig

MAX_CRAWL_DELAY = 60.0
"""Seconds; a robots file that asks for more gets this."""
_MANY_HOSTS = 20_000


class HostBusy(Exception):  # noqa: N818 - it reads as what it is
    """The host is not to be asked now: too many wait for it already, or it wants to be left alone.

    Args:
        wait: seconds that it would about have to wait.
        held: because of a Retry-After.
    """

    def __init__(self, wait: float, *, held: bool) -> None:
        why = "wants to be left alone" if held else "has other requests to answer"
        super().__init__(f"its host {why} for the next {wait:.0f} s")
        self.wait = wait
        self.held = held


class _Host:
    def __init__(self, at_a_time: int) -> None:
        self.room = asyncio.Semaphore(at_a_time)
        self.next_start = 0.0
        self.crawl_delay = 0.0
        self.held_until = 0.0
        self.waiting = 0


class Pace:
    """Lets requests start: at most `per_host` under way at a host, `pace` (or its crawl-delay) apart.

    Args:
        polling: the limits.
        clock: seconds, monotonic; the event loop's own by default.
        sleep: waits that many seconds of the clock.
    """

    def __init__(
        self,
        polling: PollingConfig,
        *,
        clock: Callable[[], float] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._polling = polling
        self._clock = clock or (lambda: asyncio.get_running_loop().time())
        self._sleep = sleep
        self._everywhere = asyncio.Semaphore(polling.concurrency)
        self._hosts: dict[str, _Host] = {}
        self._under_way = 0
        self._slack = max(1, polling.concurrency // 8)
        """So many become free before `free` tells, so that whoever waits there begins several at a time."""
        self._some_free = asyncio.Event()
        self._some_free.set()

    def slot(self, host: str, patience: float = math.inf) -> "_Slot":
        """A context: wait for a turn at the host, then hold it while the request is under way; raises HostBusy at once."""
        return _Slot(self, host, patience)

    async def free(self) -> None:
        """Wait until there is room for a further request to some host."""
        await self._some_free.wait()

    async def take(self, host: str, patience: float) -> _Host:
        """Wait for a turn at the host; to be let go."""
        state = self._host(host)
        if (wait := self.wait(host)) > patience:
            raise HostBusy(wait, held=False)
        state.waiting += 1
        try:
            await state.room.acquire()
        finally:
            state.waiting -= 1
        try:
            now = self._clock()
            start = max(now, state.next_start)
            state.next_start = start + max(self._polling.pace, state.crawl_delay)
            if start > now:
                await self._sleep(start - now)
            await self._everywhere.acquire()
        except BaseException:
            state.room.release()
            raise
        self._under_way += 1
        if self._under_way >= self._polling.concurrency:
            self._some_free.clear()
        if (wait := state.held_until - self._clock()) > 0:
            self.let_go(state)
            raise HostBusy(wait, held=True)
        return state

    def let_go(self, state: _Host) -> None:
        """The request is over."""
        self._under_way -= 1
        self._everywhere.release()
        state.room.release()
        if self._under_way <= self._polling.concurrency - self._slack:
            self._some_free.set()

    def wait(self, host: str) -> float:
        """Seconds that one more request to the host would about wait."""
        state = self._hosts.get(host)
        if state is None:
            return 0.0
        gap = max(self._polling.pace, state.crawl_delay)
        return max(0.0, state.next_start - self._clock()) + gap * state.waiting

    def set_crawl_delay(self, host: str, seconds: float | None) -> None:
        """What the host's robots file asks for, bounded by MAX_CRAWL_DELAY; None: nothing."""
        self._host(host).crawl_delay = min(seconds or 0.0, MAX_CRAWL_DELAY)

    def hold(self, host: str, seconds: float) -> None:
        """A Retry-After: where its scope is the host, nobody asks it before; capped by retry_after_cap."""
        if self._polling.retry_after_scope == "host":
            state = self._host(host)
            state.held_until = max(state.held_until, self._clock() + min(seconds, self._polling.retry_after_cap))

    def _host(self, host: str) -> _Host:
        state = self._hosts.get(host)
        if state is None:
            if len(self._hosts) >= _MANY_HOSTS:
                self._forget_idle()
            state = self._hosts[host] = _Host(self._polling.per_host)
        return state

    def _forget_idle(self) -> None:
        now = self._clock()
        for name, state in list(self._hosts.items()):
            idle = not state.waiting and not state.room.locked()
            if idle and max(state.next_start + state.crawl_delay, state.held_until) < now:
                del self._hosts[name]


class _Slot:
    """A turn at a host; a class and no generator, for there is one to every request."""

    def __init__(self, pace: Pace, host: str, patience: float) -> None:
        self._pace = pace
        self._host = host
        self._patience = patience

    async def __aenter__(self) -> None:
        self._taken = await self._pace.take(self._host, self._patience)

    async def __aexit__(self, *_: object) -> None:
        self._pace.let_go(self._taken)
