"""What a page says of itself, from the most deliberate source."""

from datetime import UTC, datetime

import pytest
from trafilatura import load_html

from tests.transforms.articles.press import URL, json_ld, page_html
from transforms.articles.metadata import PageMetadata, read_metadata


def read(head: str = "", inner: str = "", url: str = URL, **fields: str) -> PageMetadata:
    return read_metadata(load_html(page_html(inner, head, **fields)), url)


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


@pytest.mark.parametrize(
    ("head", "inner", "title", "expected"),
    [
        (
            json_ld(**{"@type": "NewsArticle", "headline": "From JSON-LD &amp; more"}) + meta("og:title", "OG"),
            "",
            "T",
            "From JSON-LD & more",
        ),
        (meta("og:title", "From Open Graph"), "", "T", "From Open Graph"),
        (meta("twitter:title", "From Twitter"), "", "T", "From Twitter"),
        ("", "", "Council votes to rebuild harbour | The Herald", "Council votes to rebuild harbour"),
        (meta("og:site_name", "The Herald"), "<p>x", "Vote today - The Herald", "Vote today"),
        (meta("og:site_name", "The Herald"), "<p>x", "The Herald: Vote today", "The Herald: Vote today"),
        (meta("og:site_name", "The Herald"), "<p>x", "The Herald | Vote today", "Vote today"),
        (meta("og:site_name", "herald.com"), "<p>x", "Vote today — Herald", "Vote today"),
        (
            meta("og:title", "Talks may resume - Axios") + meta("og:site_name", "The Herald"),
            "",
            "T",
            "Talks may resume - Axios",
        ),
        (
            json_ld(**{"@type": "Article", "headline": "what it is about", "name": "Vote today"}),
            "",
            "Vote today - Wiki",
            "Vote today",
        ),
        ("", "", "", "Council votes to rebuild harbour"),
        ("", "", "Untitled", "Council votes to rebuild harbour"),
    ],
)
def test_the_title(head: str, inner: str, title: str, expected: str) -> None:
    assert read(head, inner, title=title).title == expected


@pytest.mark.parametrize(
    ("head", "inner", "url", "expected"),
    [
        (json_ld(**{"@type": "NewsArticle", "datePublished": "2024-05-01T10:00:00+02:00"}), "", URL, "2024-05-01T08:00:00+00:00"),
        (json_ld(**{"@graph": [{"@type": ["Article"], "datePublished": "2024-05-01"}]}), "", URL, "2024-05-01T00:00:00+00:00"),
        (
            json_ld(**{"@type": "NewsArticle", "datePublished": "2024-05-01"}) + meta("article:published_time", "2024-05-01T09:30:00Z"),
            "", URL, "2024-05-01T09:30:00+00:00",
        ),
        (meta("article:published_time", "2024-05-01T09:30:00Z"), "", URL, "2024-05-01T09:30:00+00:00"),
        ('<meta name="DC.date.issued" content="2024-05-01T09:30:00Z">', "", URL, "2024-05-01T09:30:00+00:00"),
        ('<meta itemprop="datePublished" content="2024-05-01T09:30:00Z">', "", URL, "2024-05-01T09:30:00+00:00"),
        ("", "<span itemprop='datePublished' content='2024-05-01T09:30:00Z'>x</span><p>y", URL, "2024-05-01T09:30:00+00:00"),
        ("", "<span itemprop='datePublished'>May 1, 2024</span><p>y", URL, "2024-05-01T00:00:00+00:00"),
        ("", "<time datetime='2024-05-01T09:30:00Z'>today</time><p>y", URL, "2024-05-01T09:30:00+00:00"),
        ("", "", "https://herald.test/2024/5/1/vote", "2024-05-01T00:00:00+00:00"),
        ("", "<div class='date'>Published on 1 May 2024</div><p>y", "https://herald.test/vote", "2024-05-01T00:00:00+00:00"),
    ],
)  # fmt: skip
def test_the_publication_time(head: str, inner: str, url: str, expected: str) -> None:
    found = read(head, inner, url).published
    assert found is not None
    assert iso(found.seconds) == expected


def test_no_date_is_made_up() -> None:
    assert read(url="https://herald.test/vote").published is None
    tree = load_html(page_html("<div class='date'>Published on 1 May 2024</div>"))
    assert read_metadata(tree, "https://herald.test/vote", search_dates=False).published is None


def test_the_time_of_change() -> None:
    found = read(json_ld(**{"@type": "NewsArticle", "dateModified": "2024-05-02T10:00:00Z"})).modified
    assert found is not None
    assert iso(found.seconds) == "2024-05-02T10:00:00+00:00"
    assert read(meta("article:modified_time", "2024-05-02T10:00:00Z")).modified == found


