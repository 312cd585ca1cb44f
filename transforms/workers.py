"""Worker processes for work on hostile input: each task has a deadline and a memory cap and dies alone.

Parsing what strangers send can hang or swell inside C code, where only killing the process helps. The pool is Pebble's
(https://pebble.readthedocs.io), which kills one worker and keeps the others' tasks. Here it is started from a fork
server that has imported the parsers already, so that a killed worker's successor starts within milliseconds, and
that never inherits this process's threads, locks and sockets.
"""

import ctypes
import functools
import multiprocessing
import os
import resource
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, TypeVar

import pebble

Result = TypeVar("Result")

MEMORY = 512 * 1024 * 1024
"""Bytes a worker may grow by, where nothing else is said."""

PRELOADED = ("feedparser", "transforms.articles.warm")
"""Modules the fork server imports; a name that does not exist is passed over."""

_PATIENCE = 1.0
"""Seconds after which a task's place goes to the next one: a page that hangs holds up no other page for longer."""
_LOST_AFTER = 5.0
"""Seconds past its deadline after which a task is known to be lost: Pebble enforces deadlines within one."""
_TASKS = 500
"""Tasks after which a worker is replaced, so that fragmented memory never counts against an innocent page."""
_MEMORY_EXIT = 86
"""Exit code of a worker that has outgrown its memory."""
_WATCH_SECONDS = 0.1
_PR_SET_PDEATHSIG = 1

# How long Pebble waits for a worker to follow SIGTERM before SIGKILL; Pebble holds its lock meanwhile. A worker that
# hangs in C code never follows.
pebble.CONSTS.term_timeout = 0.2
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
        self.tries = 0
        self.killed = False
        self.started = 0.0
        self.inner: Future[Any] | None = None
        """Its present try in Pebble's hands; an older one has nothing more to say."""


class WorkerPool:
    """At most `size` tasks at a time, plus as many again that have run for more than a second.

    Args:
        size: worker processes at work; 0: one a core.
        memory: bytes a worker may grow by before it is killed.
    """

    def __init__(self, size: int = 0, memory: int = MEMORY) -> None:
        self.size = size or len(os.sched_getaffinity(0))
        self.memory = memory
        self._waiting: deque[_Task] = deque()
        self._running: set[_Task] = set()
        self._changed = threading.Condition()
        self._closed = False
        self._pool = self._new_pool()
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
        self._pool.close()  # type: ignore[no-untyped-call]
        self._pool.join()

    def _new_pool(self) -> pebble.ProcessPool:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(list(PRELOADED))
        return pebble.ProcessPool(
            max_workers=2 * self.size,
            max_tasks=_TASKS,
            initializer=_start_worker,
            initargs=(self.memory,),
            context=context,
        )

    def _dispatch(self) -> None:
        while True:
            with self._changed:
                while (task := self._next()) is None and not self._lost():
                    if self._closed and not self._waiting and not self._running:
                        return
                    self._changed.wait(self._until_next())
                lost = list(self._running) if self._lost() else []
                pool = self._pool
                if task is not None:
                    task.started = time.monotonic()
                    self._running.add(task)
            for one in lost:
                self._repair(pool, one, TimeoutError("the pool has lost it"))
            if task is not None:
                self._start(task)

    def _next(self) -> _Task | None:
        """The task whose turn it is, if there is room."""
        if not self._waiting or len(self._running) >= 2 * self.size:
            return None
        recent = time.monotonic() - _PATIENCE
        if sum(task.started > recent for task in self._running) >= self.size:
            return None
        return self._waiting.popleft()

    def _lost(self) -> list[_Task]:
        """Tasks long past their deadline: a worker killed while it held Pebble's queue takes the whole pool with it."""
        now = time.monotonic()
        return [task for task in self._running if now > task.started + task.deadline + _LOST_AFTER]

    def _until_next(self) -> float | None:
        """Seconds until a running task loses its place or may be lost; None: nothing will change by time alone."""
        if not self._running:
            return None
        if not self._waiting or len(self._running) >= 2 * self.size:
            return _LOST_AFTER
        recent = time.monotonic() - _PATIENCE
        return min((task.started - recent for task in self._running if task.started > recent), default=None)

    def _start(self, task: _Task) -> None:
        if task.tries == 0 and not task.future.set_running_or_notify_cancel():
            self._forget(task)
            return
        task.tries += 1
        task.started = time.monotonic()
        pool = self._pool
        try:
            inner = pool.schedule(_run, args=(task.function, task.args), timeout=task.deadline)
        except RuntimeError as error:  # the pool broke since the last task
            self._repair(pool, task, error)
        else:
            task.inner = inner
            inner.add_done_callback(functools.partial(self._finish, pool, task))

    def _finish(self, pool: pebble.ProcessPool, task: _Task, inner: "Future[Any]") -> None:
        if inner is not task.inner:
            return
        try:
            task.future.set_result(inner.result())
        except (BrokenProcessPool, CancelledError) as error:  # cancelled: its pool was given up for another's sake
            self._repair(pool, task, error)
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
        if exitcode == _MEMORY_EXIT:
            return f"it grew by more than {self.memory >> 20} MiB"
        if exitcode < 0:
            return f"it was killed by {signal.Signals(-exitcode).name}"
        return f"it ended with exit code {exitcode}"

    def _forget(self, task: _Task) -> None:
        with self._changed:
            self._running.discard(task)
            self._changed.notify()

    def _once_more(self, task: _Task) -> None:
        """Its worker was killed from outside, by the system or a person, which need not be the task's fault."""
        with self._changed:
            task.killed = True
            self._running.discard(task)
            self._waiting.appendleft(task)
            self._changed.notify()

    def _repair(self, broken: pebble.ProcessPool, task: _Task, error: Exception) -> None:
        """Pebble gives up a pool when an idle worker dies; its tasks go to a new pool, a second time only."""
        with self._changed:
            if self._pool is broken:
                broken.stop()  # type: ignore[no-untyped-call]
                self._pool = self._new_pool()
            self._running.discard(task)
            task.inner = None
            again = task.tries < 3
            if again:
                self._waiting.appendleft(task)
            self._changed.notify()
        if not again:
            task.future.set_exception(WorkerDied(f"the worker pool broke three times under it: {error}"))


