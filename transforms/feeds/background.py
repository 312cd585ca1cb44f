"""The one event loop of a process on which its followers ask the network, in a thread of its own."""

import asyncio
import os
import threading

_lock = threading.Lock()
_loops: dict[int, asyncio.AbstractEventLoop] = {}
"""By process id: a forked child does not inherit the thread."""


def background_loop() -> asyncio.AbstractEventLoop:
    """The process's loop, started at first use; its thread ends with the process."""
    with _lock:
        loop = _loops.get(os.getpid())
        if loop is None:
            loop = _loops[os.getpid()] = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name="follow-feeds", daemon=True).start()
        return loop
