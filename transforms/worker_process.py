"""A worker process of transforms.workers: one task at a time, under a memory cap, as long as its parent lives."""

import ctypes
import multiprocessing
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, TypeVar

Result = TypeVar("Result")

MEMORY_EXIT = 86
"""Exit code of a worker that has outgrown its memory."""
_WATCH_SECONDS = 0.1
_PR_SET_PDEATHSIG = 1

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """CPU time that a process has used; 0.0 where that cannot be known."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


# --- inside a worker

_busy = threading.Event()
"""Set while a task runs: a worker may end itself then, but not while it holds Pebble's pipe."""


def run_task(function: Callable[..., Result], args: tuple[Any, ...]) -> Result:
    _busy.set()
    try:
        return function(*args)
    except MemoryError:
        os._exit(MEMORY_EXIT)
    finally:
        _busy.clear()


def start_worker(memory: int) -> None:
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
            os._exit(MEMORY_EXIT)
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
