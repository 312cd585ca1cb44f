"""Other processes that use a store, for tests that race them and kill them.

python -m tests.pipeline.store.processes take URL OWNER    prints the rows it took, one a line, until none is left
python -m tests.pipeline.store.processes own URL           owns the shards, takes a row, says so, waits to be killed
python -m tests.pipeline.store.processes fork URL          the same with a forked child that outlives it
python -m tests.pipeline.store.processes open URL          opens the store, created where it is not there
"""

import os
import subprocess
import sys
import time
from pathlib import Path

from pipeline.store import open_store
from tests.pipeline.store.records import ALL, NOW

ROOT = Path(__file__).parents[3]


def start(*arguments: str) -> subprocess.Popen[str]:
    """Start one of the above."""
    command = [sys.executable, "-m", "tests.pipeline.store.processes", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def take(url: str, owner: str) -> None:
    store = open_store(url)
    sys.stdin.readline()  # all start at once
    while rows := store.feeds.take_rows(ALL, owner, 3, now=NOW):
        for row in rows:
            say(row.row)
            store.feeds.drop(row, "read")


def own(url: str, *, fork: bool = False) -> None:
    store = open_store(url)
    ownership = store.owners.own("shards", "wirewatch watch")
    taken = store.feeds.take_rows(ALL, ownership.owner, 1, now=NOW)
    if fork and not os.fork():
        time.sleep(300)  # killed by the test
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    say(len(taken), children.read_text().strip() if fork else "")
    sys.stdin.read()


if __name__ == "__main__":
    mode, store_url, *rest = sys.argv[1:]
    if mode == "take":
        take(store_url, *rest)
    elif mode == "open":
        open_store(store_url).close()
    else:
        own(store_url, fork=mode == "fork")
