"""Requests under way, each a task; a drain lets those end whose publishers have been asked."""

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Coroutine, Hashable
from typing import Any, Generic, TypeVar

GRACE = 10.0
"""Seconds for which a drain waits for answers that are on their way; a publisher whose answer is later is asked anew."""

Key = TypeVar("Key", bound=Hashable)


class UnderWay(Generic[Key]):
    """Tasks by key, until they end. They are in no task group: a group would end all of them with itself."""

    def __init__(self) -> None:
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._asked: set[Key] = set()
        self._some_ended = asyncio.Event()
        self._failed = asyncio.Event()
        self._failure: BaseException | None = None

    def __len__(self) -> int:
        return len(self._tasks)

    def __contains__(self, key: Key) -> bool:
        return key in self._tasks

    @contextlib.asynccontextmanager
    async def watched(self) -> AsyncIterator[asyncio.TaskGroup]:
        """A context in which tasks are begun; an error of one, which is the store's or ours, ends it and is raised.

        At its end, by whatever cause, those are cancelled whose publishers have not been asked; `finish` or `abandon` is
        to follow for the others.
        """
        try:
            async with asyncio.TaskGroup() as group:
                watching = group.create_task(self._watch())
                yield group
                watching.cancel()
        finally:
            for key, task in self._tasks.items():
                if key not in self._asked:
                    task.cancel()

    def begin(self, key: Key, work: Coroutine[Any, Any, None]) -> None:
        """Begin work under a key that none has."""
        task = self._tasks[key] = asyncio.create_task(work)
        task.add_done_callback(functools.partial(self._end, key))

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

    async def finish(self) -> None:
        """Wait for the answers that are on their way, if they come soon; raises what went wrong with one."""
        await self.ended(GRACE)
        self.abandon()
        await self.ended(GRACE)
        if self._failure:
            raise self._failure

    def abandon(self) -> None:
        """Wait for no answer any more."""
        for task in self._tasks.values():
            task.cancel()

    async def _watch(self) -> None:
        await self._failed.wait()
        if self._failure:
            raise self._failure

    def _end(self, key: Key, task: asyncio.Task[None]) -> None:
        self._asked.discard(key)
        del self._tasks[key]
        self._some_ended.set()
        if not task.cancelled() and (failure := task.exception()):
            self._failure = failure
            self._failed.set()
