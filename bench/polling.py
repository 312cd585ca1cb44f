"""Wirewatch's polling beside a bare aiohttp client: `python -m bench.polling [--feeds 10000 --hosts 2000 --rounds 5]`.

Four processes on this machine: a server on loopback, a bare aiohttp client, Wirewatch's follower (with its parsing
workers), and this one, which tells one after the other to poll all feeds once, in turn, and compares each pair.

All hosts are names under .test mapped to the server. Nine feeds of ten answer 304 to their validators; the tenth answers
200 with a document of five entries that differs at each poll (its lastBuildDate), so that it is parsed and accepted anew.
Its entries are known from the pass before: no page is fetched. Both sides send validators, read bodies and keep
connections alive; neither is paced. The bare client keeps nothing but each feed's validators. Wirewatch goes its own road:
a Follower over a SQLite store, as `wirewatch run --all` opens it, with guard, caps, pace at 0, parsing in worker
processes, one transaction a batch.
"""

import argparse
import asyncio
import contextlib
import gc
import multiprocessing
import random
import resource
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from pipeline.store.store import Store, StoreAddress
from transforms.config import NetworkConfig, PollingConfig
from transforms.feeds.follower import Follower
from transforms.feeds.ports import Shard
from transforms.model import Feed, FeedStatus
from transforms.workers import shared_pool

PROCESSES = multiprocessing.get_context("spawn")
CHANGED = 10
"""One feed in so many has changed at each poll."""
ENTRIES = 5
TICK = 0.5
"""Seconds that a look at the follower waits, as in a bounded pass."""


@dataclass(frozen=True)
class Plan:
    """What is polled."""

    feeds: int
    hosts: int
    concurrency: int
    port: int = 0

    def urls(self) -> list[str]:
        return [f"http://{self.host(number)}/{number}.xml" for number in range(self.feeds)]

    def host(self, number: int) -> str:
        return f"host{number % self.hosts}.test"

    def mapped(self) -> dict[str, str]:
        return {self.host(number): f"127.0.0.1:{self.port}" for number in range(self.hosts)}


@dataclass(frozen=True)
class Round:
    """All feeds polled once by one of the two."""

    seconds: float
    cpu: float
    """Seconds of the polling process alone."""
    peak: int
    """Bytes of memory at most, of the polling process alone, since it began."""
    conditional: float
    """Share of the polls that were answered 304."""


# --- the server -------------------------------------------------------------------------------------------------------

_COMMON = (
    "Server: bench\r\nDate: Tue, 24 Nov 2026 09:00:00 GMT\r\nLast-Modified: Tue, 24 Nov 2026 08:00:00 GMT\r\n"
    'Cache-Control: max-age=300\r\nETag: "{number}-{edition}"\r\n'
)
_ENTRY = (
    "<item><title>Harbour authority reports on quarter {entry}</title><link>http://{host}/{number}/{entry}.html</link>"
    "<guid>http://{host}/{number}/{entry}.html</guid><pubDate>Mon, 0{entry} Jan 2024 08:00:00 GMT</pubDate>"
    "<description>The harbour authority said on Monday that more ships than last year had called.</description></item>"
)
_FEED = (
    '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Feed {number}</title>'
    "<link>http://{host}/</link><description>A small feed</description>"
    "<lastBuildDate>{edition}</lastBuildDate>{entries}</channel></rss>"
)


