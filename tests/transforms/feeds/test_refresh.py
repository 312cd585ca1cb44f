"""HTML's own redirect is followed as any other: guarded, asked of robots, counted, never in circles."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.feeds.press import Press
from transforms.config import PollingConfig
from transforms.feeds.answers import Fetched, FetchFailure
from transforms.feeds.client import Client, FetchKind
from transforms.feeds.pace import Pace
from transforms.feeds.refresh import MOST_BYTES, refresh_target

URL = "http://post.test/news/1"


def page(head: str, body: str = "<p>Moved.</p>") -> str:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"


def refresh(content: str) -> str:
    return f'<meta http-equiv="refresh" content="{content}">'


@pytest.mark.parametrize(
    ("head", "target"),
    [
        (refresh("0; url=/2"), "http://post.test/2"),
        (refresh("0;URL=http://other.test/2#top"), "http://other.test/2"),
        (refresh("0; url='2?a=1&amp;b=2'"), "http://post.test/news/2?a=1&b=2"),
        (refresh("5, /2"), "http://post.test/2"),
        (refresh("0.5 /2"), "http://post.test/2"),
        ("<META CONTENT='0;url=/2' HTTP-EQUIV=Refresh>", "http://post.test/2"),
        ("<base href='/old/'>" + refresh("0;url=2"), "http://post.test/old/2"),
        (refresh("0;url=javascript:alert(1)"), "javascript:alert(1)"),  # refused by the guard, as any redirect to it
        (refresh("300; url=/2"), ""),
        (refresh("30"), ""),
        (refresh("0"), ""),
        (refresh("0; url=/news/1"), ""),
        (refresh("0; url=#top"), ""),
        (refresh("soon; url=/2"), ""),
        (refresh("0; url=http://[x"), ""),
        ("<noscript>" + refresh("0; url=/no-scripts") + "</noscript>", ""),
        ("<!-- " + refresh("0; url=/2") + " -->", ""),
        ("<title>http-equiv=refresh</title>", ""),
    ],
)
def test_where_a_page_sends_its_reader(head: str, target: str) -> None:
    assert refresh_target(page(head).encode(), URL) == target


def test_a_page_with_something_to_read_is_read() -> None:
    assert refresh_target(page(refresh("0; url=/2"), "<p>word</p>" * MOST_BYTES).encode(), URL) == ""


@given(st.text(alphabet="0123456789;,. url='\"=/[]:#x", max_size=40))
def test_no_content_breaks_the_reading(content: str) -> None:
    assert isinstance(refresh_target(page(refresh(content)).encode(), URL), str)


@pytest.fixture(scope="module")
def press():
    with Press() as served:
        yield served


def fetch(press: Press, url: str, may_visit=None, **network) -> Fetched | FetchFailure:
    async def go() -> Fetched | FetchFailure:
        async with Client(press.network(**network), Pace(PollingConfig(pace=0.0))) as client:
            return await client.fetch(url, FetchKind.PAGE, may_visit=may_visit)

    return asyncio.run(go())


def test_it_is_followed_to_the_page_behind_it(press):
    press.play("http://from.test/a", page(refresh("0; url=http://to.test/b")))
    press.play("http://to.test/b", page("", "<p>Here it is.</p>"))
    asked = []

    async def may_visit(url):
        asked.append(url)

    answered = fetch(press, "http://from.test/a", may_visit)
    assert (answered.url, answered.moved_to) == ("http://to.test/b", "")
    assert b"Here it is" in answered.body
    assert asked == ["http://from.test/a", "http://to.test/b"]


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("http://127.0.0.1:{port}/inside", "forbidden-address"),
        ("http://169.254.169.254/latest", "forbidden-address"),
        ("file:///etc/passwd", "forbidden-address"),
        ("javascript:alert(1)", "forbidden-address"),
        ("http://lead.test/back", "redirect-loop"),
    ],
)
def test_it_leads_nowhere_that_a_redirect_may_not(press, target, reason):
    press.play("http://lead.test/a", page(refresh("0; url=" + target.format(port=press.port))))
    press.play("http://lead.test/back", page(refresh("0; url=/a")))
    asked = len(press.asked)
    failure = fetch(press, "http://lead.test/a")
    assert failure.reason == reason
    assert len(press.asked) - asked == (2 if reason == "redirect-loop" else 1)


def test_it_counts_among_the_redirects(press):
    for n in range(10):
        press.play(f"http://on.test/{n}", page(refresh(f"0; url=/{n + 1}")))
    failure = fetch(press, "http://on.test/0", max_redirects=4)
    assert failure.reason == "too-many-redirects"
    assert press.paths("on.test") == [f"/{n}" for n in range(5)]
