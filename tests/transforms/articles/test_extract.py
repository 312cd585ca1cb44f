"""A page's bytes to its text and metadata."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.articles.press import PARAGRAPHS, URL, body, entry, json_ld, page, page_html, summary_page
from transforms.articles.extract import extract, extract_fragment, extract_page
from transforms.articles.pages import ExtractedPage, UnreadablePage
from transforms.config import ExtractionConfig
from transforms.model import TextFrom

WALL = page_html("<p>The council voted.</p>", tail="<div>Subscribe to continue reading</div>")


def read(html: str, **options: str) -> ExtractedPage:
    return extract(html.encode(), URL, **options)


def test_the_text_is_the_paragraphs_without_navigation() -> None:
    found = read(page_html())
    assert found.text.split("\n") == list(PARAGRAPHS)  # and not the headline, which is the title
    assert "Section" not in found.text
    assert "Other story" not in found.text
    assert "All rights" not in found.text
    assert (found.title, found.lang, found.mark) == ("Council votes to rebuild harbour", "en", "")


def test_all_that_a_page_says_of_itself() -> None:
    head = json_ld(
        **{
            "@type": "NewsArticle",
            "headline": "Council votes to rebuild harbour",
            "datePublished": "2024-05-01T18:00:00+02:00",
            "dateModified": "2024-05-01T19:00:00+02:00",
            "author": [{"name": "Ann Lee"}, {"name": "Bo Roe"}],
            "publisher": {"name": "The Herald"},
        }
    )
    found = read(page_html(head=head + "<link rel=canonical href='/vote?utm_source=x'>"))
    assert (found.published, found.published_precise, found.modified) == (1714579200.0, True, 1714582800.0)
    assert (found.authors, found.outlet) == (("Ann Lee", "Bo Roe"), "The Herald")
    assert found.canonical_url == "https://www.herald.test/vote?utm_source=x"


def test_a_credit_line_that_looks_like_navigation_stays_in_the_text() -> None:
    tail = "<p>Source: <a href='https://axios.example/a'>Axios</a>.</p>"
    found = read(page_html(body() + tail))
    assert found.text.split("\n")[-1] == "Source: Axios."
    assert [(link.url, link.anchor) for link in found.links] == [("https://axios.example/a", "Axios")]


def test_a_short_text_is_read_twice() -> None:
    found = read(page_html(body(PARAGRAPHS[:3])))
    assert all(paragraph in found.text for paragraph in PARAGRAPHS[:3])


def test_a_long_text_is_cut() -> None:
    found = extract(page_html().encode(), URL, config=ExtractionConfig(max_text=100))
    assert 0 < len(found.text) <= 100


@pytest.mark.parametrize(
    ("html", "content_type", "reason"),
    [
        (b"%PDF-1.7", "application/pdf", "not-html"),
        (b"%PDF-1.7 <</Type/Catalog>> <x:xmpmeta> <p>words</p>", "text/html", "not-html"),
        (b'{"body": "<div><p>The council</p><p>voted.</p></div>"}', "text/html", "not-html"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "text/html", "not-html"),
        (b"  \n", "text/html; charset=utf-8", "unreadable"),
        (b'{"a": 1}', "text/html", "not-html"),
        (page_html("<p></p>", title="Page not found").encode(), "", "soft-404"),
        (WALL.encode(), "text/html", "paywall"),
    ],
)
def test_what_cannot_be_read_says_why(html: bytes, content_type: str, reason: str) -> None:
    with pytest.raises(UnreadablePage) as error:
        extract(html, URL, content_type=content_type)
    assert error.value.reason == reason


def test_a_feeds_own_text_is_all_the_articles() -> None:
    markup = "<p>First&nbsp;line<br>second <b>line</b></p><script>no()</script><ul><li>a</li><li><a href='https://o.example/'>b is far away</a></li></ul>"
    found = extract_fragment(markup, URL, "Harbour vote")
    assert found.text == "First line\nsecond line\na\nb is far away"
    assert [link.url for link in found.links] == ["https://o.example/"]
    assert found.title == "Harbour vote"


@pytest.mark.parametrize("markup", ["", "<p> </p>", "<script>x</script>"])
def test_a_feeds_empty_text_is_unreadable(markup: str) -> None:
    with pytest.raises(UnreadablePage):
        extract_fragment(markup, URL, "x")


def test_a_summary_page_is_read_as_the_feeds_text() -> None:
    found = extract_page(summary_page("<p>The council <i>voted</i>.</p>"), ExtractionConfig())
    assert (found.text, found.title) == ("The council voted.", "Harbour vote")


@pytest.mark.parametrize(
    ("feed", "text"),
    [
        ({"summary": "It voted."}, "It voted."),
        ({"content": "<p>It voted, at length.", "summary": "It"}, "It voted, at length."),
    ],
)
def test_a_walled_page_gives_way_to_the_feeds_text(feed: dict[str, str], text: str) -> None:
    found = extract_page(page(WALL, entry=entry(**feed)), ExtractionConfig())
    assert (found.text, found.from_feed) == (text, "paywall")


@pytest.mark.parametrize(
    ("html", "url", "reason"),
    [
        (page_html("<p></p>", title="Page not found"), URL, "soft-404"),
        (page_html(), "https://www.herald.test/", "soft-404"),
        (page_html(), "https://www.herald.test/login?to=vote", "login-wall"),
    ],
)
def test_so_does_one_that_is_not_there(html: str, url: str, reason: str) -> None:
    found = extract_page(page(html, url=url, entry=entry(summary="It voted.")), ExtractionConfig())
    assert (found.text, found.from_feed) == ("It voted.", reason)
    with pytest.raises(UnreadablePage) as error:
        extract_page(page(html, url=url), ExtractionConfig())
    assert error.value.reason == reason


@pytest.mark.parametrize(
    ("html", "feed"),
    [
        (WALL, {}),
        (WALL, {"summary": "<p></p>"}),
        (page_html("<p></p>", title="Page not found"), {}),
    ],
)
def test_a_page_without_text_anywhere_is_unreadable(html: str, feed: dict[str, str]) -> None:
    with pytest.raises(UnreadablePage):
        extract_page(page(html, entry=entry(**feed)), ExtractionConfig())


def test_a_teaser_gives_way_to_the_feeds_full_text() -> None:
    teaser = page_html(body(PARAGRAPHS[:4]), head=json_ld(**{"@type": "NewsArticle", "isAccessibleForFree": False}))
    assert extract_page(page(teaser), ExtractionConfig()).mark == "paywall"
    found = extract_page(page(teaser, entry=entry(content=body())), ExtractionConfig())
    assert (found.text.count("\n"), found.mark, found.from_feed) == (len(PARAGRAPHS) - 1, "", "paywall")
    longer_markup = f"<p class='{'x' * 5000}'>Short.</p>"
    assert extract_page(page(teaser, entry=entry(content=longer_markup)), ExtractionConfig()).mark == "paywall"


def test_a_page_asked_for_as_such_is_read_as_such() -> None:
    assert extract_page(page(text_from=TextFrom.PAGE), ExtractionConfig()).text.startswith(PARAGRAPHS[0])


PIECES = """
    <p> </p> <div> <table> <td colspan=99999> <script> </script> <a href='//x'> &amp; &#0; <!-- --> <![CDATA[ <html> <b text
"""


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300), st.lists(st.sampled_from(PIECES.split()), max_size=60).map(" ".join).map(str.encode)
    )
)
def test_any_bytes_are_read_or_say_why_not(body: bytes) -> None:
    try:
        found = extract(b"<html><body>" + body, URL)
    except UnreadablePage:
        return
    assert isinstance(found, ExtractedPage)
