"""A saved article, as a replay reads it, made into the record that a page read from the web becomes."""

import hashlib
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from transforms.articles.language import UNKNOWN, detect_language, language_code
from transforms.articles.urls import article_id, normalise_url, registrable_domain, web_url
from transforms.model import Article, Link

MOST_LINKS = 200


def text_hash(title: str, text: str) -> str:
    """32 hex digits of the SHA-256 of title and text: tells an edit from a repeat."""
    return hashlib.sha256(f"{title}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def saved_article(  # noqa: D417 - the rest are Article's own fields
    url: str, title: str, text: str, *, lang: str = "", html: str = "", links: tuple[Link, ...] = (), **fields: Any
) -> Article:
    """The article of a saved text.

    Args:
        url: as saved; normalised here.
        title: the headline, may be empty.
        text: paragraphs separated by newlines.
        lang: ISO 639-1, as a page may declare it ("en-GB"), or "und"; empty or not known: told from the text.
        html: the page, where it was saved: its links are read.
        links: the text's links; empty: those of the page.
    """
    normalised = normalise_url(url)
    domain = registrable_domain(normalised)
    told = UNKNOWN if lang == UNKNOWN else language_code(lang)
    return Article(
        id=article_id(normalised),
        url=normalised,
        title=title,
        text=text,
        domain=domain,
        lang=told or detect_language(f"{title}\n{text}"),
        links=links or (page_links(html, normalised) if html else ()),
        text_hash=text_hash(title, text),
        **fields,
    )


def page_links(html: str, base: str) -> tuple[Link, ...]:
    """The links of a page's paragraphs, with where they stand."""
    anchors = LexborHTMLParser(html).css("p a[href]")[:MOST_LINKS]
    found = []
    for place, anchor in enumerate(anchors):
        link = web_url(anchor.attributes.get("href") or "", base)
        if link:
            found.append(
                Link(url=link, anchor=" ".join(anchor.text().split())[:200], position=round(place / len(anchors), 3))
            )
    return tuple(found)