@functools.cache
def _pool(size: int, memory: int) -> WorkerPool:
    return WorkerPool(size, memory)


def shared_pool(size: int = 0, memory: int = MEMORY) -> WorkerPool:
    """This process's pool of that size (0: one a core) and memory, made at first use; ends with the process."""
    return _pool(size or len(os.sched_getaffinity(0)), memory)


# --- inside a worker --------------------------------------------------------------------------------------------------

_busy = threading.Event()
"""Set while a task runs: a worker may end itself then, but not while it holds Pebble's pipe."""


def _run(function: Callable[..., Result], args: tuple[Any, ...]) -> Result:
    _busy.set()
    try:
        return function(*args)
    except MemoryError:
        os._exit(_MEMORY_EXIT)
    finally:
        _busy.clear()


def _start_worker(memory: int) -> None:
    """Tie the worker's life to its parent's and its memory to the cap."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        # Writable private memory; above the watcher's bound, for what C code takes at one go.
        bound = _status("VmData") + memory + memory // 4
        resource.setrlimit(resource.RLIMIT_DATA, (bound, resource.RLIM_INFINITY))
    threading.Thread(target=_watch, args=(memory,), daemon=True).start()


def _watch(memory: int) -> None:
    """End this worker when its parent has gone or when it has outgrown its memory."""
    parent = multiprocessing.parent_process()
    sentinels = [parent.sentinel] if parent else []
    bound = _resident() + memory
    while not wait(sentinels, _WATCH_SECONDS):
        if _busy.is_set() and _resident() > bound:
            os._exit(_MEMORY_EXIT)
    os._exit(0)


def _resident() -> int:
    """Bytes of memory that this process holds in RAM; where there is no /proc, the most it ever held."""
    try:
        pages = Path("/proc/self/statm").read_bytes().split()[1]
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(pages) * resource.getpagesize()


def _status(name: str) -> int:
    """A field of /proc/self/status, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    return 0