@pytest.mark.parametrize(
    ("head", "inner", "expected"),
    [
        (json_ld(**{"@type": "NewsArticle", "author": {"@type": "Person", "name": "Ann Lee"}}), "", ("Ann Lee",)),
        (
            json_ld(**{"@type": "NewsArticle", "author": [{"name": "Ann Lee"}, {"name": "Bo Roe"}]}),
            "",
            ("Ann Lee", "Bo Roe"),
        ),
        (json_ld(**{"@type": "NewsArticle", "author": "By Ann Lee and Bo Roe"}), "", ("Ann Lee", "Bo Roe")),
        (
            json_ld(**{"@type": "NewsArticle", "author": {"url": "https://herald.test/ann"}}),
            "<a rel=author>Ann Lee</a>",
            ("Ann Lee",),
        ),
        ('<meta name="author" content="Ann Lee, Bo Roe">', "", ("Ann Lee", "Bo Roe")),
        (
            meta("article:author", "https://social.example/ann"),
            "<span itemprop='author'><b itemprop='name'>Ann Lee</b></span>",
            ("Ann Lee",),
        ),
        (
            '<meta name="twitter:label1" content="Written by"><meta name="twitter:data1" content="Ann Lee">',
            "",
            ("Ann Lee",),
        ),
        ('<meta name="twitter:label1" content="Price"><meta name="twitter:data1" content="Ten Crowns">', "", ()),
        ("", "<div class='byline'>By <a href='/ann'>Ann Lee</a> 3 May 2024</div><p>y", ("Ann Lee",)),
        ("", "<div class='authority'>The Port Authority</div><p>y", ()),
        ("", "", ()),
    ],
)
def test_the_authors(head: str, inner: str, expected: tuple[str, ...]) -> None:
    assert read(head, inner).authors == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (meta("og:site_name", "The Herald"), "The Herald"),
        (
            json_ld(**{"@type": "NewsArticle", "publisher": {"@type": "Organization", "name": "The Herald"}}),
            "The Herald",
        ),
        (
            json_ld(
                **{
                    "@graph": [
                        {"@type": "NewsArticle", "publisher": {"@id": "#o"}},
                        {"@id": "#o", "name": "The Herald"},
                    ]
                }
            ),
            "The Herald",
        ),
        ('<meta name="application-name" content="The Herald">', "The Herald"),
        (meta("og:site_name", "https://herald.test"), ""),
        ("", ""),
    ],
)
def test_the_outlet(head: str, expected: str) -> None:
    assert read(head).outlet == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("<link rel='canonical' href='/vote'>", "https://www.herald.test/vote"),
        ("<link rel='Canonical' href='https://herald.test/vote'>", "https://herald.test/vote"),
        ("<base href='https://cdn.test/a/'><link rel='canonical' href='vote'>", "https://cdn.test/a/vote"),
        (meta("og:url", "https://herald.test/vote"), "https://herald.test/vote"),
        ("<link rel='canonical' href='https://herald.test/'>", ""),
        ("<link rel='canonical' href='javascript:alert(1)'>", ""),
        ("<link rel='canonical' href=''>", ""),
        ("<link rel='canonical'>", ""),
    ],
)
def test_the_canonical_link(head: str, expected: str) -> None:
    assert read(head).canonical_url == expected


@pytest.mark.parametrize(
    ("value", "free"),
    [(False, False), ("False", False), (True, True), ("true", True), (None, True)],
)
def test_whether_it_is_free(value: object, free: bool) -> None:
    fields = {} if value is None else {"isAccessibleForFree": value}
    assert read(json_ld(**{"@type": "NewsArticle", **fields})).free is free


def test_the_declared_language() -> None:
    assert read().lang == "en"
    tree = load_html("<html><head><meta property='og:locale' content='uk_UA'></head><body><p>x</p></body></html>")
    assert read_metadata(tree, URL).lang == "uk"


MICRODATA = """
    <div itemscope itemtype='https://schema.org/NewsArticle'>
      <h2 itemprop='headline'>Council votes  to rebuild harbour</h2>
      <span itemprop='author' itemscope><b itemprop='name'>Ann Lee</b></span> and
      <span itemprop='author' itemscope><b itemprop='name'>Bo Roe</b></span>
      <time itemprop='datePublished' datetime='2024-05-01T09:30:00+02:00'>today</time>
      <time itemprop='dateModified' datetime='2024-05-01T11:00:00+02:00'>later</time>
      <div itemprop='publisher' itemscope><img src='/x'><meta itemprop='name' content='The Herald'></div>
      <meta itemprop='isAccessibleForFree' content='False'>
      <p>The council voted.</p>
    </div>
"""


def test_a_page_marked_with_microdata_alone() -> None:
    found = read("", MICRODATA, title="")
    assert (found.title, found.outlet, found.free) == ("Council votes to rebuild harbour", "The Herald", False)
    assert found.published is not None
    assert found.modified is not None
    assert iso(found.published.seconds) == "2024-05-01T07:30:00+00:00"
    assert iso(found.modified.seconds) == "2024-05-01T09:00:00+00:00"
    assert found.authors == ("Ann Lee", "Bo Roe")
