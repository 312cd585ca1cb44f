import gzip
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.newsroom.server import Newsroom
from tests.pipeline.newsroom.conftest import START, Clock, Get, getter

CARMO = "http://harbour-post.newsroom/weather/carmo-ridge-fire"
HARBOUR_FEED = "http://harbour-post.newsroom/feeds/latest.rss"
VARDA = "http://meridian.newsroom/dispatch/varda-port-closes-2f81"
ROOT = Path(__file__).parents[3]


def test_host_header_decides_the_site(get: Get) -> None:
    assert b"Black Sea port of Varda" in get(VARDA).body
    assert get(VARDA.replace("meridian", "kwr")).status == 404
    assert get("http://nowhere.newsroom/").status == 404


@pytest.mark.parametrize(
    ("url", "status", "holds"),
    [
        ("http://gone-gazette.newsroom/rss", 410, b"retired"),
        ("http://tribune.newsroom/feed.xml", 200, b'rel="alternate"'),
        ("http://tribune.newsroom/rss.xml", 200, b"<rss"),
        ("http://valley-times.newsroom/feeds/all.xml", 301, b""),
        ("http://evening-star.newsroom/robots.txt", 200, b"Disallow: /secret/"),
        ("http://evening-star.newsroom/premium/pension-bill", 403, b"sign in"),
        ("http://kwr.newsroom/us-dprk", 200, b"- Axios"),
        ("http://kwr.newsroom/", 200, b"us-dprk"),
        ("http://kwr.newsroom/no-such-page", 404, b"Not found"),
        ("http://valley-times.newsroom/news/valve-stops-aster-satellite?utm_source=rss", 200, b"Cormoran"),
    ],
)
def test_answers(get: Get, url: str, status: int, holds: bytes) -> None:
    reply = get(url)
    assert reply.status == status
    assert holds in reply.body


def test_moved_feed_names_its_new_address(get: Get) -> None:
    assert get("http://valley-times.newsroom/feeds/all.xml").headers["Location"] == (
        "http://valley-times.newsroom/feeds/news.xml"
    )


@pytest.mark.parametrize("url", [HARBOUR_FEED, VARDA, "http://harbour-post.newsroom/robots.txt"])
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_conditional_requests_get_304_and_no_body(get: Get, url: str, encoding: str) -> None:
    first = get(url, {"Accept-Encoding": encoding})
    for header, value in (
        ("If-None-Match", first.headers["ETag"]),
        ("If-None-Match", f'"other", W/{first.headers["ETag"]}'),
        ("If-None-Match", "*"),
        ("If-Modified-Since", first.headers["Last-Modified"]),
    ):
        again = get(url, {"Accept-Encoding": encoding, header: value})
        assert (again.status, again.body) == (304, b"")
        assert again.headers["ETag"]


@pytest.mark.parametrize(
    "headers",
    [
        {"If-None-Match": '"other"'},
        {"If-Modified-Since": "Mon, 01 Jan 2024 00:00:00 GMT"},
        {"If-Modified-Since": "yesterday"},
    ],
)
def test_stale_validators_get_the_whole_answer(get: Get, headers: dict[str, str]) -> None:
    reply = get(HARBOUR_FEED, headers)
    assert reply.status == 200
    assert reply.body


def test_etag_wins_over_date(get: Get) -> None:
    modified = get(HARBOUR_FEED).headers["Last-Modified"]
    assert get(HARBOUR_FEED, {"If-None-Match": '"other"', "If-Modified-Since": modified}).status == 200


def test_gzip_on_request_only(get: Get) -> None:
    plain, packed = get(VARDA), get(VARDA, {"Accept-Encoding": "gzip, br"})
    assert plain.headers["Content-Encoding"] is None
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert plain.headers["ETag"] != packed.headers["ETag"]


