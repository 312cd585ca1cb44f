"""The server's side of bench.week: feeds with faults, told by an own clock, and a log of what they were asked."""

import asyncio
import random
import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Self

from aiohttp import web

HOUR, DAY = 3600.0, 86400.0
BEGAN = 1_699_833_600.0
"""A Monday, 00:00 UTC."""
LISTED = 60
"""Entries of a document."""
ON_A_HOST = 4
SKEW = 400 * DAY
"""By which the clock of the server that dates its Retry-After is ahead."""
KINDS = (
    *("honest",) * 7,
    *("last-modified", "no validators", "lying", "404 spell", "5xx spell", "429", "503 dated", "302", "301", "410"),
    *("guids reset", "parameters reset", "ttl and skipHours"),
)
LEAST = {"no validators": DAY, "ttl and skipHours": 4 * HOUR}
"""Seconds between polls that a kind asks for, where they are more than the usual hour."""
HELD = 2.5 * HOUR
SKIPPED = {2, 3, 4}
"""Hours."""


@dataclass
class Clock:
    now: float = BEGAN

    def __call__(self) -> float:
        return self.now


@dataclass
class Poll:
    """One request to a feed's own address."""

    at: float
    status: int


@dataclass
class Played:
    """A feed as its server plays it."""

    number: int
    kind: str
    every: float
    """Seconds between its articles."""
    offset: float
    polls: list[Poll] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"h{self.number // ON_A_HOST}.test"

    @property
    def path(self) -> str:
        return f"/feed{self.number}"

    def newest(self, now: float) -> int:
        """Number of the latest article; they are counted from 100 days before the beginning."""
        return int((now - BEGAN + 100 * DAY - self.offset) // self.every)

    def published(self, article: int) -> float:
        return BEGAN - 100 * DAY + self.offset + article * self.every

    def document(self, now: float) -> str:
        reset = now > BEGAN + 2 * DAY
        query = "?at_medium=b" if self.kind == "parameters reset" and reset else "?utm_source=a"
        guid = "new" if self.kind == "guids reset" and reset else "old"
        newest = self.newest(now)
        entries = "".join(
            f"<item><title>Report {article} of feed {self.number}</title>"
            f"<link>http://{self.host}/article/{self.number}/{article}{query}</link>"
            f"<guid isPermaLink='false'>{guid}-{article}</guid>"
            f"<pubDate>{formatdate(self.published(article), usegmt=True)}</pubDate></item>"
            for article in range(newest, max(newest - LISTED, 0), -1)
        )
        more = ""
        if self.kind == "ttl and skipHours":
            more = (
                "<ttl>240</ttl><skipHours>"
                + "".join(f"<hour>{hour}</hour>" for hour in sorted(SKIPPED))
                + "</skipHours>"
            )
        return f'<rss version="2.0"><channel><title>Feed {self.number}</title>{more}{entries}</channel></rss>'


class World:
    """The server: in a thread of its own, answering by the clock and keeping a log."""

    def __init__(self, count: int, clock: Clock, seed: int) -> None:
        dice = random.Random(seed)
        self.clock = clock
        self.feeds = []
        for number in range(count):
            every = 40 * DAY if number % 9 == 8 else dice.choice((2, 6, 12, 24, 48)) * HOUR
            self.feeds.append(Played(number, KINDS[number % len(KINDS)], every, dice.uniform(0.0, every)))
        self.served: Counter[tuple[int, int]] = Counter()
        self.robots: defaultdict[str, list[float]] = defaultdict(list)
        self.by_day: Counter[tuple[str, int]] = Counter()
        self.most_at_once = 0
        self._under_way: Counter[str] = Counter()
        self._failed_once: set[tuple[int, int]] = set()
        self.port = 0

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _start(self) -> None:
        self._runner = web.ServerRunner(web.Server(self._serve, access_log=None), shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _serve(self, request: web.BaseRequest) -> web.Response:
        host = request.host.partition(":")[0]
        self.by_day[host, int((self.clock.now - BEGAN) // DAY)] += 1
        self._under_way[host] += 1
        self.most_at_once = max(self.most_at_once, self._under_way[host])
        try:
            await asyncio.sleep(0)  # so that what comes at the same time is seen to
            return self._answer(request, host)
        finally:
            self._under_way[host] -= 1

    def _answer(self, request: web.BaseRequest, host: str) -> web.Response:
        now, path = self.clock.now, request.path
        if path == "/robots.txt":
            self.robots[host].append(now)
            return web.Response(text="User-agent: *\nDisallow: /private\n")
        if path.startswith("/article/"):
            _, _, feed, article = path.split("/")
            return self._page(int(feed), int(article))
        feed_path = path.removeprefix("/moved")
        played = self.feeds[int(feed_path.removeprefix("/feed"))]
        answer = self._feed(played, request, now, moved=feed_path != path)
        if feed_path == path:
            played.polls.append(Poll(now, answer.status))
        return answer

    def _page(self, feed: int, article: int) -> web.Response:
        if article % 40 == 0 and (feed, article) not in self._failed_once:
            self._failed_once.add((feed, article))
            return web.Response(status=503, text="later")
        self.served[feed, article] += 1
        return web.Response(text="<p>An article.</p>", content_type="text/html")

    def _feed(self, played: Played, request: web.BaseRequest, now: float, *, moved: bool) -> web.Response:
        day = (now - BEGAN) / DAY
        match played.kind:
            case "404 spell" if 0.4 < day < 1.4:
                return web.Response(status=404)
            case "5xx spell" if 0.4 < day < 0.9:
                return web.Response(status=500 + int(day * 100) % 4)
            case "429" if 0.4 < day % 2 < 0.5:
                return web.Response(status=429, headers={"Retry-After": str(int(HELD))})
            case "503 dated" if 0.4 < day % 2 < 0.5:
                dates = {"Date": now + SKEW, "Retry-After": now + SKEW + HELD}
                return web.Response(status=503, headers={k: formatdate(v, usegmt=True) for k, v in dates.items()})
            case "301" | "302" if not moved:
                return web.Response(status=int(played.kind), headers={"Location": f"/moved{played.path}"})
            case "410" if day > 0.75:
                return web.Response(status=410)
        tag, date = f'"{played.newest(now)}-{day > 2}"', formatdate(played.published(played.newest(now)), usegmt=True)
        headers: dict[str, str] = {}
        if played.kind == "last-modified":
            headers = {"Last-Modified": date}
            same = request.headers.get("If-Modified-Since") == date
        elif played.kind == "no validators":
            same = False
        else:
            headers = {"ETag": tag}
            sent = request.headers.get("If-None-Match")
            same = sent is not None and (sent == tag or played.kind == "lying")
        if same:
            return web.Response(status=304, headers=headers)
        return web.Response(text=played.document(now), content_type="application/rss+xml", headers=headers)
