"""An article from what the feed and the page say of it."""

import lxml.html
from lxml.etree import ParserError

from transforms.articles.authors import split_authors
from transforms.articles.dates import EARLIEST, plausible
from transforms.articles.pages import ExtractedPage
from transforms.articles.saved import text_hash
from transforms.articles.urls import article_id, normalise_url, registrable_domain
from transforms.model import Article, Entry, Page, TextFrom

DAY = 86400.0


def read_article(page: Page, extracted: ExtractedPage, now: float) -> Article:
    """Merge the page's account of itself with the feed's.

    The page's own publication time comes first where it has time and zone, then the entry's, then what else the page
    gives; the headline is the page's, the entry's where the page has none or the text is the feed's; the outlet's name
    is the person's or the feed's, else the page's. The canonical link is only told: identity is settled when the
    article is decided. A page that is tried again, after its feed's summary had to serve, is the article that it was.

    Args:
        page: as fetched, with its inbox row.
        extracted: what was read in it.
        now: the moment of hand-over.
    """
    entry = page.row.entry
    url = normalise_url(page.url or entry.link)
    title = extracted.title or plain_title(entry.title)
    text_from = page.text_from
    if extracted.from_feed and text_from is TextFrom.PAGE:
        text_from = TextFrom.FEED_CONTENT if entry.content else TextFrom.FEED_SUMMARY
    published = plausible(_published(entry, extracted), now)
    modified = extracted.modified if extracted.modified is not None else entry.updated
    return Article(
        id=page.row.article or article_id(url),
        url=url,
        title=title,
        text=extracted.text,
        published=published,
        outlet=entry.outlet or extracted.outlet or registrable_domain(url),
        domain=registrable_domain(url),
        authors=extracted.authors or split_authors(entry.authors),
        lang=extracted.lang,
        modified=modified if modified is not None and published < modified <= now else None,
        canonical_url=normalise_url(extracted.canonical_url) if extracted.canonical_url else "",
        links=extracted.links,
        feed=entry.feed,
        source=entry.source,
        source_url=entry.source_url,
        seen=now,
        text_from=text_from,
        unread=page.unread or extracted.from_feed or extracted.mark,
        row=page.row.row,
        again=page.again if text_from is TextFrom.FEED_SUMMARY else 0.0,
        backfilled=page.row.backfilled,
        text_hash=text_hash(title, extracted.text),
    )


def _published(entry: Entry, extracted: ExtractedPage) -> float | None:
    """The likeliest publication time; dates before the web are errors."""
    page = extracted.published if extracted.published is not None and extracted.published >= EARLIEST else None
    feed = entry.published if entry.published is not None else entry.updated
    if feed is not None and feed < EARLIEST:
        feed = None
    if page is None or extracted.published_precise:
        return feed if page is None else page
    # the page's date lacks its time or zone: the entry's says the same more exactly, unless the feed lists an old page
    return feed if feed is not None and abs(feed - page) <= 2 * DAY else page


def plain_title(title: str) -> str:
    """A feed's title without the markup that some feeds put into it, on one line."""
    if "<" in title or "&" in title:
        try:
            title = lxml.html.fromstring(f"<p>{title}</p>").text_content()
        except (ParserError, ValueError):
            return ""
    return " ".join(title.split())
