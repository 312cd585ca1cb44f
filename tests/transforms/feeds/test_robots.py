import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.feeds.press import Press, answer, raw
from transforms.config import PollingConfig
from transforms.feeds.answers import Fetched, FetchFailure
from transforms.feeds.client import Client, FetchKind
from transforms.feeds.pace import MAX_CRAWL_DELAY, Pace
from transforms.feeds.robots import KEPT, KEPT_UNREACHABLE, MAX_WORK, Robots, parsing_work, read_rules

PAGE = "http://a.test/news/1?x=y"


def file(text: str | bytes) -> Fetched:
    return Fetched("http://a.test/robots.txt", 200, {}, text.encode() if isinstance(text, str) else text)


def failure(status=0, reason="timeout-connect") -> FetchFailure:
    return FetchFailure("http://a.test/robots.txt", reason, "it failed", status=status)


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("", True),
        ("User-agent: *\nDisallow: /", False),
        ("\ufeffUser-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Wirewatch\nDisallow: /private", True),
        ("User-agent: *\nAllow: /\n\nuser-agent: WIREWATCH\ndisallow: /news", False),
        ("User-agent: otherbot\nDisallow: /", True),
        ("User-agent: *\nDisallow: /*?x=", False),
        ("User-agent: *\nDisallow: /news/\nAllow: /news/1", True),
        ("User-agent: *\nDisallow: /news/1$", True),
        ("<html>not found</html>", True),
        (b"\xff\xfe\x00", True),
    ],
)
def test_rules_for_us(text, allowed):
    assert read_rules(file(text)).allows(PAGE) is allowed


@pytest.mark.parametrize(
    ("answer", "allowed", "passing"),
    [
        (failure(404), True, False),
        (failure(403), True, False),
        (failure(410), True, False),
        (failure(429), False, True),
        (failure(500), False, True),
        (failure(503), False, True),
        (failure(), False, True),
        (failure(reason="dns"), False, True),
        (failure(reason="forbidden-address"), False, True),
    ],
)
def test_missing_files_allow_and_unreachable_ones_forbid_for_now(answer, allowed, passing):
    rules = read_rules(answer)
    assert (rules.allows(PAGE), rules.passing) == (allowed, passing)
    assert allowed or rules.reason


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"User-agent: a{n}\n" for n in range(5000)) + "Disallow: /\n" * 5000,
        "".join(f"user agent a{n}\nSitemap: x\n" for n in range(5000)) + "Disallow: /\n" * 5000,
        "User-agent: *\n" + "".join(f"user-agent: {n}\nnoise {n}\n" for n in range(20_000)),
    ],
)
def test_file_made_to_be_slow_is_not_parsed(text):
    assert parsing_work(text) > MAX_WORK
    assert not read_rules(file(text)).allows(PAGE)


def test_large_honest_file_is_parsed():
    text = "".join(f"User-agent: bot{n}\nDisallow: /{n}\n\n" for n in range(5000)) + "User-agent: *\nDisallow: /news"
    assert parsing_work(text) < MAX_WORK
    assert not read_rules(file(text)).allows(PAGE)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_file(body):
    assert read_rules(file(body)).allows("http://a.test/") in {True, False}


class Site:
    """Answers robots requests and counts them."""

    def __init__(self, answer) -> None:
        self.answer = answer
        self.asked: list[str] = []

    async def fetch(self, url):
        self.asked.append(url)
        await asyncio.sleep(0)
        return self.answer


def test_one_request_serves_all_who_ask_for_a_day():
    async def go():
        site, now = Site(file("User-agent: *\nDisallow: /news\nCrawl-delay: 7")), [0.0]
        pace = Pace(PollingConfig(pace=1.0))
        robots = Robots(site.fetch, pace, lambda: now[0])
        refused = await asyncio.gather(*[robots.may_visit(PAGE) for _ in range(5)])
        assert {(one.reason, one.lasting) for one in refused} == {("robots", True)}
        assert await robots.may_visit("http://a.test/other") is None
        assert await robots.may_visit("https://a.test/other") is None
        now[0] = KEPT - 1
        await robots.may_visit(PAGE)
        assert site.asked == ["http://a.test/robots.txt", "https://a.test/robots.txt"]
        now[0] = KEPT + 1
        await robots.may_visit(PAGE)
        assert len(site.asked) == 3
        async with pace.slot("a.test"):
            pass
        assert pace.wait("a.test") == pytest.approx(7.0, abs=0.5)

    asyncio.run(go())


