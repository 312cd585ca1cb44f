"""The etiquette of polling, one row a line of it: what a server answers in turn, and what it is asked when in return.

Each poll is made by a follower of its own over the store opened anew, as after a restart: whatever a row shows has
survived one. User-Agent, Accept, cookies and caps of single requests: test_client.py; addresses: test_guard.py.
"""

import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from pipeline.store import Store, open_store
from tests.transforms.feeds.following import ONLY, Clock, Threads
from tests.transforms.feeds.press import Asked, Press, answer, item, rss
from transforms.config import PollingConfig
from transforms.feeds.follower import Follower
from transforms.feeds.pace import Pace
from transforms.model import DeadLetter, Feed, FeedCursor, FeedStatus, Page

FEED, MOVED = "http://post.test/feed", "http://new.test/feed"
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
NOW = 1_700_000_000.0  # a Tuesday, 22:13 UTC
LIVENESS = 30.0


@dataclass
class Desk:
    """A store and its followers, one a poll."""

    press: Press
    url: str
    pool: Threads
    clock: Clock = field(default_factory=Clock)

    def store(self) -> Store:
        return open_store(self.url, create=False)

    def list_feeds(self, *feeds: Feed) -> None:
        store = self.store()
        store.feeds.sync_feeds(feeds)
        store.close()

    def cursor(self, url: str = FEED) -> FeedCursor:
        store = self.store()
        [cursor] = [one.cursor for one in store.feeds.listed() if one.cursor.feed.url == url]
        store.close()
        return cursor

    def run(
        self, *, everything: bool = False, roll: float = 0.0, shared: Pace | None = None, **polling: Any
    ) -> list[Page | DeadLetter]:
        """A pass over what is due: a process from its start to its end, as far as the follower can see."""
        store = self.store()
        follower = Follower(
            ONLY,
            store.feeds,
            polling=PollingConfig(**{"pace": 0.0, **polling}),
            network=self.press.network(),
            max_age=DAY,
            pool=self.pool,
            owner="test",
            everything=everything,
            clock=self.clock,
            roll=lambda: roll,
            pace=shared,
        )
        items, until = [], time.monotonic() + LIVENESS
        follower.start(bounded=True)
        while not follower.done():
            assert time.monotonic() < until, "the pass does not end"
            items += follower.ready(0.5)
        follower.close()
        for one in items:
            store.feeds.drop(one.row, "seen") if isinstance(one, Page) else store.dead_letters.record([one])
        store.close()
        return items


@pytest.fixture(scope="module")
def pool() -> Threads:
    return Threads()


@pytest.fixture
def desk(tmp_path: Path, migrated_sqlite: Path, pool: Threads) -> Iterator[Desk]:
    shutil.copy(migrated_sqlite, tmp_path / "wirewatch.db")
    with Press() as press:
        yield Desk(press, f"sqlite:///{tmp_path}/wirewatch.db", pool)


