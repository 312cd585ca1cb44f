"""How long normal pages wait for a worker while others hang or eat memory: `python -m bench.workers [--pages 400]`.

A stream of pages arrives at a quarter of what the pool can read, first alone, then with a hostile one before every twentieth:
in turn one that hangs in Python, one that hangs in C code and one that eats memory. What counts is a normal page's
time from submit to result in the second stream less the same page's in the first, as a share of the second that is
allowed. Exit code 1: a page was lost, a hostile one was not ended, or one waited longer.
"""

import argparse
import statistics
import sys
import threading
import time
from concurrent.futures import Future, wait

from transforms.articles.extract import extract_page
from transforms.articles.pages import ExtractedPage
from transforms.config import ExtractionConfig
from transforms.model import Entry, InboxRow, Page
from transforms.workers import WorkerDied, WorkerPool, WorkerTimedOut

ALLOWED = 1.0
"""Seconds that a normal page may wait longer."""
EVERY = 20
LOAD = 1 / 4


def hang() -> None:
    """Never returns."""
    while True:
        pass


def hang_in_c() -> int:
    """One call that takes minutes and lets no signal handler run."""
    return 7 ** (7**9) % 10


def eat_memory() -> None:
    """Grows without end."""
    held = []
    while True:
        held.append(bytearray(b"x" * 1_000_000))


HOSTILE = (hang, hang_in_c, eat_memory)


def page(number: int) -> Page:
    """A normal page of about 30 kB."""
    words = f"The harbour authority said on day {number} that ships would wait for the tide and the pilots' word. "
    paragraphs = "".join(f"<p>{n}. {words * 4}</p>" for n in range(12))
    aside = "".join(f"<li><a href='/n/{n}'>Another headline of this paper, number {n}</a></li>" for n in range(150))
    html = f"<html><head><title>Ships wait {number}</title></head><body><article>{paragraphs}</article><ul>{aside}</ul></body></html>"
    entry = Entry(feed="http://post.example/feed", id=str(number), link=f"http://post.example/{number}")
    return Page(row=InboxRow(number, entry, accepted=0.0, due=0.0), url=entry.link, body=html.encode())


class Stream:
    """One stream through one pool.

    Args:
        pool: reads.
        config: caps.
        gap: seconds between two pages.
    """

    def __init__(self, pool: WorkerPool, config: ExtractionConfig, gap: float) -> None:
        self._pool = pool
        self._config = config
        self._gap = gap
        self.waited: dict[int, float] = {}
        """Normal page -> seconds from submit to result."""
        self.lost = 0
        self.ended: dict[str, int] = {}
        """How hostile pages ended -> how many."""

    def run(self, pages: int, *, hostile: bool) -> None:
        normal: list[Future[ExtractedPage]] = []
        others: list[Future[object]] = []
        pause = threading.Event()
        began = time.monotonic()
        for number in range(pages):
            pause.wait(max(0.0, began + number * self._gap - time.monotonic()))
            if hostile and number % EVERY == 0:
                task = HOSTILE[number // EVERY % len(HOSTILE)]
                others.append(self._pool.submit(task, deadline=self._config.deadline))
            submitted = time.monotonic()
            future = self._pool.submit(extract_page, page(number), self._config, deadline=self._config.deadline)
            future.add_done_callback(lambda _, n=number, at=submitted: self.waited.update({n: time.monotonic() - at}))
            normal.append(future)
        wait([*normal, *others])
        self.lost = sum(future.exception() is not None for future in normal)
        for future in others:
            kind = type(future.exception()).__name__
            self.ended[kind] = self.ended.get(kind, 0) + 1


def seconds_a_page(pool: WorkerPool, config: ExtractionConfig) -> float:
    """Of one worker, warm."""
    for _ in range(2):
        began = time.monotonic()
        wait([pool.submit(extract_page, page(n), config, deadline=config.deadline) for n in range(40)])
        taken = time.monotonic() - began
    return taken / 40 * pool.size


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=400)
    parser.add_argument("--deadline", type=float, default=ExtractionConfig().deadline, help="seconds a page may take")
    parser.add_argument("--workers", type=int, default=0, help="0: one a core")
    arguments = parser.parse_args()
    config = ExtractionConfig(deadline=arguments.deadline)
    pool = WorkerPool(arguments.workers, config.memory)
    gap = seconds_a_page(pool, config) / pool.size / LOAD
    alone, beside = Stream(pool, config, gap), Stream(pool, config, gap)
    alone.run(arguments.pages, hostile=False)
    beside.run(arguments.pages, hostile=True)
    pool.close()
    longer = [(beside.waited[n] - alone.waited[n]) / ALLOWED for n in range(arguments.pages)]
    hostile = sum(beside.ended.values())
    stopped = sum(beside.ended.get(kind.__name__, 0) for kind in (WorkerTimedOut, WorkerDied))
    print(f"{pool.size} workers, {arguments.pages} normal pages, {hostile} hostile ones among them")
    print(f"normal pages lost: {alone.lost + beside.lost}")
    print(f"hostile pages ended: {stopped} of {hostile} ({', '.join(f'{k} {n}' for k, n in beside.ended.items())})")
    print(
        "waits longer, as a share of the second allowed: "
        f"median {statistics.median(longer):.3f}, 99 of 100 {sorted(longer)[len(longer) * 99 // 100]:.2f}, "
        f"longest {max(longer):.2f}"
    )
    return int(bool(alone.lost + beside.lost) or stopped < hostile or max(longer) > 1)


if __name__ == "__main__":
    sys.exit(main())
