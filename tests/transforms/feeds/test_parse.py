import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.feeds.press import item, rss
from transforms.feeds.parse import MAX_ENTRIES, NotAFeed, ParsedFeed, Unparsed, discover_feeds, parse_feed

URL = "http://post.test/news/feed.xml"
DATED = datetime(2024, 4, 27, 9, 41, tzinfo=UTC).timestamp()


def parse(body, url=URL, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return parse_feed(body.encode() if isinstance(body, str) else body, headers, url)


def only(body, **headers):
    [entry] = parse(body, **headers).entries
    return entry


ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="uk" xml:base="http://base.test/a/">
<title type="text">Harbour &amp; &lt;Post&gt;</title><link href="http://post.test/"/>
<entry><id>urn:1</id><title type="html">&lt;b&gt;Storm&lt;/b&gt; &amp;amp; port</title><link href="one"/>
<author><name>A. Writer</name></author><author><name>B. Writer</name></author>
<published>2024-04-27T12:41:00+03:00</published><updated>2024-04-27T09:45:00Z</updated>
<summary>Short</summary><content type="html">&lt;p&gt;Long&lt;/p&gt;</content>
<source><title>Agency</title><link href="http://agency.test/"/></source></entry></feed>"""


def test_atom():
    feed = parse(ATOM)
    assert (feed.title, feed.link, feed.language) == ("Harbour & <Post>", "http://post.test/", "uk")
    [entry] = feed.entries
    assert (entry.id, entry.link, entry.title) == ("urn:1", "http://base.test/a/one", "Storm & port")
    assert (entry.published, entry.updated) == (DATED, DATED + 240)
    assert entry.authors == ("A. Writer", "B. Writer")
    assert (entry.summary, entry.content) == ("Short", "<p>Long</p>")
    assert (entry.source, entry.source_url) == ("Agency", "http://agency.test/")


def test_rss():
    more = (
        "<pubDate>Sat, 27 Apr 2024 09:41:00 +0000</pubDate><description>&lt;p&gt;Short&lt;/p&gt;</description>"
        "<source url='http://agency.test/rss'>Agency</source><author>a@post.test (A. Writer)</author>"
        "<content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'><![CDATA[<p>Long</p>]]></content:encoded>"
    )
    entry = only(rss(item("../one?a=1&amp;b=2", "AT&amp;amp;T &lt;i&gt;up&lt;/i&gt;", "guid-1", more)))
    assert (entry.id, entry.link, entry.title) == ("guid-1", "http://post.test/one?a=1&b=2", "AT&T up")
    assert (entry.published, entry.updated) == (DATED, None)
    assert (entry.summary, entry.content) == ("<p>Short</p>", "<p>Long</p>")
    assert (entry.source, entry.source_url) == ("Agency", "http://agency.test/rss")
    assert entry.authors == ("A. Writer",)


def test_rdf():
    body = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
    <channel rdf:about="x"><title>Post</title><sy:updatePeriod>daily</sy:updatePeriod>
    <sy:updateFrequency>4</sy:updateFrequency></channel>
    <item rdf:about="http://post.test/1"><title>One</title><link>http://post.test/1</link>
    <dc:date>2024-04-27T09:41:00Z</dc:date><dc:creator>A. Writer</dc:creator></item></rdf:RDF>"""
    feed = parse(body)
    assert feed.ttl == 6 * 3600.0
    assert (feed.entries[0].published, feed.entries[0].updated) == (DATED, None)
    assert feed.entries[0].authors == ("A. Writer",)


def test_hints_on_when_to_come_again():
    more = (
        "<ttl>90</ttl><skipHours><hour>0</hour><hour>24</hour><hour>7</hour></skipHours>"
        "<skipDays><day>Sunday</day><day>Caturday</day><day>monday</day></skipDays>"
    )
    feed = parse(rss(more=more))
    assert (feed.ttl, feed.skip_hours, feed.skip_days) == (5400.0, (0, 7), (0, 6))
    assert parse(rss(more="<ttl>soon</ttl>")).ttl is None
    assert parse(rss()).skip_hours == ()


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b'<?xml version="1.0" encoding="windows-1251"?>' + rss(item("/1", "Порт"))[21:].encode("cp1251"), {}),
        (rss(item("/1", "Порт"))[21:].encode("koi8-r"), {"content_type": "text/xml; charset=koi8-r"}),
        (rss(item("/1", "Порт")).replace("?>", " encoding='utf-16'?>").encode("utf-16"), {}),
        (b"\xef\xbb\xbf" + rss(item("/1", "Порт")).encode(), {"content_type": "application/rss+xml"}),
        (rss(item("/1", "Порт")).encode(), {"content_type": "text/html"}),
        (rss(item("/1", "Порт")).replace("?>", " encoding='x-fake'?>").encode(), {}),
    ],
)
def test_charsets(body, headers):
    assert only(body, **headers).title == "Порт"


def test_content_location_is_the_base_of_links():
    assert only(rss(item("one")), content_location="/elsewhere/").link == "http://post.test/elsewhere/one"


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://x.test/",
        "file:///etc/passwd",
        "http://u:p@x.test/",
        "",
        "http://",
    ],
)
def test_entries_without_a_web_link_are_left_out(link):
    feed = parse(rss(item("/good"), item(link)) if link else rss(item("/good"), "<item><title>x</title></item>"))
    assert [entry.link for entry in feed.entries] == ["http://post.test/good"]
    assert feed.left_out == 1