@dataclass
class Turn:
    """One poll: what is answered, and what must be seen of it."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    asked: tuple[str | None, str | None] = (None, None)
    """If-None-Match and If-Modified-Since of the request, byte for byte."""
    wait: float | None = None
    """Hours from this poll to the next, without jitter; None: does not matter here."""
    after: float = 0.0
    """Hours that go by before it, at least; it is never made before it is due."""
    path: str = "/feed"
    """The last address asked."""
    told: str = ""
    """The cause of the failure as the cursor tells it."""


def ok(more: str = "", /, *, body: str = "", number: int = 1, **turn: Any) -> Turn:
    """A document; its headers in keywords such as ETag."""
    return _turn(200, turn, body or rss(item(f"/{number}", f"Title {number}"), more=more))


def same(**turn: Any) -> Turn:
    return _turn(304, turn, "")


def no(status: int, **turn: Any) -> Turn:
    return _turn(status, turn, "")


def _turn(status: int, turn: dict[str, Any], body: str) -> Turn:
    own = {name: turn.pop(name) for name in ("asked", "wait", "after", "path", "told") if name in turn}
    return Turn(status, {name.replace("_", "-"): value for name, value in turn.items()}, body, **own)


ODD, ODD_DATE = 'W/"a, b\'c"', "yesterday, about noon"
BOTH = {"ETag": '"1"', "Last_Modified": "then"}
KNOWN = ('"1"', "then")
DATED = {"Date": formatdate(NOW + 900 * DAY, usegmt=True)}
"""A server whose clock is far ahead."""


def dated(seconds: float) -> str:
    return formatdate(NOW + 900 * DAY + seconds, usegmt=True)


OLD = item("/old", "Old", more=f"<pubDate>{formatdate(NOW - 7 * DAY, usegmt=True)}</pubDate>")
LINES: dict[str, tuple[list[Turn], dict[str, Any]]] = {
    # --- validators
    "the first request is unconditional": ([ok()], {}),
    "validators go back byte-exact, quotes and all, and both": (
        [ok(ETag=ODD, Last_Modified=ODD_DATE), same(asked=(ODD, ODD_DATE)), same(asked=(ODD, ODD_DATE))],
        {},
    ),
    "one alone goes back alone": ([ok(Last_Modified="then"), same(asked=(None, "then"))], {}),
    "none are invented": ([ok(Date=dated(0)), ok(asked=(None, None))], {}),
    "a 200 replaces both": (
        [ok(**BOTH), ok(ETag='"2"', Last_Modified="now", number=2, asked=KNOWN), same(asked=('"2"', "now"))],
        {},
    ),
    "a 200 drops what it does not bring": (
        [ok(**BOTH), ok(ETag='"2"', number=2, asked=KNOWN), ok(number=3, asked=('"2"', None)), ok(asked=(None, None))],
        {},
    ),
    "a 304 updates what it brings": ([ok(**BOTH), same(ETag='"2"', asked=KNOWN), same(asked=('"2"', "then"))], {}),
    "a failure leaves them": ([ok(**BOTH), no(500, asked=KNOWN), same(asked=KNOWN)], {}),
    "a page at the feed's address leaves none": (
        [ok(**BOTH), ok(body="<html>", **BOTH, number=2, asked=KNOWN, told="HTML, not a feed"), ok(**BOTH)],
        {},
    ),
    "once a week it is asked for the whole, for servers that lie": (
        [ok(**BOTH), same(after=6 * 24, asked=KNOWN), ok(**BOTH, after=24), same(asked=KNOWN)],
        {},
    ),
    # --- intervals
    "an hour where it answers conditionally": ([ok(**BOTH, wait=1), same(asked=KNOWN, wait=1)], {}),
    "a day where it has no validators": ([ok(wait=24), ok(number=2, wait=24)], {}),
    "a day where it ignores its own": ([ok(**BOTH, wait=1), ok(**BOTH, asked=KNOWN, wait=24)], {}),
    "faster by choice of this feed": (
        [ok(wait=0.25), ok(number=2, Cache_Control="max-age=9999", wait=0.25)],
        {"own": 900.0},
    ),
    "never below the least, whatever the settings say": ([ok(**BOTH, wait=0.5)], {"every": 60.0, "at_least": 1800.0}),
    "max-age": ([ok(**BOTH, Cache_Control="public, max-age=7200", wait=2)], {}),
    "max-age less Age": ([ok(**BOTH, Cache_Control="max-age=7200", Age="1800", wait=1.5)], {}),
    "max-age of a 304": ([ok(**BOTH, wait=1), same(Cache_Control="max-age=10800", asked=KNOWN, wait=3)], {}),
    "max-age within bounds": ([ok(**BOTH, Cache_Control="max-age=31536000", wait=6)], {"at_most": 6 * HOUR}),
    "Expires, by the server's own clock": ([ok(**BOTH, **DATED, Expires=dated(4 * HOUR), wait=4)], {}),
    "Expires of a 304": ([ok(**BOTH), same(**DATED, Expires=dated(4 * HOUR), asked=KNOWN, wait=4)], {}),
    "ttl": ([ok("<ttl>180</ttl>", **BOTH, wait=3), same(asked=KNOWN, wait=3)], {}),
    "ttl within bounds": ([ok("<ttl>99999</ttl>", **BOTH, wait=24)], {}),
    "sy:updatePeriod and updateFrequency": (
        [
            ok(
                "<sy:updatePeriod xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'>daily</sy:updatePeriod>"
                "<sy:updateFrequency xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'>4</sy:updateFrequency>",
                **BOTH,
                wait=6,
            ),
            same(asked=KNOWN, wait=6),
        ],
        {},
    ),
    "skipHours": (  # 23:13 and 0:13 are skipped: 1:13; then 2:13
        [ok("<skipHours><hour>23</hour><hour>0</hour></skipHours>", **BOTH, wait=3), same(asked=KNOWN, wait=1)],
        {},
    ),
    "skipHours after a 304": (  # 23:13, then 0:13 and 1:13 are skipped
        [ok("<skipHours><hour>0</hour><hour>1</hour></skipHours>", **BOTH, wait=1), same(asked=KNOWN, wait=3)],
        {},
    ),
    "skipDays": (  # from 23:13 on Tuesday, Wednesday is skipped: 0:13 on Thursday, as far as the bound goes
        [ok("<skipDays><day>Wednesday</day></skipDays>", **BOTH, wait=1), same(asked=KNOWN, wait=24)],
        {},
    ),
    "a feed that has been quiet for a week is asked every seven hours, and each hour once it moves": (
        [ok(body=rss(OLD), **BOTH, wait=7), ok(number=2, **BOTH, asked=KNOWN, wait=1)],
        {},
    ),
    # --- failures
    "404 backs off and never kills": (
        [no(404, wait=w, told="HTTP 404 Not Found") for w in (1, 2, 4, 8, 16, 24)] + [ok(**BOTH, wait=1)],
        {},
    ),
    "5xx backs off": (
        [no(500, wait=1), no(502, wait=2), no(503, wait=4), ok(**BOTH, wait=1), no(500, asked=KNOWN, wait=1)],
        {},
    ),
    "Retry-After in seconds": ([no(429, Retry_After="9000", wait=2.5)], {}),
    "Retry-After as a date, by the server's own clock": (
        [no(503, **DATED, Retry_After=dated(5 * HOUR), wait=5)],
        {},
    ),
    "Retry-After is a floor, not a promise": ([no(429, Retry_After="60", wait=1)], {}),
    "Retry-After wins over the person's own pace": ([no(429, Retry_After="7200", wait=2)], {"own": 900.0}),
    "Retry-After has a cap": ([no(429, Retry_After="99999999", wait=72)], {"retry_after_cap": 3 * DAY}),
    # --- moves
    "a lasting redirect is adopted after a week": (
        [
            no(301, Location=MOVED, path="new/feed"),
            no(301, Location=MOVED, after=6 * 24, path="new/feed"),
            ok(after=24, path="new/feed only"),
            ok(number=2, path="new/feed only"),
        ],
        {},
    ),
    "a passing redirect never is": (
        [
            no(302, Location=MOVED, path="new/feed"),
            no(307, Location=MOVED, after=8 * 24, path="new/feed"),
            ok(after=8 * 24),
        ],
        {},
    ),
}


def play(desk: Desk, turn: Turn) -> None:
    """Let the feed's address answer so; where it leads, a document is."""

    async def part(_request: web.Request) -> web.Response:
        return web.Response(status=turn.status, headers=turn.headers, text=turn.body or None)

    desk.press.play(FEED, part)
    desk.press.play(MOVED, rss(item("http://new.test/1")) if turn.status != 200 else part)


