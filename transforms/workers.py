"""Worker processes for work on hostile input: each task has a deadline and a memory cap and dies alone.

Parsing what strangers send can hang or swell inside C code, where only killing the process helps. The pool is Pebble's
(https://pebble.readthedocs.io), which kills one worker and keeps the others' tasks. Here it is started from a fork
server that has imported the parsers already, so that a killed worker's successor starts within milliseconds, and
that never inherits this process's threads, locks and sockets.
"""

import atexit
import functools
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

import pebble

from transforms.worker_process import MEMORY_EXIT, cpu_seconds, run_task, start_worker

Result = TypeVar("Result")

MEMORY = 512 * 1024 * 1024
"""Bytes a worker may grow by, where nothing else is said."""

PRELOADED = ("feedparser", "transforms.articles.warm")
"""Modules the fork server imports; a name that does not exist is passed over."""

_PATIENCE = 0.5
"""Seconds after which a task is slow, and its seat goes to the next one."""
_PATIENCE_CPU = 0.1
"""Seconds of its worker's CPU time after which it is slow already; most pages take a quarter of it."""
_LOST_AFTER = 5.0
"""Seconds past its deadline after which a task is known to be lost: Pebble enforces deadlines within one."""
_TASKS = 500
"""Tasks after which a worker is replaced, so that fragmented memory never counts against an innocent page."""
_SPARE = 2
"""Workers beside those with a seat, so that no task waits for the successor of a killed one."""
_LOOK_SECONDS = 0.05
"""Between two looks at how long the running tasks have run, while others wait."""

# How long Pebble waits for a worker to follow SIGTERM before SIGKILL; it holds its lock meanwhile, and no other worker
# takes or ends a task. A worker that hangs in C code never follows.
pebble.CONSTS.term_timeout = 0.0
pebble.CONSTS.sleep_unit = 0.05


class WorkerTimedOut(Exception):  # noqa: N818 - it reads as what happened
    """A task was still running at its deadline; its worker has been killed and replaced."""

    def __init__(self, deadline: float) -> None:
        super().__init__(f"still running after {deadline:g} s, its worker was killed")
        self.deadline = deadline


class WorkerDied(Exception):  # noqa: N818
    """A task's worker ended before its result: out of memory, killed from outside, or crashed.

    Args:
        reason: for a person, without a full stop.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Task:
    """One call on its way through the pool."""

    def __init__(self, function: Callable[..., Any], args: tuple[Any, ...], deadline: float) -> None:
        self.function = function
        self.args = args
        self.deadline = deadline
        self.future: Future[Any] = Future()
        self.breaks = 0
        """Pools that broke under it."""
        self.killed = False
        self.aside = False
        """It was slow when all seats were taken: stopped, to be run again from its beginning when a seat is free."""
        self.seated = 0.0
        self.worker = 0
        """Process that was seen to have it; 0: none yet."""
        self.begun = 0.0
        self.begun_cpu = 0.0
        """When that was, and its CPU time then."""
        self.pool: pebble.ProcessPool | None = None
        self.inner: Future[Any] | None = None
        """Its present try in that pool's hands; an older one has nothing more to say."""


