"""Formats besides RSS and Atom, charsets, and links inside of texts."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.feeds.press import item, rss
from transforms.feeds.formats.charset import as_utf8
from transforms.feeds.parse import MAX_ENTRIES, NotAFeed, ParsedFeed, parse_feed, with_absolute_links

URL = "http://post.test/news/feed.xml"
DATED = datetime(2024, 4, 27, 9, 41, tzinfo=UTC).timestamp()


def parse(body, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return parse_feed(body.encode() if isinstance(body, str) else body, headers, URL)


def json_feed(*items, **more):
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Post", "items": list(items), **more})


def test_json_feed():
    feed = parse(
        json_feed(
            {
                "id": 7,
                "url": "/7",
                "external_url": "http://other.test/",
                "title": "A <b> C",
                "content_html": "<p>Long</p>",
                "summary": "Short & sweet",
                "date_published": "2024-04-27T09:41:00Z",
                "date_modified": "2024-04-27T09:45:00Z",
                "authors": [{"name": "A. Writer"}, {"name": ""}, "x"],
                "attachments": [{"url": "http://post.test/a.mp3"}, 3],
            },
            {
                "id": "8",
                "external_url": "http://other.test/8",
                "content_text": "a < b",
                "author": {"name": "B. Writer"},
            },
            {"id": True, "url": 5, "title": None},
            "no item",
            home_page_url="http://post.test/",
            language="en",
        ),
        content_type="application/feed+json",
    )
    assert (feed.title, feed.link, feed.language, feed.left_out) == ("Post", "http://post.test/", "en", 1)
    first, second = feed.entries
    assert (first.id, first.link, first.title) == ("7", "http://post.test/7", "A <b> C")
    assert (first.published, first.updated, first.authors) == (DATED, DATED + 240, ("A. Writer",))
    assert (first.summary, first.content) == ("Short &amp; sweet", "<p>Long</p>")
    assert (second.link, second.content, second.authors) == ("http://other.test/8", "a &lt; b", ("B. Writer",))


@pytest.mark.parametrize("body", ['{"items": []}', '{"version": "1", "items": 3}', "{", '{"a":' * 5000, "[1]"])
def test_json_of_another_kind_is_no_feed(body):
    assert isinstance(parse(body), NotAFeed)


def test_json_feed_of_too_many_entries_is_cut():
    feed = parse(json_feed(*[{"url": f"/{n}"} for n in range(MAX_ENTRIES + 5)]))
    assert (len(feed.entries), feed.cut) == (MAX_ENTRIES, True)


SITEMAP = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>http://post.test/1</loc><lastmod>2024-04-27T09:45:00Z</lastmod><n:news>
<n:publication><n:name>Harbour Post</n:name><n:language>en</n:language></n:publication>
<n:publication_date>2024-04-27T09:41:00Z</n:publication_date><n:title>Storm &lt;i&gt; closes port</n:title></n:news></url>
<url><loc>http://post.test/about</loc></url>
<url><loc>javascript:x</loc><n:news><n:title>x</n:title></n:news></url>
%s</urlset>"""


def test_news_sitemap():
    feed = parse(SITEMAP % "")
    assert (feed.title, feed.language, feed.left_out) == ("Harbour Post", "en", 1)
    [entry] = feed.entries
    assert (entry.id, entry.link, entry.title) == ("http://post.test/1", "http://post.test/1", "Storm <i> closes port")
    assert (entry.published, entry.updated) == (DATED, DATED + 240)


def test_broken_sitemap_is_read_as_far_as_it_goes():
    assert len(parse((SITEMAP % "").replace("<url><loc>http://post.test/about", "<url><loc>&x;<")).entries) == 1


def test_sitemap_of_too_many_entries_is_cut():
    more = "<url><loc>http://post.test/x</loc><n:news/></url>" * MAX_ENTRIES
    feed = parse(SITEMAP % more)
    assert feed.cut
    assert len(feed.entries) == MAX_ENTRIES - 1


def test_sitemaps_without_news():
    index = "<sitemapindex><sitemap><loc>/news.xml</loc></sitemap><sitemap><loc>mailto:x</loc></sitemap></sitemapindex>"
    assert parse(index) == NotAFeed("a sitemap index, not a feed", ("http://post.test/news.xml",))
    assert parse("<urlset><url><loc>http://post.test/1</loc></url></urlset>") == NotAFeed("a sitemap without news")
    assert parse("<!DOCTYPE urlset><urlset/>") == NotAFeed("a sitemap without news")
    assert parse("<urlset") == NotAFeed("a sitemap without news")