class _Serve(asyncio.Protocol):
    """As little as will answer the two clients of this bench: whole requests, one at a time a connection."""

    asked = unchanged = 0

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._received.endswith(b"\r\n\r\n"):
            request, self._received = self._received, b""
            self._transport.write(self._answer(request))

    def _answer(self, request: bytes) -> bytes:
        number = int(request[5 : request.index(b".xml")])
        _Serve.asked += 1
        if number % CHANGED and b"If-None-Match: " in request:
            _Serve.unchanged += 1
            return b"HTTP/1.1 304 Not Modified\r\n" + _COMMON.format(number=number, edition=0).encode() + b"\r\n"
        edition = 0 if number % CHANGED else _Serve.asked
        host = self._plan.host(number)
        entries = "".join(_ENTRY.format(host=host, number=number, entry=entry + 1) for entry in range(ENTRIES))
        body = _FEED.format(host=host, number=number, edition=edition, entries=entries).encode()
        head = f"HTTP/1.1 200 OK\r\n{_COMMON.format(number=number, edition=edition)}"
        return f"{head}Content-Type: application/rss+xml\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def serve(orders: Connection, plan: Plan) -> None:
    """Tells its port, then at each order (requests, 304s) since the one before."""

    async def run() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Serve(plan), "127.0.0.1", 0, backlog=1024)
        orders.send(server.sockets[0].getsockname()[1])
        gc.freeze()
        while await loop.run_in_executor(None, orders.recv):
            orders.send((_Serve.asked, _Serve.unchanged))
            _Serve.asked = _Serve.unchanged = 0

    asyncio.run(run())


# --- the bare client --------------------------------------------------------------------------------------------------


class _Mapped(AbstractResolver):
    def __init__(self, plan: Plan) -> None:
        self._port = plan.port
        self._hosts = plan.mapped().keys()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        del port, family
        if host not in self._hosts:
            raise OSError(f"{host} is not mapped")
        flags = socket.AI_NUMERICHOST
        where = {"hostname": host, "host": "127.0.0.1", "port": self._port, "family": socket.AF_INET}
        return [ResolveResult(**where, proto=0, flags=flags)]  # type: ignore[typeddict-item]

    async def close(self) -> None: ...


class BareClient:
    """What a few lines of aiohttp do."""

    def __init__(self, plan: Plan, _folder: str) -> None:
        self._plan = plan
        self._validators: dict[str, dict[str, str]] = {}

    def poll_all(self) -> None:
        asyncio.run(self._poll_all())

    async def _poll_all(self) -> None:
        connector = aiohttp.TCPConnector(resolver=_Mapped(self._plan), limit=self._plan.concurrency)
        urls = self._plan.urls()
        random.shuffle(urls)
        waiting = iter(urls)
        async with aiohttp.ClientSession(connector=connector) as session:
            await asyncio.gather(*(self._poll(session, waiting) for _ in range(self._plan.concurrency)))

    async def _poll(self, session: aiohttp.ClientSession, waiting: Iterator[str]) -> None:
        for url in waiting:
            async with session.get(url, headers=self._validators.get(url)) as answer:
                await answer.read()
                if answer.status == 200:
                    headers = answer.headers
                    self._validators[url] = {
                        "If-None-Match": headers["ETag"],
                        "If-Modified-Since": headers["Last-Modified"],
                    }

    def check(self) -> None:
        assert len(self._validators) == self._plan.feeds

    def close(self) -> None: ...


# --- Wirewatch --------------------------------------------------------------------------------------------------------


class Wirewatch:
    """A follower over a store, a new one each pass, as `run` opens it."""

    def __init__(self, plan: Plan, folder: str) -> None:
        self._plan = plan
        self._store: Store = StoreAddress(f"sqlite:///{folder}/bench.db").open()
        self._store.feeds.sync_feeds([Feed(url) for url in plan.urls()])
        self._network = NetworkConfig(hosts=plan.mapped(), contact="bench@wirewatch.test")
        self._polling = PollingConfig(pace=0.0, concurrency=plan.concurrency)
        self._polls = 0

    def poll_all(self) -> None:
        follower = Follower(
            Shard(),
            self._store.feeds,
            polling=self._polling,
            network=self._network,
            max_age=86400.0,
            pool=shared_pool(),
            owner="bench",
            everything=True,
        )
        self._polls += 1
        follower.start(bounded=True)
        while not follower.done():
            assert not follower.ready(TICK), "a page was fetched"
        follower.close()

    def check(self) -> None:
        for listed in self._store.feeds.listed():
            cursor = listed.cursor
            assert (cursor.version, cursor.status, cursor.cause) == (self._polls, FeedStatus.OK, ""), cursor

    def close(self) -> None:
        shared_pool().close()
        self._store.close()


