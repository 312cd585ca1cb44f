"""The fast reader's answer is feedparser's, or it gives none."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.feeds.formats.fast import read_plain
from transforms.feeds.formats.read import Reader, read_document
from transforms.feeds.formats.tolerant import read_any

URL = "http://post.test/news/feed.xml"
HEADERS = {"content-type": "application/xml; charset=utf-8", "content-location": URL}
SPACES = (
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" '
    'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0" xmlns:own="http://own.test/ns"'
)


def rss(*items, more="", attributes=""):
    body = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0" {SPACES} {attributes}><channel><title>Post</title>{more}{body}</channel></rss>'


def atom(*entries, more="", attributes=""):
    body = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}><title>Post</title>{more}{body}</feed>'


def assert_same(document):
    body = document.encode()
    found = read_plain(body, URL, "", 2000)
    if found is not None:
        assert dataclasses.asdict(found) == dataclasses.asdict(read_any(body, HEADERS))
    return found


ITEMS = [
    "<title>One</title><link>http://post.test/1</link><guid>abc</guid>",
    "<guid isPermaLink='false'>abc</guid><link>1?a=b&amp;amp;c=d</link>",
    "<guid>relative</guid>",
    "<link></link><guid>http://post.test/2</guid>",
    "<atom:link href='http://post.test/3'/><atom:link rel='self' href='/self'/>",
    "<link>http://post.test/1</link><atom:link rel='enclosure' href='a.mp3'/><enclosure url='b.mp3' length='1'/>",
    "<description>Short</description><content:encoded><![CDATA[<p>Long</p>]]></content:encoded>",
    "<content:encoded>Long</content:encoded><description>Short</description>",
    "<description>One</description><description>Two</description><description>Three</description>",
    "<description/><content:encoded/>",
    "<itunes:summary>One</itunes:summary><description>Two</description>",
    "<description>One</description><media:description type='html'>Two</media:description>",
    "<media:group><media:title>Deep</media:title><media:description>Deep</media:description></media:group>",
    "<media:content url='x'><media:title>Deep</media:title></media:content><title>High</title>",
    "<title>High</title><media:title>Other</media:title><media:group><media:title>Deep</media:title></media:group>",
    "<title/><media:title>Other</media:title>",
    "<title>One</title><title>Two</title><dc:title>Three</dc:title>",
    "<title>One</title><source url='http://agency.test/rss'>Agency</source><title>Two</title>",
    "<title>One</title><image>x.png</image><title>Two</title>",
    "<author>a@post.test (A. Writer)</author><dc:creator>B. Writer</dc:creator><dc:creator/>",
    "<author>a@post.test</author>",
    "<atom:author><atom:name> A. Writer </atom:name><atom:email>a@post.test</atom:email></atom:author>",
    "<author><![CDATA[<b>A. Writer</b>]]></author>",
    "<pubDate>Sat, 27 Apr 2024 09:41:00 EDT</pubDate><atom:updated>2024-04-27T10:41:00Z</atom:updated>",
    "<pubDate>2024-04-27</pubDate><pubDate/><dc:date>soon</dc:date>",
    "<title>Caf\u00c3\u00a9 \u0093quoted\u0094 &#147;x&#148;</title><description>Порт \u0085</description>",
    "<title>A <!-- no --> B</title><?no thanks?><category>x</category><comments>http://c.test/</comments>",
    "<feedburner:origLink>http://own.test/1</feedburner:origLink><link>http://proxy.test/1</link>",
    "<own:thing a='1'><own:part>x</own:part></own:thing><unheard-of>x</unheard-of><link>http://post.test/1</link>",
    "<link>https://[broken</link><guid>http://post.test/1#a b</guid>",
    "<link> HTTP:////post.test//1?a;b=c </link>",
    "<media:thumbnail url='x'/><media:credit>Agency</media:credit><link>http://post.test/1</link>",
]


@pytest.mark.parametrize("item", ITEMS)
def test_rss_items_are_read_as_feedparser_does(item):
    found = assert_same(rss(item, "<title>next</title><link>http://post.test/next</link>"))
    assert found is not None
    assert len(found.entries) == 2


ENTRIES = [
    "<id>urn:1</id><title type='html'>&lt;b&gt;x&lt;/b&gt;</title><link href='one'/><updated>2024-04-27T09:41:00Z</updated>",
    "<id>one</id><title type='text'>A &lt;b&gt;</title>",
    "<link rel='alternate' type='application/pdf' href='x.pdf'/><link rel='related' href='y'/><id>http://post.test/1</id>",
    "<link href='a'/><link href='b' type='text/html' hreflang='de'/><id>c</id>",
    "<summary>Short</summary><content type='html' xml:base='http://base.test/x/'>&lt;a href='y'&gt;</content>",
    "<content>Plain</content><summary type='html'>Short</summary>",
    "<author><email>b@post.test</email></author><author><name>A</name><uri>http://a.test/</uri></author>",
    "<contributor><name>A</name></contributor><category term='x'/><rights>Mine</rights><published>2024-04-27</published>",
    "<link rel='replies' href='x' xmlns:thr='http://purl.org/syndication/thread/1.0' thr:count='1'/><link href='y'/>",
]


@pytest.mark.parametrize("attributes", ["", 'xml:lang="uk_UA" xml:base="http://base.test/a/"'])
@pytest.mark.parametrize("entry", ENTRIES)
def test_atom_entries_are_read_as_feedparser_does(entry, attributes):
    assert assert_same(atom(entry, "<id>next</id>", attributes=attributes)) is not None


@pytest.mark.parametrize(
    "document",
    [
        rss(
            more="<link>http://post.test/</link><atom:link rel='self' href='x'/><language>de</language><ttl>60</ttl>"
            "<sy:updatePeriod>hourly</sy:updatePeriod><image><title>Logo</title><url>x</url></image><title>Late</title>"
            "<skipHours><hour>1</hour></skipHours><managingEditor>a@b.test (A)</managingEditor><site>1</site>"
            "<description>About</description><itunes:summary>About</itunes:summary><docs/>",
        ),
        rss(more="<title>Second</title>", attributes="xml:lang='en_US'"),
        rss("<title>x</title>", more="<image><title/></image><title>Late</title>"),
        atom(more="<id>http://post.test/id</id><subtitle>x</subtitle><author><name>A</name></author><icon>x</icon>"),
        atom(more="<link rel='self' href='s'/><link href='http://post.test/'/><id>urn:x</id>"),
    ],
)
def test_what_feeds_say_about_themselves_is_read_as_feedparser_does(document):
    assert assert_same(document) is not None


@pytest.mark.parametrize(
    "document",
    [
        rss("<title>A <b>bold</b> one</title>"),
        rss("<foo a='1'/>", "<foo><title>x</title></foo>"),
        rss("<dc:new>x</dc:new>"),
        rss("<source><title>Agency</title></source>"),
        rss("<author>Write to a@post.test now</author>"),
        rss("<link url='x'>y</link>"),
        rss("<link rel='enclosure'>y</link>"),
        rss("<enclosure uri='x'/>"),
        rss("<description base='x'>y</description>"),
        rss("<feedburner:origLink a='b'>x</feedburner:origLink>"),
        rss("<atom:content src='x'/>"),
        rss("<atom:content type='xhtml'>x</atom:content>"),
        rss("<author><own:x><title/></own:x></author>"),
        rss("<media:title own:type='html'>x</media:title>"),
        rss(more="<itunes:summary>x</itunes:summary><description>x</description>"),
        rss(more="<language a='b'>x</language>"),
        rss(more="<image><own:x/></image>"),
        rss(more="<skipHours><x/></skipHours>"),
        rss(more="<textInput><title>x</title></textInput>"),
        rss(attributes='xmlns:r="http://purl.org/rss/1.0/"'),
        rss().replace("<channel>", "<channel href='x'>"),
        rss().replace("</channel>", "</channel><channel/>"),
        rss("<title>x</title>").replace("<item>", "<item lastmod='x'>"),
        atom("<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>x</div></content>"),
        atom("<content mode='base64'>eA==</content>"),
        atom("<author><name>A</name></author><author><email>b@post.test</email></author>"),
        "<rss version='2.0'/>",
        "<feed version='0.3' xmlns='http://purl.org/atom/ns#'/>",
        "<html xmlns='http://www.w3.org/1999/xhtml'/>",
        "<!DOCTYPE rss><rss version='2.0'><channel/></rss>",
        "<rss version='2.0'><channel>",
        "<a:rss xmlns:a='http://a.test/'/>",
        "<opml><body/></opml>",
    ],
)
def test_doubtful_documents_are_left_to_feedparser(document):
    assert read_plain(document.encode(), URL, "", 2000) is None


def test_more_entries_than_are_wanted_are_left_to_the_reader_that_cuts():
    assert read_plain(rss("", "", "").encode(), URL, "", 2) is None


ANY_NAME = """
    title link guid description author pubDate source enclosure category media:title media:group media:description
    media:content content:encoded dc:creator dc:date dc:title itunes:summary atom:link atom:updated atom:summary
    atom:id own:thing image comments