def test_guid_serves_as_link():
    entry = only(rss("<item><title>x</title><guid>http://post.test/1</guid></item>"))
    assert (entry.id, entry.link) == ("http://post.test/1", "http://post.test/1")
    assert only(rss(item("/2"))).id == "http://post.test/2"


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("<![CDATA[<script>alert(1)</script>Port <b>closes</b>]]>", "Port closes"),
        ("Line\n\tone  two", "Line one two"),
        ("&lt;img src=x onerror=alert(1)&gt;Port", "Port"),
        ("A &amp;lt; B", "A < B"),
        ("Bell&#7; &#x202E;", "Bell \u202e"),
        ("x" * 5000, "x" * 1000),
    ],
)
def test_titles_are_plain_text(title, plain):
    assert only(rss(item("/1", title))).title == plain


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Sat, 27 Apr 2024 05:41:00 EDT", DATED),
        ("2024-04-27T09:41Z", DATED),
        ("yesterday", None),
        ("Fri, 31 Dec 9999 00:00:00 GMT", None),
        ("Mon, 01 Jan 0001 00:00:00 GMT", None),
    ],
)
def test_dates(date, expected):
    assert only(rss(item("/1", more=f"<pubDate>{date}</pubDate>"))).published == expected


def test_feedburner_links_lead_to_the_publisher():
    more = '<feedburner:origLink xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0">http://own.test/1</feedburner:origLink>'
    assert only(rss(item("http://feedproxy.test/~r/1", more=more))).link == "http://own.test/1"


def test_summary_that_repeats_the_content_is_left_out():
    entry = only(ATOM.replace("<summary>Short</summary>", ""))
    assert (entry.summary, entry.content) == ("", "<p>Long</p>")


PAGE = """<!DOCTYPE html><html><head><base href="/sub/">
<link rel="alternate" type="application/rss+xml" href="rss.xml"><link rel=alternate hreflang=de href=/de>
<link rel="ALTERNATE stylesheet" type="application/atom+xml" href="http://x.test/atom">
<link rel=alternate type="application/feed+json" href="javascript:alert(1)">
<link rel=alternate type="application/rss+xml" href="rss.xml"></head><body>hello"""


def test_html_offers_its_feeds():
    found = parse(PAGE)
    assert found == NotAFeed("HTML, not a feed", ("http://post.test/sub/rss.xml", "http://x.test/atom"))
    assert discover_feeds(b"", URL) == ()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", Unparsed("an empty answer")),
        ("  \n", Unparsed("an empty answer")),
        ("hello", NotAFeed("not a feed")),
        ("/etc/hostname", NotAFeed("not a feed")),
        ("http://post.test/feed", NotAFeed("not a feed")),
        ('{"version": "x"}', NotAFeed("not a feed")),
        (b"\x00\xff\xfe", NotAFeed("not a feed")),
        ("<a>" * 5000, Unparsed("elements nested deeper than 200")),
        (rss(item("/1", more="<a>" * 300 + "</a>" * 300)), Unparsed("elements nested deeper than 200")),
    ],
)
def test_what_is_no_feed(body, expected):
    assert parse(body) == expected


def test_entities_of_the_document_neither_explode_nor_read_files():
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    for entity in (f'<!ENTITY a0 "ha">{levels}', '<!ENTITY a9 SYSTEM "file:///etc/hostname">'):
        body = rss(item("/1", "x &a9;")).replace("<rss", f"<!DOCTYPE rss [{entity}]><rss")
        for entry in parse(body).entries:
            assert entry.title in {"x", "x &a9;"}


def test_feed_of_too_many_entries_is_cut_in_time():
    began = time.monotonic()
    feed = parse(rss(*[item(f"/{n}") for n in range(20_000)]))
    assert time.monotonic() - began < 25.0
    assert isinstance(feed, ParsedFeed)
    assert (len(feed.entries), feed.cut) == (MAX_ENTRIES, True)
    assert not parse(rss(item("/1"))).cut


def test_parser_that_gives_up_is_a_value(monkeypatch):
    def fail(*_args, **_options):
        raise RuntimeError("no more")

    monkeypatch.setattr("feedparser.parse", fail)
    assert parse(rss() + "<") == Unparsed("the parser gave up: RuntimeError: no more")


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.text(max_size=30),
        lambda inner: st.builds(
            "<{0}>{1}</{0}>".format,
            st.sampled_from(
                [
                    "rss",
                    "channel",
                    "item",
                    "title",
                    "link",
                    "guid",
                    "pubDate",
                    "author",
                    "source",
                    "feed",
                    "entry",
                    "content",
                    "a:b",
                ]
            ),
            st.lists(inner, max_size=4).map("".join),
        ),
        max_leaves=20,
    )
)
def test_any_markup_is_read_or_refused(body):
    found = parse(body)
    for entry in getattr(found, "entries", ()):
        assert entry.link.startswith("http")
        assert "\n" not in entry.title