def test_channel_definition_format():
    feed = parse(
        '<?xml version="1.0"?><CHANNEL HREF="http://post.test/"><TITLE>Post</TITLE>'
        '<ITEM HREF="/1" LASTMOD="2024-04-27T09:41:00Z"><TITLE>One</TITLE><ABSTRACT>Short</ABSTRACT></ITEM></CHANNEL>'
    )
    [entry] = feed.entries
    assert (entry.link, entry.title, entry.summary) == ("http://post.test/1", "One", "Short")
    assert entry.published == DATED
    assert parse("<channel><title>Post</title></channel>").title == "Post"


DOCUMENT = rss(item("/1", "Порт"))


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize(
    "body", [DOCUMENT, DOCUMENT.partition("?>")[2], DOCUMENT.replace("?>", " encoding='utf-16'?>")]
)
def test_wide_charsets_need_no_declaration(charset, body):
    assert parse(body.encode(charset)).entries[0].title == "Порт"


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        ("Порт".encode("koi8-r"), "text/xml; charset=koi8-r", "Порт"),
        ("Порт".encode(), "text/xml; charset=us-ascii", "Порт"),
        (b"<?xml version='1.0' encoding='windows-1251'?>" + "Порт".encode("cp1251"), "text/xml", "Порт"),
        (b"<?xml version='1.0' encoding='utf-16'?>" + "Порт".encode(), "", "Порт"),
        (b"<?xml version='1.0' encoding='gb2312'?>" + "\u4e02".encode("gbk"), "", "\u4e02"),
        (b"  \n<a/>", "", "<a/>"),
        (b"\xff\xfe", "", ""),
        (b"\xff\xfe\x00", "", None),
        ("Порт".encode("koi8-r"), "", None),
        (b"x", 'text/xml; charset="idna"', "x"),
        (b"\xe9", "text/xml; charset=unheard-of", None),
    ],
)
def test_documents_become_utf8_only_where_they_say_how(body, content_type, expected):
    found = as_utf8(body, content_type)
    assert found is None if expected is None else found is not None and found.decode().endswith(expected)


@given(st.binary(max_size=40), st.text(max_size=20))
def test_any_bytes_become_utf8_or_nothing(body, content_type):
    found = as_utf8(body, content_type)
    assert found is None or isinstance(found.decode(), str)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<a href="x?a=1&amp;b=2">', '<a href="http://post.test/news/x?a=1&amp;b=2">'),
        ("<img src='/i.png'>", '<img src="http://post.test/i.png">'),
        ('<a class=x href="//cdn.test/x">', '<a class=x href="http://cdn.test/x">'),
        ('<a href="http://other.test/">', '<a href="http://other.test/">'),
        ('<a href="#top"> <a href="mailto:x@y.test"> <a href="javascript:x">', None),
        ('<code>&lt;a href="x"&gt;</code>', None),
        ('<a href="http://[x">', None),
        ('<a href="//[x">', None),
        ('<a xhref="/x" data-src="/y">', '<a xhref="/x" data-src="http://post.test/y">'),
        ("no links", None),
    ],
)
def test_relative_links_of_texts_become_absolute(markup, expected):
    assert with_absolute_links(markup, URL) == (markup if expected is None else expected)


def test_texts_rest_on_their_own_base():
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://base.test/"><entry><link href="1"/>'
        '<content type="html" xml:base="a/">&lt;a href="x"&gt;</content></entry></feed>'
    )
    for document in (body, body + "<"):  # the fast reader, and feedparser
        [entry] = parse(document).entries
        assert (entry.link, entry.content) == ("http://base.test/1", '<a href="http://base.test/a/x">')


def test_an_enclosure_written_as_text_is_not_the_link():
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="http://post.test/1"/>'
        '<link rel="enclosure">http://post.test/1.mp3</link></entry></feed>'
    )
    feed = parse(body)
    assert isinstance(feed, ParsedFeed)
    assert [entry.link for entry in feed.entries] == ["http://post.test/1"]