"""
NAMES = st.sampled_from(ANY_NAME.split())
TEXTS = st.sampled_from(
    ["", " x ", "http://post.test/1", "/rel", "a@b.test (A)", "2024-04-27", "&lt;b&gt;x", "Ã©", "\u0092"]
)
ATTRIBUTES = st.sampled_from(
    ["", "", "", "type='html'", "href='/x'", "url='y'", "isPermaLink='false'", "rel='enclosure'"]
)
ELEMENTS = st.recursive(
    st.builds("<{0} {1}>{2}</{0}>".format, NAMES, ATTRIBUTES, TEXTS),
    lambda inner: st.builds("<{0} {1}>{2}</{0}>".format, NAMES, ATTRIBUTES, st.lists(inner, max_size=3).map("".join)),
    max_leaves=4,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(ELEMENTS, max_size=6).map("".join), min_size=1, max_size=2))
def test_whatever_is_read_is_what_feedparser_reads(items):
    assert_same(rss(*items))


def test_who_reads_a_document_is_told():
    assert read_document(rss("").encode(), {}, URL).reader is Reader.FAST
    assert read_document(b"<rss><channel><title>x", {}, URL).reader is Reader.FEEDPARSER


@pytest.mark.parametrize("declaration", ["", "<?xml version='1.0'?>", '<?xml version="1.0" encoding="UTF-8"?>\n'])
@pytest.mark.parametrize("content_type", ["application/xml", "text/xml; charset=utf-8"])
def test_a_document_with_an_illegal_character_is_read_as_feedparser_reads_it(declaration, content_type):
    body = (
        declaration + rss("<title>One</title><link>/1</link>", "<title>T\x02wo &amp; é</title><guid>2</guid>")
    ).encode()
    headers = {"content-type": content_type, "content-location": URL}
    reading = read_document(body, headers, URL)
    assert reading.reader is Reader.FEEDPARSER
    assert reading.feed.entries[0].title == "One"
    assert dataclasses.asdict(reading.feed) == dataclasses.asdict(read_any(body, headers))
