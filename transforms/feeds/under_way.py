"""Requests under way, each a task; a drain lets those end whose publishers have been asked."""

import asyncio
from collections.abc import Coroutine, Hashable
from typing import Any, Generic, TypeVar

GRACE = 10.0
"""Seconds for which a drain waits for answers that are on their way; a publisher whose answer is later is asked anew."""

Key = TypeVar("Key", bound=Hashable)


class UnderWay(Generic[Key]):
    """Tasks by key, until they end; the first error of one, which is the store's or ours, is raised by `watch`.

    They are in no task group: a group would end all of them with itself.
    """

    def __init__(self) -> None:
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._asked: set[Key] = set()
        self._some_ended = asyncio.Event()
        self._failed = asyncio.Event()
        self._failure: Exception | None = None

    def __len__(self) -> int:
        return len(self._tasks)

    def __contains__(self, key: Key) -> bool:
        return key in self._tasks

    def begin(self, key: Key, work: Coroutine[Any, Any, None]) -> None:
        """Begin work under a key that none has."""
        self._tasks[key] = asyncio.create_task(self._run(key, work))

    def asked(self, key: Key) -> None:
        """Its publisher is being asked."""
        self._asked.add(key)

    async def fewer_than(self, count: int) -> None:
        """Wait until fewer are under way."""
        while len(self._tasks) >= count:
            self._some_ended.clear()
            await self._some_ended.wait()

    async def ended(self, seconds: float) -> None:
        """Wait for all to end, at most so long."""
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=seconds)

    async def watch(self) -> None:
        """Wait for an error, and raise it."""
        await self._failed.wait()
        if self._failure:
            raise self._failure

    def cancel_unasked(self) -> None:
        """End those whose publishers have not been asked: `finish` or `abandon` is to follow."""
        for key, task in self._tasks.items():
            if key not in self._asked:
                task.cancel()

    async def finish(self) -> None:
        """Wait for the answers that are on their way, if they come soon."""
        await self.ended(GRACE)
        self.abandon()
        await self.ended(GRACE)

    def abandon(self) -> None:
        """Wait for no answer any more."""
        for task in self._tasks.values():
            task.cancel()

    async def _run(self, key: Key, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - it is raised by `watch`
            self._failure = error
            self._failed.set()
        finally:
            self._asked.discard(key)
            del self._tasks[key]
            self._some_ended.set()
