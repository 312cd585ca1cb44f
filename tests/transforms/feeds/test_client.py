import asyncio
import gzip
import zlib

import brotli
import pytest
from aiohttp import web

from tests.faulty_servers import TEXT, bare_deflate, head, packed
from tests.transforms.feeds.press import Press, answer, conditional, raw
from transforms.config import PollingConfig
from transforms.feeds.answers import Fetched, FetchFailure, retry_after
from transforms.feeds.client import Client, FetchKind
from transforms.feeds.pace import Pace

URL = "http://post.test/feed"


@pytest.fixture(scope="module")
def press():
    with Press() as served:
        yield served


def fetch(network, url=URL, kind=FetchKind.FEED, **asked):
    async def go():
        async with Client(network, Pace(PollingConfig(pace=0.0)), clock=lambda: 1000.0) as client:
            return await client.fetch(url, kind, **asked)

    return asyncio.run(go())


READABLE = {
    "plain": answer(TEXT),
    "gzip": packed("gzip", gzip.compress(TEXT)),
    "x-gzip": packed("x-gzip", gzip.compress(TEXT)),
    "gzip in members": packed("gzip", gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:])),
    "gzip with a tail": packed("gzip", gzip.compress(TEXT) + b"\0\0 tail"),
    "gzip in name only": packed("gzip", TEXT),
    "gzip unsaid": answer(gzip.compress(TEXT)),
    "deflate": packed("deflate", zlib.compress(TEXT)),
    "bare deflate": packed("deflate", bare_deflate(TEXT)),
    "br": packed("br", brotli.compress(TEXT)),
    "203": answer(TEXT, status=203),
    "226 of a feed": answer(TEXT, status=226, headers={"IM": "feed"}),
    "after a 103": raw(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + head(f"Content-Length: {len(TEXT)}") + TEXT),
    "closed at its end": raw(head() + TEXT),
}


@pytest.mark.parametrize("kind", READABLE)
def test_body_is_read_whole(press, kind):
    press.play(URL, READABLE[kind])
    answered = fetch(press.network())
    assert isinstance(answered, Fetched)
    assert (answered.status, answered.body, answered.url) == (200, TEXT, URL)


@pytest.mark.parametrize("body", [b"", b"x"])
def test_tiny_bodies_are_whole(press, body):
    press.play(URL, body)
    assert fetch(press.network()).body == body


def test_request_says_who_asks_and_nothing_else(press):
    press.play(URL, answer(TEXT, headers={"Set-Cookie": "a=b"}))

    async def twice():
        async with Client(press.network(), Pace(PollingConfig(pace=0.0)), clock=lambda: 1000.0) as client:
            await client.fetch(URL, FetchKind.FEED)
            press.asked.clear()
            await client.fetch(URL + "?q=%7Ea", FetchKind.FEED, etag='W/"a,b"', last_modified="yesterday, I think")

    asyncio.run(twice())
    asked = press.asked[0]
    assert asked.path == "/feed?q=%7Ea"
    assert asked.headers["If-None-Match"] == 'W/"a,b"'
    assert asked.headers["If-Modified-Since"] == "yesterday, I think"
    assert asked.headers["User-Agent"].startswith("Wirewatch/")
    assert asked.headers["User-Agent"].endswith(" (+press@x.test)")
    assert asked.headers["Accept"].startswith("application/atom+xml, application/rss+xml")
    assert set(asked.headers["Accept-Encoding"].split(", ")) == {"gzip", "deflate", "br"}
    assert not {"Cookie", "Referer"} & set(asked.headers)


def test_304_to_a_conditional_request_is_an_answer(press):
    press.play(URL, conditional(TEXT, etag='"x"'))
    answered = fetch(press.network(), etag='"x"')
    assert (answered.status, answered.headers["etag"], answered.body) == (304, '"x"', b"")


