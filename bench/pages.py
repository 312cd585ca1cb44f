"""How fast pages are fetched and read, beside trafilatura alone on the same pages in memory, in one run.

    python -m bench.pages --data DIR [--rounds 3] [--workers 2] [--every N]

The 990 pages of DIR/extraction/segments.jsonl.gz are served on loopback by a process of its own, on 50 mapped host
names, each with a robots file. Ours is the production road, FollowFeeds and ExtractArticles in one graph: robots, guard,
caps, decoding (pace 0), then text, metadata, links and language in the worker pool. Rows come from memory and articles
are counted: the store is left out. Beside it trafilatura.extract() with default options in as many processes, which
hold all pages before the clock starts.

The two read the same pages in turn, part by part; a ratio is that of one part's times. A graph's own start is not
counted, its follower's is. "Dated" entries carry a date, as nearly all of a feed's do, so that a page without one is not
searched for it; with undated ones the visible text is. CPU is the sum over a contestant's processes, the server's
left out. Fails below GOAL with undated entries.
"""

import argparse
import asyncio
import base64
import gzip
import json
import logging
import multiprocessing
import os
import socket
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import apache_beam as beam
import trafilatura
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from transforms.articles.step import ExtractArticles
from transforms.config import ExtractionConfig, NetworkConfig, PollingConfig
from transforms.feeds.follower import Follower
from transforms.feeds.ports import KeptRobots, Shard
from transforms.feeds.step import FollowFeeds
from transforms.model import Article, DeadLetter, Entry, FeedCursor, InboxRow
from transforms.workers import shared_pool

GOAL = 0.9
HOSTS = 50
PARTS = 3
ROBOTS = b"User-agent: *\nDisallow: /private\n"
_TICKS = os.sysconf("SC_CLK_TCK")


# --- the server -------------------------------------------------------------------------------------------------------


class _Serving(asyncio.Protocol):
    """HTTP/1.1 of the plainest kind, so that the server takes little of the machine: GET /<number>, kept alive."""

    def __init__(self, bodies: Sequence[bytes]) -> None:
        self._bodies = bodies
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].removeprefix(b"/")
            robots = path == b"robots.txt"
            body = ROBOTS if robots else self._bodies[int(path)]
            kind = b"text/plain" if robots else b"text/html"
            self._transport.writelines(
                (b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n" % (kind, len(body)), body)
            )


def _serve(listening: socket.socket, bodies: Sequence[bytes]) -> None:
    async def forever() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: _Serving(bodies), sock=listening)
        await server.serve_forever()

    asyncio.run(forever())


# --- the two contestants ----------------------------------------------------------------------------------------------


class Cost(NamedTuple):
    """Of a part, in seconds."""

    wall: float
    cpu: float
    """Of all processes but the server."""


class Rows:
    """A shard's pages in memory, as far as a pass asks a store for them; no feeds."""

    def __init__(self, rows: Sequence[InboxRow]) -> None:
        self._rows = list(rows)
        self.retried: list[str] = []
        self._robots: dict[str, KeptRobots] = {}

    def due_feeds(
        self,
        _shard: Shard,
        _now: float,
        _limit: int,
        *,
        after: FeedCursor | None = None,  # noqa: ARG002
        everything: bool = False,  # noqa: ARG002
    ) -> list[FeedCursor]:
        return []

    def robots(self, origin: str) -> KeptRobots | None:
        return self._robots.get(origin)

    def keep_robots(self, origin: str, kept: KeptRobots) -> None:
        self._robots[origin] = kept

    def crawl_delays(self, _now: float) -> list[tuple[str, float]]:
        return []

    def held_feeds(self, _now: float) -> list[tuple[str, float]]:
        return []

    def take_rows(self, _shard: Shard, _owner: str, limit: int, *, now: float) -> list[InboxRow]:  # noqa: ARG002
        taken, self._rows = self._rows[:limit], self._rows[limit:]
        return taken

    def renew(self, rows: Sequence[int], owner: str) -> None:
        pass

    def retry(self, _row: InboxRow, _due: float, reason: str) -> None:
        self.retried.append(reason)

    def due_deliveries(self) -> list[tuple[str, str]]:
        return []


@dataclass
class _Pass:
    """The pass under way; the graph runs in this process and finds it here."""

    follower: Follower
    server: int
    """Its process id."""
    began: float = 0.0
    cpu_before: float = 0.0
    ended: float = 0.0
    articles: int = 0
    dead: list[str] = field(default_factory=list)


_now: dict[str, _Pass] = {}


def _open_follower(_shard: Shard) -> Follower:
    current = _now["pass"]
    current.cpu_before = cpu_seconds(current.server)
    current.began = time.perf_counter()
    return current.follower


def _count(item: Article | DeadLetter) -> None:
    current = _now["pass"]
    current.ended = time.perf_counter()
    if isinstance(item, DeadLetter):
        current.dead.append(item.reason)
    else:
        current.articles += 1