def test_head_has_no_body_and_other_methods_are_refused(get: Get) -> None:
    head = get(VARDA, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert get(VARDA, method="POST").status == 405


def test_requests_are_counted_with_their_conditions(newsroom: Newsroom, get: Get) -> None:
    etag = get(HARBOUR_FEED).headers["ETag"]
    get(HARBOUR_FEED, {"If-None-Match": etag})
    get(HARBOUR_FEED, {"If-None-Match": etag})
    host, path = "harbour-post.newsroom", "/feeds/latest.rss"
    assert newsroom.request_counts() == {(host, path, 200, False): 1, (host, path, 304, True): 2}
    reported = json.loads(get(f"http://127.0.0.1:{newsroom.port}/-/requests").body)
    assert reported == [
        {"host": host, "path": path, "status": 200, "conditional": False, "count": 1},
        {"host": host, "path": path, "status": 304, "conditional": True, "count": 2},
    ]


def test_bare_host_lists_feeds_and_says_what_it_knows(newsroom: Newsroom, get: Get) -> None:
    bare = f"http://127.0.0.1:{newsroom.port}"
    opml = get(f"{bare}/-/feeds.opml").body.decode()
    assert opml.count("xmlUrl=") == len(newsroom.feeds()) == 17
    assert all(feed.url in opml for feed in newsroom.feeds())
    unknown = get(f"{bare}/-/nonsense")
    assert unknown.status == 404
    assert b"/-/requests" in unknown.body


def test_edit_changes_page_and_entry_and_their_validators(newsroom: Newsroom, get: Get, clock: Clock) -> None:
    page, feed = get(CARMO), get(HARBOUR_FEED)
    clock.now += 60
    assert get(f"http://127.0.0.1:{newsroom.port}/-/edit", method="POST").status == 204
    edited, entries = get(CARMO, {"If-None-Match": page.headers["ETag"]}), get(HARBOUR_FEED)
    assert b"900 hectares" in page.body
    assert edited.status == 200
    assert b"2,300 hectares" in edited.body
    assert b"atom:updated>2025-04-27T09:01:00+01:00<" in entries.body
    assert b"atom:updated>" not in feed.body
    assert edited.headers["Last-Modified"] == "Sun, 27 Apr 2025 08:01:00 GMT"


def test_edit_after_needs_no_switch(clock: Clock) -> None:
    with Newsroom(clock=clock, edit_after=30.0) as newsroom:
        get = getter(newsroom)
        before = get(CARMO).body
        clock.now += 30
        assert before != get(CARMO).body


def test_repair_takes_the_trap_away(newsroom: Newsroom, get: Get) -> None:
    trap = "http://trap.newsroom/table"
    hostile = get(trap).body
    get(f"http://127.0.0.1:{newsroom.port}/-/repair", method="POST")
    harmless = get(trap).body
    assert b'rowspan="1000"' in hostile
    assert b"rowspan" not in harmless
    assert b"Thistle Green" in harmless


def test_articles_appear_one_by_one(clock: Clock) -> None:
    with Newsroom(clock=clock, reveal_over=30.0) as newsroom:
        get = getter(newsroom)
        found = []
        for _ in range(31):
            found.append(len(list(newsroom.articles_jsonl())))
            clock.now += 1.0
        assert get(VARDA).status == 200
    assert sorted(found) == found
    assert found[0] == 5, "what is older than a day is out from the start"
    assert found[-1] == len(list(Newsroom(clock=clock).articles_jsonl()))
    assert len(set(found)) > 25


def test_unrevealed_pages_and_entries_are_not_there_yet(clock: Clock) -> None:
    with Newsroom(clock=clock, reveal_over=30.0) as newsroom:
        get = getter(newsroom)
        assert get(VARDA).status == 404
        assert b"varda" not in get("http://meridian.newsroom/atom.xml").body


def test_replay_lines_are_in_order_and_complete(newsroom: Newsroom) -> None:
    lines = [json.loads(line) for line in newsroom.articles_jsonl(html=True)]
    published = [line["published"] for line in lines]
    assert published == sorted(published)
    assert len(set(published)) == len(published), "no two at one moment: their order is never in doubt"
    assert all(START - 48 * 3600 <= moment <= START for moment in published)
    assert all(
        line["text"] and line["title"] and "<html" in line["html"] for line in lines if "premium" not in line["url"]
    )


def test_taken_port_is_said(newsroom: Newsroom) -> None:
    with pytest.raises(OSError, match=f"127.0.0.1:{newsroom.port}.*another port"), Newsroom(newsroom.port):
        pass


def test_port_is_free_again_after_the_end(clock: Clock) -> None:
    with Newsroom(clock=clock) as newsroom:
        port = newsroom.port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_runs_until_a_signal(number: int) -> None:
    code = (
        "from pipeline.newsroom.server import serve; serve(0, say=lambda line: print(line, flush=True)); print('ended')"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": "."}
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(number)
        rest, _ = process.communicate(timeout=20)
    assert first.startswith("Newsroom on 127.0.0.1:")
    assert "17 feeds" in first
    assert rest.endswith("ended\n")
    assert process.returncode == 0