def test_unreachable_file_is_asked_for_again_soon():
    async def go():
        site, now = Site(failure(500)), [0.0]
        robots = Robots(site.fetch, Pace(PollingConfig()), lambda: now[0])
        refused = await robots.may_visit(PAGE)
        assert (refused.reason, refused.lasting) == ("robots", False)
        now[0] = KEPT_UNREACHABLE - 1  # what cannot be had is kept too: nobody is asked
        assert await robots.may_visit("http://a.test/other") is not None
        assert len(site.asked) == 1
        now[0], site.answer = KEPT_UNREACHABLE + 1, file("")
        assert await robots.may_visit(PAGE) is None

    asyncio.run(go())


@pytest.mark.parametrize("part", [answer(status=503), raw(b"", then="hang"), raw(b"HTTP/1.1 200 OK\r\nX-Half")])
def test_no_page_of_a_site_whose_file_cannot_be_had_is_asked_for(part):
    async def go():
        with Press() as press:
            press.play("http://post.test/robots.txt", part)
            press.play("http://post.test/*", "<p>page</p>")
            pace = Pace(PollingConfig(pace=0.0))
            async with Client(press.network(), pace) as client:
                robots = Robots(lambda url: client.fetch(url, FetchKind.ROBOTS), pace, lambda: 0.0)
                for number in range(3):
                    url = f"http://post.test/{number}"
                    failure = await client.fetch(url, FetchKind.PAGE, may_visit=robots.may_visit)
                    assert (failure.reason, failure.lasting) == ("robots", False)
            assert set(press.paths()) == {"/robots.txt"}  # aiohttp itself asks again on a closed connection

    asyncio.run(go())


def test_memory_of_robots_files_is_bounded(monkeypatch):
    monkeypatch.setattr("transforms.feeds.robots.MAX_KEPT_BYTES", 3000)

    async def go():
        site = Site(file("#" * 1000))
        robots = Robots(site.fetch, Pace(PollingConfig()), lambda: 0.0)
        for name in "abcd":
            await robots.may_visit(f"http://{name}.test/")
        assert robots._bytes <= 3000
        await robots.may_visit("http://d.test/")
        assert len(site.asked) == 4
        await robots.may_visit("http://a.test/")
        assert len(site.asked) == 5

    asyncio.run(go())


class Time:
    """A clock that its sleepers move."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        wake = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, wake)


def starts(polling: PollingConfig, hosts: list[str], crawl_delay: float | None = None) -> list[tuple[str, float]]:
    async def go():
        time = Time()
        pace = Pace(polling, clock=time, sleep=time.sleep)
        if crawl_delay is not None:
            pace.set_crawl_delay(hosts[0], crawl_delay)
        started = []

        async def ask(host):
            async with pace.slot(host):
                started.append((host, time.now))

        await asyncio.gather(*[ask(host) for host in hosts])
        return started

    return asyncio.run(go())


@pytest.mark.parametrize(("crawl_delay", "gap"), [(None, 2.0), (0.5, 2.0), (5.0, 5.0), (9999.0, MAX_CRAWL_DELAY)])
def test_requests_to_a_host_start_apart(crawl_delay, gap):
    times = [at for _, at in starts(PollingConfig(pace=2.0, per_host=1), ["a"] * 4, crawl_delay)]
    assert times == [0.0, gap, 2 * gap, 3 * gap]


def test_hosts_do_not_wait_for_each_other():
    assert {at for _, at in starts(PollingConfig(pace=2.0), [f"h{n}" for n in range(50)])} == {0.0}


def test_pace_forgets_idle_hosts(monkeypatch):
    monkeypatch.setattr("transforms.feeds.pace._MANY_HOSTS", 10)

    async def go():
        time = Time()
        pace = Pace(PollingConfig(pace=1.0), clock=time)
        async with pace.slot("busy"):
            for number in range(100):
                async with pace.slot(f"h{number}"):
                    time.now += 10.0
        assert len(pace._hosts) <= 11
        assert pace.wait("h99") == 0.0
        assert pace.wait("never met") == 0.0

    asyncio.run(go())