class WorkerPool:
    """At most `size` fresh tasks at a time, and beside them as many slow ones, which have run for _PATIENCE or
    used _PATIENCE_CPU.

    A task that is slow gives its seat to the next one. Where all seats of slow tasks are taken too, the one that has used most is set
    aside: its worker is killed, and it gets a second run, with its whole deadline and never cut short, when a seat is
    free. So however many tasks hang, the others find a seat, and each task ends.

    Args:
        size: fresh tasks at a time; 0: one a core.
        memory: bytes a worker may grow by before it is killed.
    """

    def __init__(self, size: int = 0, memory: int = MEMORY) -> None:
        self.size = size or len(os.sched_getaffinity(0))
        self.memory = memory
        self._waiting: deque[_Task] = deque()
        self._aside: deque[_Task] = deque()
        self._running: set[_Task] = set()
        self._changed = threading.Condition()
        self._closed = False
        self._given_up = False
        self._pool = self._new_pool()
        atexit.register(self._give_up)
        self._dispatcher = threading.Thread(target=self._dispatch, name="worker-pool", daemon=True)
        self._dispatcher.start()

    def submit(self, function: Callable[..., Result], *args: Any, deadline: float) -> Future[Result]:
        """Run function(*args) in a worker; function, arguments and result must be picklable.

        Args:
            function: importable by name in a worker.
            args: its arguments.
            deadline: seconds from the moment a worker takes it; then the worker is killed.

        Returns:
            A future whose result raises WorkerTimedOut, WorkerDied, or what the function raised.
        """
        task = _Task(function, args, deadline)
        with self._changed:
            if self._closed:
                raise RuntimeError("the worker pool is closed: make a new one")
            self._waiting.append(task)
            self._changed.notify()
        return task.future

    def close(self) -> None:
        """Finish what was submitted, then end the workers."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._dispatcher.join()
        pebble.CONSTS.term_timeout = 0.5  # no worker hangs now, and each may put its things in order
        _end(self._pool)
        atexit.unregister(self._give_up)

    def _give_up(self) -> None:
        """The process ends. Pebble alone may start a worker for one that it has just stopped, and wait for it for ever."""
        self._given_up = True
        _end(self._pool)

    def _new_pool(self) -> pebble.ProcessPool:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(list(PRELOADED))
        return pebble.ProcessPool(
            max_workers=2 * self.size + _SPARE,
            max_tasks=_TASKS,
            initializer=start_worker,
            initargs=(self.memory,),
            context=context,
        )

    def _dispatch(self) -> None:
        while True:
            with self._changed:
                while (step := self._next_step()) is None:
                    if self._closed and not (self._waiting or self._aside or self._running):
                        return
                    self._changed.wait(self._until_next())
            step()

    def _next_step(self) -> Callable[[], None] | None:
        """What is to be done now; None: nothing until something changes."""
        now = time.monotonic()
        for task in self._running:
            # a worker killed while it held Pebble's queue takes the whole pool with it
            if now > task.seated + task.deadline + _LOST_AFTER:
                return functools.partial(self._repair, task, TimeoutError("the pool has lost it"))
        seats = 2 * self.size - len(self._running)
        if self._aside and seats > 0 and sum(task.aside for task in self._running) < self.size:
            return self._seated(self._aside.popleft(), now)
        if not self._waiting:
            return None
        first = {task: _patience_used(task, now) for task in self._running if not task.aside}
        if sum(used < 1 for used in first.values()) >= self.size:
            return None
        if seats > 0:
            return self._seated(self._waiting.popleft(), now)
        longest = max(first, key=lambda task: first[task], default=None)
        return functools.partial(self._set_aside, longest) if longest else None

    def _until_next(self) -> float | None:
        """Seconds until a running task may have become slow or be lost; None: nothing will change by time alone."""
        if not self._running:
            return None
        return _LOOK_SECONDS if self._waiting else _LOST_AFTER

    def _seated(self, task: _Task, now: float) -> Callable[[], None]:
        task.seated, task.worker = now, 0
        self._running.add(task)
        return functools.partial(self._start, task)

    def _start(self, task: _Task) -> None:
        # Done: it ended while another task's broken pool put it back.
        if task.future.done() or not (task.future.running() or task.future.set_running_or_notify_cancel()):
            self._forget(task)
            return
        task.pool = self._pool
        try:
            inner = task.pool.schedule(run_task, args=(task.function, task.args), timeout=task.deadline)
        except RuntimeError as error:  # the pool broke since the last task
            self._repair(task, error)
        else:
            task.inner = inner
            inner.add_done_callback(functools.partial(self._finish, task))

    def _set_aside(self, task: _Task) -> None:
        inner, task.aside = task.inner, True
        if inner is not None:  # else it has just ended
            inner.cancel()  # what follows is in _finish

    def _finish(self, task: _Task, inner: "Future[Any]") -> None:
        if inner is not task.inner:
            return
        try:
            task.future.set_result(inner.result())
        except CancelledError:
            self._leave(task, self._aside.append)
            return
        except BrokenProcessPool as error:
            self._repair(task, error)
            return
        except TimeoutError as error:
            ours = error.args[:1] == ("Task timeout",)
            task.future.set_exception(WorkerTimedOut(task.deadline) if ours else error)
        except pebble.ProcessExpired as error:
            if error.exitcode == -signal.SIGKILL and not task.killed:
                self._once_more(task)
                return
            task.future.set_exception(WorkerDied(self._cause(error.exitcode)))
        except Exception as error:  # noqa: BLE001 - the function's own, for whoever asks the future
            task.future.set_exception(error)
        self._forget(task)

    def _cause(self, exitcode: int) -> str:
        if exitcode == MEMORY_EXIT:
            return f"it grew by more than {self.memory >> 20} MiB"
        if exitcode < 0:
            return f"it was killed by {signal.Signals(-exitcode).name}"
        return f"it ended with exit code {exitcode}"

    def _forget(self, task: _Task) -> None:
        self._leave(task, lambda _: None)

    def _leave(self, task: _Task, put: Callable[[_Task], None]) -> None:
        """Its seat is free; it goes where it is put."""
        with self._changed:
            self._running.discard(task)
            task.inner = None
            put(task)
            self._changed.notify()

    def _once_more(self, task: _Task) -> None:
        """Its worker was killed from outside, by the system or a person, which need not be the task's fault."""
        task.killed = True
        self._put_back(task)

    def _put_back(self, task: _Task) -> None:
        self._leave(task, (self._aside if task.aside else self._waiting).appendleft)

    def _repair(self, task: _Task, error: Exception) -> None:
        """Pebble gives up a pool when an idle worker dies; a task goes to a new pool, twice at most."""
        with self._changed:
            task.breaks += 1
            if self._given_up:
                return
            if task.pool is self._pool:
                threading.Thread(target=_end, args=(self._pool,), name="worker-pool-end", daemon=True).start()
                self._pool = self._new_pool()
                for other in [other for other in self._running if other is not task and other.inner is not None]:
                    self._put_back(other)
            if task.breaks < 3:
                self._put_back(task)
                return
        self._forget(task)
        if not task.future.done():
            task.future.set_exception(WorkerDied(f"the worker pool broke three times under it: {error}"))


