"""Time limits for many requests at once."""

import asyncio
from types import TracebackType

TICK = 0.2
"""Seconds by which a limit may come late."""


class Deadlines:
    """Limits in a row of buckets, looked at by one timer: a timer of the event loop for each request cost a tenth of it.

    The loop keeps cancelled timers in its heap until their time has come, and compares each new one with a dozen of them.
    """

    def __init__(self) -> None:
        self._buckets: dict[int, set[_Within]] = {}
        """By the tick at which they are over."""
        self._looking = False

    def within(self, seconds: float) -> "_Within":
        """A context whose block gets a TimeoutError once it has taken so long, as asyncio.timeout's does."""
        return _Within(self, seconds)

    def put(self, limit: "_Within", seconds: float) -> set["_Within"]:
        """The bucket of a limit that ends in so many seconds, with it in it."""
        loop = asyncio.get_running_loop()
        bucket = self._buckets.setdefault(int((loop.time() + seconds) / TICK) + 1, set())
        bucket.add(limit)
        if not self._looking:
            self._looking = True
            loop.call_later(TICK, self._look, loop)
        return bucket

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = int(loop.time() / TICK)
        for tick in [tick for tick in self._buckets if tick <= now]:
            for limit in self._buckets.pop(tick):
                limit.over()
        self._looking = bool(self._buckets)
        if self._looking:
            loop.call_later(TICK, self._look, loop)


class _Within:
    def __init__(self, deadlines: Deadlines, seconds: float) -> None:
        self._deadlines = deadlines
        self._seconds = seconds
        self._over = False

    def __enter__(self) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a limit of time holds for a task; there is none here")
        self._task = task
        self._cancelling = task.cancelling()
        self._bucket = self._deadlines.put(self, self._seconds)

    def over(self) -> None:
        """The time is over."""
        self._over = True
        self._task.cancel()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._bucket.discard(self)
        if self._over and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error
