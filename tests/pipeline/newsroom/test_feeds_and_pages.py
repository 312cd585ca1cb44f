"""What feedparser and trafilatura, as strangers, make of the newsroom."""

import calendar
import io
import json
import re
from urllib.parse import urlsplit

import feedparser
import pytest
import trafilatura

from pipeline.newsroom.landscape import FeedSpec, Outlet, blocks, load
from pipeline.newsroom.pages import render_page
from pipeline.newsroom.server import Newsroom
from tests.pipeline.newsroom.conftest import START, Clock, Get

LANDSCAPE = load()
READ = [
    pytest.param(outlet, feed, id=outlet.id + feed.path)
    for outlet in LANDSCAPE.outlets.values()
    for feed in outlet.feeds
    if feed.format in {"rss", "atom", "rdf"}
]


@pytest.mark.parametrize(("outlet", "feed"), READ)
def test_feed_parses_with_every_entry_and_date(get: Get, outlet: Outlet, feed: FeedSpec) -> None:
    parsed = feedparser.parse(io.BytesIO(get(outlet.site + feed.path).body))
    expected = {
        LANDSCAPE.url(article): START - article.offset * 60
        for article in LANDSCAPE.articles.values()
        if article.outlet == outlet.id and (not feed.sections or set(feed.sections) & set(article.sections))
    }
    assert not parsed.bozo
    assert parsed.version == {"rss": "rss20", "atom": "atom10", "rdf": "rss10"}[feed.format]
    found = {}
    for entry in parsed.entries:
        date = entry.get("published_parsed") or entry.updated_parsed
        address = urlsplit(entry.link)
        found[f"http://{address.netloc}{address.path}"] = date
        assert entry.title
        assert entry.summary
    assert found.keys() == expected.keys()
    assert {url: calendar.timegm(date) for url, date in found.items()} == expected


def test_one_article_stands_in_two_section_feeds(get: Get) -> None:
    link = b"women-football-north-korea-beat-hosts"
    assert link in get("http://valley-times.newsroom/feeds/news.xml").body
    assert link in get("http://valley-times.newsroom/feeds/sport.xml").body


READABLE = [article.id for article in LANDSCAPE.articles.values() if article.status == 200 and not article.trap]


@pytest.fixture(scope="module")
def still() -> Newsroom:
    return Newsroom(clock=Clock())


@pytest.mark.parametrize("article_id", READABLE)
def test_page_extracts_to_the_article_and_nothing_of_its_furniture(still: Newsroom, article_id: str) -> None:
    article = LANDSCAPE.articles[article_id]
    outlet = LANDSCAPE.outlets[article.outlet]
    text = trafilatura.extract(render_page(still.edition, article, START)) or ""
    wanted = [word for block in still.edition.body(article, START) for word in block.words.split()]
    kept = set(text.split())
    assert sum(word in kept for word in wanted) >= 0.95 * len(wanted)
    others = (a.headline for a in still.edition.listed(outlet, (), START) if a.id != article.id)
    flat = " ".join(text.split())
    for furniture in (*outlet.promos, outlet.newsletter, outlet.cookies, *others):
        assert not furniture or furniture not in flat
    assert len(text.split()) <= len(wanted) + len(article.headline.split()) + 3


@pytest.mark.parametrize(
    ("article_id", "json_ld", "open_graph", "microdata", "timed"),
    [
        ("varda-port.meridian", True, True, False, False),
        ("dprk-talks.eastern-desk", True, False, False, False),
        ("dprk-talks.kwr", False, True, False, False),
        ("varda-port.harbour-post", False, False, True, False),
        ("varda-port.daily-ledger", False, False, False, True),
        ("varda-port.sund-courier", True, True, False, False),
        ("northvale-bank.evening-star", False, False, False, False),
    ],
)
def test_templates_differ_in_what_they_tell_machines(
    still: Newsroom, article_id: str, *, json_ld: bool, open_graph: bool, microdata: bool, timed: bool
) -> None:
    page = render_page(still.edition, LANDSCAPE.articles[article_id], START).decode()
    assert ("application/ld+json" in page) is json_ld
    assert ("og:title" in page) is open_graph
    assert ('itemprop="datePublished"' in page) is microdata
    assert ("<time datetime=" in page) is timed


def test_json_ld_is_json(still: Newsroom) -> None:
    for article in LANDSCAPE.articles.values():
        page = render_page(still.edition, article, START).decode("utf-8", "replace")
        for data in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL):
            json.loads(data)


def test_a_copy_names_its_original_as_canonical(still: Newsroom) -> None:
    page = render_page(still.edition, LANDSCAPE.articles["northvale-bank.trap"], START).decode()
    assert '<link rel="canonical" href="http://meridian.newsroom/dispatch/northvale-savings-bank-fails-41aa">' in page


def test_old_sites_use_old_charsets(get: Get) -> None:
    reply = get("http://sever.newsroom/news/argun.html")
    assert reply.headers["Content-Type"] == "text/html; charset=windows-1251"
    assert "Каменного острова" in reply.body.decode("windows-1251")


def test_text_as_written_becomes_blocks() -> None:
    found = blocks("One [two](http://a.newsroom/x) three.\nSame paragraph.\n\n## Heading\n\nLast.")
    assert [(block.kind, block.words) for block in found] == [
        ("p", "One two three. Same paragraph."),
        ("h2", "Heading"),
        ("p", "Last."),
    ]
    assert found[0].parts[1] == ("two", "http://a.newsroom/x")