def _patience_used(task: _Task, now: float) -> float:
    """How much of its patience a task has used; 1 and more: it is slow. On a busy machine that hangs on CPU time."""
    if task.pool is None or task.inner is None or not task.inner.running():
        return 0.0
    if not task.worker:
        task.worker = _worker_of(task.pool, task.inner)
        task.begun, task.begun_cpu = now, cpu_seconds(task.worker)
    used = cpu_seconds(task.worker) - task.begun_cpu
    return max((now - task.begun) / _PATIENCE, used / _PATIENCE_CPU)


def _worker_of(pool: pebble.ProcessPool, inner: "Future[Any]") -> int:
    """The process that has a task; 0: it has just ended. Pebble knows, but has no public word for it."""
    tasks = list(pool._pool_manager.task_manager.tasks.values())  # noqa: SLF001
    return next((task.worker_id for task in tasks if task.future is inner), 0)


def _end(pool: pebble.ProcessPool) -> None:
    """End a pool's workers, whatever they do, in an order that none is started meanwhile or finds its locks gone."""
    pool.stop()  # type: ignore[no-untyped-call]
    if pool._pool_manager_loop is not None:  # noqa: SLF001
        pool._pool_manager_loop.join()  # noqa: SLF001
        pool._pool_manager.worker_manager.force_stop_workers()  # type: ignore[no-untyped-call]  # noqa: SLF001
    pool.join()


@functools.cache
def _pool(size: int, memory: int) -> WorkerPool:
    return WorkerPool(size, memory)


def shared_pool(size: int = 0, memory: int = MEMORY) -> WorkerPool:
    """This process's pool of that size (0: one a core) and memory, made at first use; ends with the process."""
    return _pool(size or len(os.sched_getaffinity(0)), memory)
