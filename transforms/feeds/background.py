"""The one event loop of a process on which its followers ask the network, in a thread of its own."""

import asyncio
import contextlib
import gc
import os
import resource
import threading
from concurrent.futures import ThreadPoolExecutor

_lock = threading.Lock()
_loops: dict[int, asyncio.AbstractEventLoop] = {}
"""By process id: a forked child does not inherit the thread."""
_NAME_SERVER_THREADS = 32
"""The system's resolver blocks; the event loop asks it in its default threads."""


def background_loop() -> asyncio.AbstractEventLoop:
    """The process's loop, started at first use; its thread ends with the process."""
    with _lock:
        loop = _loops.get(os.getpid())
        if loop is None:
            _allow_many_sockets()
            gc.freeze()  # what is imported by now stays: no full collection need look through it again
            gc.set_threshold(20_000, 20, 50)  # what is under way is no garbage
            loop = _loops[os.getpid()] = asyncio.new_event_loop()
            loop.set_default_executor(ThreadPoolExecutor(_NAME_SERVER_THREADS, "follow-feeds-names"))
            threading.Thread(target=loop.run_forever, name="follow-feeds", daemon=True).start()
        return loop


def _allow_many_sockets() -> None:
    """As many open files as this process may have: connections to thousands of hosts are kept alive for some seconds."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(ValueError, OSError):  # some systems say "no limit" and do not mean it
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
