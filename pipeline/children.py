"""Child processes that end with their parent, however the parent ends."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(parent: int) -> None:
    """For preexec_fn: on Linux the kernel kills this process when the thread that started it ends; elsewhere nothing.

    Args:
        parent: the process id of whoever starts it; where that one is gone already, this one ends at once.
    """
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