@pytest.mark.parametrize("line", LINES)
def test_line_of_the_etiquette(desk: Desk, line: str) -> None:
    turns, settings = LINES[line]
    polling = dict(settings)
    desk.list_feeds(Feed(FEED, every=polling.pop("own", None)))
    desk.press.play("http://post.test/*", "<p>page</p>")
    for number, turn in enumerate(turns, start=1):
        if number > 1:
            due = desk.cursor().next_poll
            desk.clock.now = max(due, desk.clock.now + turn.after * HOUR) - 1.0
            if due > desk.clock.now and turns[number - 2].wait is not None:
                desk.press.asked.clear()
                desk.run(**polling)
                assert not feeds_asked(desk), f"poll {number} was made before it was due"
            desk.clock.now += 1.0
        play(desk, turn)
        desk.press.asked.clear()
        desk.run(**polling)
        check(desk, turn, number)


def feeds_asked(desk: Desk) -> list[Asked]:
    return [one for one in desk.press.asked if one.path == "/feed"]


def check(desk: Desk, turn: Turn, number: int) -> None:
    asked, cursor = feeds_asked(desk), desk.cursor()
    hosts = {"/feed": ["post.test"], "new/feed": ["post.test", "new.test"], "new/feed only": ["new.test"]}[turn.path]
    assert [one.host for one in asked] == hosts, f"poll {number}"
    validators = (asked[0].headers.get("If-None-Match"), asked[0].headers.get("If-Modified-Since"))
    assert validators == turn.asked, f"poll {number}"
    if turn.wait is not None:
        assert round((cursor.next_poll - desk.clock.now) / HOUR, 4) == turn.wait, f"poll {number}"
    if turn.told:
        assert cursor.cause == turn.told