def polling(orders: Connection, make: Callable[[Plan, str], Any], plan: Plan, folder: str) -> None:
    """A process that polls all at each order and tells (seconds, seconds of CPU, peak bytes)."""
    side = make(plan, folder)
    orders.send(None)
    while orders.recv():
        gc.collect()
        began, worked = time.perf_counter(), time.process_time()
        side.poll_all()
        seconds, cpu = time.perf_counter() - began, time.process_time() - worked
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        side.check()
        orders.send((seconds, cpu, peak))
    side.close()


# --- the comparison ---------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def started(work: Callable[..., None], *args: Any) -> Iterator[Connection]:
    """A process with a pipe to it; ends when told so."""
    ours, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=work, args=(theirs, *args))
    process.start()
    theirs.close()
    try:
        yield ours
        ours.send(None)
        process.join(60)
    finally:
        process.kill()


def told(side: Connection, server: Connection, feeds: int) -> Round:
    """One round of one side."""
    side.send("poll")
    seconds, cpu, peak = side.recv()
    server.send("poll")
    asked, unchanged = server.recv()
    assert asked == feeds, f"{asked} requests for {feeds} feeds"
    return Round(seconds, cpu, peak, unchanged / asked)


def show(name: str, rounds: list[Round], feeds: int) -> None:
    """One side's line."""
    rate = statistics.median(feeds / one.seconds for one in rounds)
    cpu = statistics.median(one.cpu / feeds for one in rounds) * 1e6
    peak = max(one.peak for one in rounds) / 2**20
    conditional = statistics.mean(one.conditional for one in rounds)
    print(f"{name:10}{rate:12.0f}{cpu:20.0f}{peak:12.0f}{conditional:10.1%}")


def show_share(what: str, ratios: list[float]) -> None:
    """How much of the bare client's Wirewatch has."""
    median, least, most = statistics.median(ratios), min(ratios), max(ratios)
    print(
        f"{what} as a share of the bare client's, median of {len(ratios)} pairs: {median:.2f} ({least:.2f} to {most:.2f})"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=10_000)
    parser.add_argument("--hosts", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--concurrency", type=int, default=PollingConfig().concurrency)
    chosen = parser.parse_args()
    plan = Plan(chosen.feeds, chosen.hosts, chosen.concurrency)
    with tempfile.TemporaryDirectory() as folder, started(serve, plan) as server:
        plan = Plan(chosen.feeds, chosen.hosts, chosen.concurrency, server.recv())
        with (
            started(polling, BareClient, plan, folder) as bare,
            started(polling, Wirewatch, plan, folder) as wirewatch,
        ):
            bare.recv(), wirewatch.recv()
            first = [told(side, server, plan.feeds) for side in (bare, wirewatch)]
            print(f"{plan.feeds} feeds on {plan.hosts} hosts, {plan.concurrency} requests under way at most, no pace")
            print(
                f"first pass, every document new: {first[0].seconds:.1f} s bare, {first[1].seconds:.1f} s Wirewatch "
                f"({plan.feeds * ENTRIES} entries parsed and remembered)\n"
            )
            pairs = []
            for number in range(chosen.rounds):
                sides = (bare, wirewatch) if number % 2 else (wirewatch, bare)
                rounds = {side: told(side, server, plan.feeds) for side in sides}
                pairs.append((rounds[bare], rounds[wirewatch]))
    print(f"{'':10}{'polls/s':>12}{'CPU, us a poll':>20}{'peak, MiB':>12}{'304':>10}")
    show("bare", [one for one, _ in pairs], plan.feeds)
    show("Wirewatch", [one for _, one in pairs], plan.feeds)
    print()
    show_share("rate", [one.seconds / other.seconds for one, other in pairs])
    show_share("polls a second of CPU", [one.cpu / other.cpu for one, other in pairs])
    return 0


if __name__ == "__main__":
    sys.exit(main())