class Ours:
    """The production road over pages served at a port."""

    def __init__(self, port: int, server: int, workers: int, *, dated: bool) -> None:
        self._server = server
        self.name = f"wirewatch, {'dated' if dated else 'undated'} entries"
        self._network = NetworkConfig(hosts={"*.press.test": f"127.0.0.1:{port}"}, contact="bench@press.test")
        self._extraction = ExtractionConfig(workers=workers)
        self._published = 1_500_000_000.0 if dated else None
        self.unread: list[str] = []

    def read(self, numbers: Sequence[int]) -> Cost:
        """From the follower's start to the last article."""
        links = [f"http://outlet{number % HOSTS}.press.test/{number}" for number in numbers]
        entries = [Entry("http://press.test/feed", link, link, published=self._published) for link in links]
        store = Rows([InboxRow(place, entry, accepted=0.0, due=0.0) for place, entry in enumerate(entries, start=1)])
        follower = Follower(
            Shard(),
            store,  # type: ignore[arg-type] - what a pass without feeds asks of it
            polling=PollingConfig(pace=0.0, pass_pages=len(numbers)),
            network=self._network,
            max_age=1e12,
            pool=shared_pool(self._extraction.workers, self._extraction.memory),
            owner="bench",
        )
        current = _now["pass"] = _Pass(follower, self._server)
        with beam.Pipeline(runner=FnApiRunner()) as pipeline:
            followed = (
                pipeline
                | "Shards" >> beam.Create([Shard()], reshuffle=False)
                | "FollowFeeds" >> FollowFeeds(_open_follower)
            )
            extracted = followed.main | "ExtractArticles" >> ExtractArticles(self._extraction)
            for name, items in (("articles", extracted.main), ("unread", extracted.dead), ("dead", followed.dead)):
                _ = items | f"Count {name}" >> beam.Map(_count)
        follower.close()
        if current.articles + len(current.dead) != len(numbers) or store.retried:
            raise RuntimeError(f"of {len(numbers)} pages {current.articles} were read, retried: {store.retried[:3]}")
        self.unread = [*self.unread, *current.dead]
        return Cost(current.ended - current.began, cpu_seconds(self._server) - current.cpu_before)


class Theirs:
    """trafilatura's default options over pages that its processes hold already."""

    name = "trafilatura, pages in memory"

    def __init__(self, bodies: Sequence[bytes], server: int, workers: int) -> None:
        self._server = server
        context = multiprocessing.get_context("fork")
        self._pool = context.Pool(workers, initializer=_hold, initargs=(bodies,))

    def read(self, numbers: Sequence[int]) -> Cost:
        cpu_before, began = cpu_seconds(self._server), time.perf_counter()
        for _ in self._pool.imap_unordered(_extract, numbers):
            pass
        ended = time.perf_counter()
        return Cost(ended - began, cpu_seconds(self._server) - cpu_before)

    def close(self) -> None:
        self._pool.terminate()


_held: list[Sequence[bytes]] = []


def _hold(bodies: Sequence[bytes]) -> None:
    _held.append(bodies)


def _extract(number: int) -> int:
    return len(trafilatura.extract(_held[0][number]) or "")


# --- the run ----------------------------------------------------------------------------------------------------------


def cpu_seconds(left_out: int) -> float:
    """Of this process and all below it but one, those that have ended included."""
    parents: dict[int, int] = {}
    spent: dict[int, float] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(path.parent.name)
        parents[pid], spent[pid] = int(fields[1]), sum(map(int, fields[11:15])) / _TICKS
    own = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in own} - own:
        own |= more
    return sum(spent[pid] for pid in own - {left_out})


def run(bodies: list[bytes], rounds: int, workers: int) -> bool:
    """Print both contestants' rates and their ratios."""
    listening = socket.create_server(("127.0.0.1", 0))
    context = multiprocessing.get_context("fork")
    serving = context.Process(target=_serve, args=(listening, bodies), daemon=True)
    serving.start()
    port, server = listening.getsockname()[1], serving.pid or 0
    listening.close()
    theirs = Theirs(bodies, server, workers)  # forks before any thread is started
    ours = [Ours(port, server, workers, dated=dated) for dated in (False, True)]
    contestants: list[Theirs | Ours] = [theirs, *ours]
    parts = [range(part, len(bodies), PARTS) for part in range(PARTS)]
    for one in contestants:  # so that nothing is loaded while the clock runs
        one.read(range(min(len(bodies), 8 * workers)))
    costs: dict[str, list[Cost]] = {one.name: [] for one in contestants}
    for one in ours:
        one.unread = []
    for turn in range(rounds * PARTS):
        for place in range(len(contestants)):
            one = contestants[(turn + place) % len(contestants)]
            costs[one.name].append(one.read(parts[turn % PARTS]))
    serving.terminate()
    theirs.close()
    megabytes = sum(map(len, bodies)) / 1e6
    print(f"{len(bodies)} pages, {megabytes:.0f} MB, {workers} processes, {rounds} rounds of {PARTS} parts")
    print(f"  {'':30} {'pages/s':>8}   {'of the first, by wall clock':27}   by CPU")
    base = costs[theirs.name]
    medians = {}
    for name, spent in costs.items():
        walls = sorted(one.wall / own.wall for one, own in zip(base, spent, strict=True))
        cpus = sorted(one.cpu / own.cpu for one, own in zip(base, spent, strict=True))
        medians[name] = statistics.median(walls)
        rate = rounds * len(bodies) / sum(one.wall for one in spent)
        print(
            f"  {name:30} {rate:8.1f}   {medians[name]:.2f} (from {walls[0]:.2f} to {walls[-1]:.2f})"
            f"         {statistics.median(cpus):.2f}"
        )
    print(f"  no article could be read in {len(ours[0].unread) // rounds} pages; goal {GOAL}")
    return medians[ours[0].name] >= GOAL


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds extraction/")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)), help="processes that extract")
    parser.add_argument("--every", type=int, default=1, help="read every Nth page only")
    options = parser.parse_args()
    logging.getLogger().setLevel(logging.ERROR)  # Beam's remarks on type hints
    with gzip.open(options.data / "extraction" / "segments.jsonl.gz", "rt", encoding="utf-8") as lines:
        bodies = [base64.b64decode(json.loads(line)["html_b64"]) for line in lines]
    return not run(bodies[:: options.every], options.rounds, options.workers)


if __name__ == "__main__":
    from bench.pages import main as by_name  # what a graph calls is looked up by name, and not in __main__

    sys.exit(by_name())
