"""Google News sitemaps: the pages that a site has published in the last two days, as a feed."""

import re
from functools import lru_cache
from typing import Any

from feedparser.datetimes import _parse_date  # W3C dates, complete or not
from lxml import etree

from transforms.feeds.formats.raw import RawEntry, RawFeed, seconds

_ROOT = re.compile(rb"<(?!\?|!)(?:[\w.-]+:)?(\w+)")
_OFFERED = 10
_LONGEST = 2000


def is_sitemap(body: bytes) -> bool:
    """Is the document's first element a sitemap's or a sitemap index's?"""
    root = _ROOT.search(body[:8192])
    return root is not None and root[1] in {b"urlset", b"sitemapindex"}


def read_sitemap(body: bytes, most: int) -> RawFeed | tuple[str, ...] | None:
    """Read a sitemap's news entries, in the document's order; broken ones as far as they go.

    The publication's name becomes the feed's title; what has no news:news is a page like any other and left out.

    Args:
        body: in UTF-8.
        most: entries to read, and one more to tell that there are more.

    Returns:
        The feed; the sitemaps that an index lists; None: a sitemap without news, or with a DOCTYPE.
    """
    if b"<!DOCTYPE" in body:
        return None
    parser = etree.XMLParser(encoding="utf-8", recover=True, remove_comments=True, remove_pis=True, no_network=True)
    root = etree.fromstring(body, parser)
    if root is None:
        return None
    if _local(root) == "sitemapindex":
        return tuple(link for part in root[:_OFFERED] if (link := _below(part).get("loc", "")))
    feed = RawFeed(atom=True)
    for element in root:
        news = next((part for part in element if _local(part) == "news"), None)
        if news is None:
            continue
        if len(feed.entries) > most:
            break
        page, told = _below(element), _below(news)
        publication = next((_below(part) for part in news if _local(part) == "publication"), {})
        feed.title = feed.title or publication.get("name", "")
        feed.language = feed.language or publication.get("language", "")
        feed.entries.append(
            RawEntry(
                id=page.get("loc", ""),
                link=page.get("loc", ""),
                title=told.get("title", ""),
                literal=True,
                published=_moment(told.get("publication_date", "")),
                updated=_moment(page.get("lastmod", "")),
            )
        )
    return feed if feed.entries else None


def _below(element: Any) -> dict[str, str]:
    """Texts of the elements right inside, by name without prefix; the first of each."""
    found: dict[str, str] = {}
    for part in element:
        found.setdefault(_local(part), (part.text or "").strip()[:_LONGEST])
    return found


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


@lru_cache(maxsize=1024)
def _moment(text: str) -> float | None:
    return seconds(_parse_date(text))