# --- what takes more than one feed, or more than its cursor, to see ---------------------------------------------------


def test_unchanged_body_costs_nothing(desk: Desk) -> None:
    desk.list_feeds(Feed(FEED))
    desk.press.play(FEED, rss(item("/1")))
    desk.press.play("http://post.test/1", "<p>page</p>")
    parsed: list[Any] = []
    submit = desk.pool.submit
    counting = Threads()
    counting.submit = lambda *call, **options: parsed.append(call) or submit(*call, **options)  # type: ignore[method-assign]
    desk.pool = counting
    desk.run()
    desk.run(everything=True)
    assert desk.press.paths().count("/feed") == 2
    assert desk.press.paths().count("/1") == 1
    assert len(parsed) == 1


def test_gone_retires_with_a_notice_and_is_asked_no_more(desk: Desk) -> None:
    desk.list_feeds(Feed(FEED))
    desk.press.play(FEED, answer(status=410))
    desk.run()
    assert (desk.cursor().status, desk.cursor().cause) == (FeedStatus.GONE, "410, feed retired")
    desk.clock.now += 30 * DAY
    desk.run()
    desk.run(everything=True)
    assert desk.press.paths() == ["/feed"]


def test_not_even_everything_asks_before_a_retry_after(desk: Desk) -> None:
    desk.list_feeds(Feed(FEED))
    desk.press.play(FEED, answer(status=503, headers={"Retry-After": "7200"}))
    desk.run()
    desk.clock.now += 7199.0
    desk.run(everything=True)
    assert len(desk.press.asked) == 1
    desk.clock.now += 1.0
    desk.run(everything=True)
    assert len(desk.press.asked) == 2


@pytest.mark.parametrize(("scope", "asked"), [("host", ["/a"]), ("feed", ["/a", "/b"])])
def test_retry_after_holds_the_feed_or_its_host_over_a_restart(desk: Desk, scope: str, asked: list[str]) -> None:
    desk.list_feeds(Feed("http://post.test/a"))
    desk.press.play("http://post.test/a", answer(status=429, headers={"Retry-After": "7200"}))
    desk.run(retry_after_scope=scope)
    desk.list_feeds(Feed("http://post.test/a"), Feed("http://post.test/b"))
    desk.press.play("http://post.test/b", rss())
    desk.clock.now += 1000.0
    desk.run(retry_after_scope=scope)
    assert desk.press.paths() == asked
    desk.clock.now += 6200.0
    desk.run(retry_after_scope=scope)
    assert desk.press.paths("post.test").count("/b") == 1


def test_jitter_puts_feeds_that_were_added_together_apart(desk: Desk) -> None:
    desk.list_feeds(Feed(FEED))
    desk.press.play(FEED, answer(rss(), headers={"ETag": '"1"'}))
    desk.run(roll=1.0)
    assert desk.cursor().next_poll == pytest.approx(desk.clock.now + 1.1 * HOUR)


