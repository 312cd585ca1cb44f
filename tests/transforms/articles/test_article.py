"""The feed's and the page's account of an article, merged."""

import pytest

from tests.transforms.articles.press import NOW, URL, entry, json_ld, page, page_html, summary_page
from transforms.articles.article import plain_title, read_article
from transforms.articles.extract import extract_page
from transforms.articles.pages import ExtractedPage
from transforms.articles.saved import text_hash
from transforms.articles.urls import article_id, normalise_url
from transforms.config import ExtractionConfig
from transforms.model import Article, Page, TextFrom

HOUR = 3600.0
READ = ExtractedPage(text="It voted.", title="Council votes", lang="en")


def read(given: Page) -> Article:
    return read_article(given, extract_page(given, ExtractionConfig()), NOW)


def merged(extracted: ExtractedPage = READ, **fields: object) -> Article:
    return read_article(page(**fields), extracted, NOW)


def with_(**fields: object) -> ExtractedPage:
    return ExtractedPage(**{"text": "It voted.", "title": "Council votes", **fields})


def test_an_article_carries_what_is_known() -> None:
    given = page(
        page_html(
            head=json_ld(**{"@type": "NewsArticle", "author": "Ann Lee"})
            + "<link rel=canonical href='/vote?utm_source=a'>"
        ),
        url=f"{URL}/?utm_source=rss",
        entry=entry(outlet="Herald", source="Wire", source_url="https://wire.test/feed", published=NOW - HOUR),
        backfilled=True,
    )
    found = read(given)
    assert (found.url, found.id) == (f"{URL}/", article_id(normalise_url(URL)))
    assert (found.outlet, found.domain, found.authors) == ("Herald", "herald.test", ("Ann Lee",))
    assert (found.source, found.source_url, found.feed) == (
        "Wire",
        "https://wire.test/feed",
        "https://www.herald.test/feed",
    )
    assert (found.published, found.seen, found.row, found.backfilled) == (NOW - HOUR, NOW, 7, True)
    assert found.canonical_url == "https://www.herald.test/vote"
    assert found.text_hash == text_hash(found.title, found.text)


@pytest.mark.parametrize(
    ("extracted", "feed", "expected"),
    [
        (with_(published=NOW - 5 * HOUR, published_precise=True), {"published": NOW - HOUR}, NOW - 5 * HOUR),
        (with_(published=NOW - 5 * HOUR), {"published": NOW - HOUR}, NOW - HOUR),
        (with_(published=NOW - 900 * HOUR), {"published": NOW - HOUR}, NOW - 900 * HOUR),
        (with_(published=NOW - 5 * HOUR), {}, NOW - 5 * HOUR),
        (with_(), {"published": NOW - HOUR}, NOW - HOUR),
        (with_(), {"updated": NOW - HOUR}, NOW - HOUR),
        (with_(), {}, NOW),
        (with_(published=NOW + 90 * HOUR, published_precise=True), {}, NOW),
        (with_(published=0.0, published_precise=True), {"published": NOW - HOUR}, NOW - HOUR),
        (with_(), {"published": 0.0}, NOW),
    ],
)
def test_the_likeliest_publication_time_is_taken(
    extracted: ExtractedPage, feed: dict[str, float], expected: float
) -> None:
    assert merged(extracted, entry=entry(**feed)).published == expected


@pytest.mark.parametrize(
    ("extracted", "feed", "expected"),
    [
        (with_(published=NOW - 5 * HOUR, published_precise=True, modified=NOW - HOUR), {}, NOW - HOUR),
        (with_(published=NOW - 5 * HOUR, published_precise=True, modified=NOW + HOUR), {}, None),
        (with_(published=NOW - 5 * HOUR, published_precise=True, modified=NOW - 9 * HOUR), {}, None),
        (with_(), {"published": NOW - 5 * HOUR, "updated": NOW - HOUR}, NOW - HOUR),
    ],
)
def test_a_change_is_after_publication(
    extracted: ExtractedPage, feed: dict[str, float], expected: float | None
) -> None:
    assert merged(extracted, entry=entry(**feed)).modified == expected


def test_the_persons_name_for_an_outlet_goes_first() -> None:
    assert merged(with_(outlet="The Herald"), entry=entry(outlet="Herald")).outlet == "Herald"
    assert merged(with_(outlet="The Herald")).outlet == "The Herald"
    assert merged(with_()).outlet == "herald.test"


def test_what_the_page_lacks_the_entry_gives() -> None:
    found = merged(with_(title=""), entry=entry(title="<b>Vote</b> &amp; more", authors=("by Ann Lee",)))
    assert (found.title, found.authors) == ("Vote & more", ("Ann Lee",))


def test_a_feeds_own_text_is_marked() -> None:
    found = read(summary_page("<p>It voted.</p>"))
    assert (found.title, found.text, found.text_from, found.unread) == (
        "Harbour vote",
        "It voted.",
        TextFrom.FEED_SUMMARY,
        "403",
    )


@pytest.mark.parametrize(
    ("feed", "text_from"),
    [({"summary": "It voted."}, TextFrom.FEED_SUMMARY), ({"content": "It voted."}, TextFrom.FEED_CONTENT)],
)
def test_a_wall_is_told_and_the_feeds_text_named(feed: dict[str, str], text_from: TextFrom) -> None:
    found = read(page(page_html("<p>Already a subscriber?"), entry=entry(**feed)))
    assert (found.text, found.text_from, found.unread) == ("It voted.", text_from, "paywall")


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("Vote", "Vote"),
        ("A &amp; B", "A & B"),
        ("<i>Vote</i>\n now", "Vote now"),
        ("<!-- -->", ""),
        ("3 < 4", "3 < 4"),
        ("", ""),
    ],
)
def test_titles_of_feeds_are_plain(title: str, plain: str) -> None:
    assert plain_title(title) == plain