@pytest.mark.parametrize(
    ("statuses", "moved_to"),
    [((301, 308), "http://two.test/2"), ((301, 302), "http://two.test/1"), ((302, 301), ""), ((307, 303), "")],
)
def test_permanent_redirects_count_from_the_first_hop(press, statuses, moved_to):
    press.play("http://two.test/0", answer(status=statuses[0], headers={"Location": "/1#part"}))
    press.play("http://two.test/1", answer(status=statuses[1], headers={"Location": "http://two.test/2"}))
    press.play("http://two.test/2", b"here")
    answered = fetch(press.network(), "http://two.test/0")
    assert (answered.url, answered.body, answered.moved_to) == ("http://two.test/2", b"here", moved_to)


def test_redirects_end(press):
    async def onward(request):
        raise web.HTTPFound(f"/{int(request.path[1:]) + 1}")

    press.play("http://on.test/*", onward)
    failure = fetch(press.network(max_redirects=4), "http://on.test/0")
    assert failure.reason == "too-many-redirects"
    assert press.paths("on.test") == ["/0", "/1", "/2", "/3", "/4"]


def test_redirect_circle_over_two_addresses(press):
    press.play("http://ring.test/a", answer(status=302, headers={"Location": "/b"}))
    press.play("http://ring.test/b", answer(status=302, headers={"Location": "/a"}))
    assert fetch(press.network(), "http://ring.test/a").reason == "redirect-loop"


def test_each_hop_is_asked_about(press):
    press.play("http://hop.test/a", answer(status=302, headers={"Location": "http://other.test/private"}))
    asked = []

    async def may_visit(url):
        asked.append(url)
        return FetchFailure(url, "robots", "no", lasting=True) if "private" in url else None

    failure = fetch(press.network(), "http://hop.test/a", FetchKind.PAGE, may_visit=may_visit)
    assert failure.reason == "robots"
    assert asked == ["http://hop.test/a", "http://other.test/private"]
    assert press.paths("other.test") == []


@pytest.mark.parametrize(
    ("content_type", "read"),
    [
        ("text/html; charset=x", True),
        ("application/xhtml+xml", True),
        ("video/mp4", False),
        ("image/jpeg", False),
        ("application/pdf", False),
        ("application/json; charset=utf-8", False),
    ],
)
def test_page_has_to_be_text(press, content_type, read):
    press.play(URL, answer(TEXT, headers={"Content-Type": content_type}))
    answered = fetch(press.network(), kind=FetchKind.PAGE)
    assert isinstance(answered, Fetched) is read
    assert read or (answered.reason, answered.lasting) == ("content-type", True)


def test_robots_file_is_cut_at_its_cap(press):
    press.play("http://post.test/robots.txt", b"#" * 900_000)
    assert len(fetch(press.network(), "http://post.test/robots.txt", FetchKind.ROBOTS).body) <= 500 * 1024


@pytest.mark.parametrize(
    ("network", "url", "reason"),
    [
        ({"hosts": {"shut.test": "127.0.0.1:1"}}, "http://shut.test/", "connect"),
        ({}, "https://post.test/", "tls"),
        ({}, "http://post.test:99/", "forbidden-address"),
        ({}, "javascript:alert(1)", "forbidden-address"),
    ],
)
def test_no_connection(press, network, url, reason):
    assert fetch(press.network(**network), url).reason == reason


def test_name_without_address(press):
    failure = fetch(press.network(), "http://no-such-name.invalid/")
    assert (failure.reason, failure.lasting) == ("dns", False)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "120"}, 120.0),
        ({"retry-after": " 7 "}, 7.0),
        (
            {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT", "date": "Wed, 21 Oct 2015 07:18:00 GMT"},
            600.0,
        ),
        ({"retry-after": "Thu, 01 Jan 1970 00:30:00 GMT"}, 800.0),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({}, None),
    ],
)
def test_retry_after_in_both_forms(headers, seconds):
    assert retry_after(headers, 1000.0) == seconds


def test_retry_after_of_an_answer(press):
    press.play(URL, answer(status=503, headers={"Retry-After": "60"}))
    assert fetch(press.network()).retry_after == 60.0