def test_one_request_on_adding_a_feed_and_one_a_round_however_many_list_it(desk: Desk) -> None:
    for listed in range(3):
        desk.list_feeds(*[Feed(FEED, tags=(f"list {number}",)) for number in range(listed + 1)])
    desk.press.play(FEED, answer(rss(), headers={"ETag": '"1"'}))
    desk.run()
    assert desk.press.paths() == ["/feed"]
    desk.run()
    assert desk.press.paths() == ["/feed"]


class Virtual:
    """Time for a pace, moved by its sleepers."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize(("robots", "gap"), [("", 5.0), ("User-agent: *\nCrawl-delay: 20\n", 20.0)])
def test_feeds_pages_and_robots_of_a_host_share_its_pace_and_crawl_delay(desk: Desk, robots: str, gap: float) -> None:
    """Over a restart as well: the crawl-delay is known before anything of the host is asked."""
    urls = [f"http://post.test/feed{number}" for number in range(3)]
    desk.list_feeds(*map(Feed, urls))
    at: list[tuple[str, float]] = []

    def timed(body: str, moment: Callable[[], float]) -> Any:
        async def part(request: web.Request) -> web.Response:
            at.append((request.path, moment()))
            return web.Response(text=body, content_type="text/html", headers={"ETag": '"1"'})

        return part

    for _ in range(2):
        now, polling = Virtual(), {"pace": 5.0, "per_host": 1}
        for number, url in enumerate(urls):
            desk.press.play(url, timed(rss(item(f"/page{number}")), now))
        desk.press.play("http://post.test/robots.txt", timed(robots, now))
        desk.press.play("http://post.test/*", timed("<p>page</p>", now))
        shared = Pace(PollingConfig(**polling), clock=now, sleep=now.sleep)
        desk.run(everything=True, shared=shared, **polling)
    first, second = at[:7], at[7:]
    assert len([path for path, _ in first if path.startswith("/feed")]) == 3
    assert [path for path, _ in second] == ["/feed0", "/feed1", "/feed2"]
    known = next(place for place, (path, _) in enumerate(first) if path == "/robots.txt")
    gaps = [later - earlier for (_, earlier), (_, later) in pairwise(first)]
    assert min(gaps) >= 5.0
    assert min(gaps[known + 1 :], default=gap) >= gap
    assert [later - earlier for (_, earlier), (_, later) in pairwise(second)] == [gap, gap]


def test_a_host_is_asked_few_things_at_a_time_whatever_they_are_for(desk: Desk) -> None:
    urls = [f"http://post.test/feed{number}" for number in range(8)]
    desk.list_feeds(*map(Feed, urls))
    for number, url in enumerate(urls):
        desk.press.play(url, rss(item(f"/page{number}")))
    desk.press.play("http://post.test/*", "<p>page</p>")
    assert len(desk.run(per_host=2)) == 8
    assert desk.press.most_at_once["post.test"] <= 2


@pytest.mark.parametrize(
    ("robots", "read", "times"),
    [
        (answer("User-agent: *\nDisallow: /private"), True, 1),
        (answer("User-agent: wirewatch\nDisallow: /"), False, 1),
        (answer(status=404), True, 1),
        (answer(status=500), False, 2),  # within 20 minutes: unreachable is kept for a quarter of an hour only
    ],
    ids=["allows", "disallows", "missing", "unreachable"],
)
def test_robots_file_is_asked_for_once_a_day_over_restarts(desk: Desk, robots: Any, read: bool, times: int) -> None:
    desk.list_feeds(Feed(FEED, every=600.0))
    desk.press.play("http://post.test/robots.txt", robots)
    desk.press.play("http://post.test/*", "<p>page</p>")
    for number in range(3):
        desk.press.play(FEED, rss(item(f"/{number}", f"Title {number}")))
        desk.run()
        desk.clock.now += 600.0
    robots_asked = desk.press.paths().count("/robots.txt")
    assert robots_asked == times
    assert len([path for path in desk.press.paths() if re.fullmatch(r"/\d", path)]) == (3 if read else 0)
    desk.press.play(FEED, rss(item("/9", "Title 9")))
    desk.clock.now += DAY
    desk.run()
    assert desk.press.paths().count("/robots.txt") == robots_asked + 1
