"""A page's bytes to its article's text and metadata; pure, and made to run in a worker that may be killed.

Text by trafilatura (https://trafilatura.readthedocs.io). Its fast mode, without comments, is right for most pages and
takes half the time; where it finds under RETRY_BELOW characters, its full cascade (readability, justext, recall) reads
the same tree again. On the 990 pages of the evaluation set: F .925, the full cascade alone .926, trafilatura's default
options .921, fast alone .920; 12 of 100 pages are read twice. bench/extraction_variants.py prints the figures.
"""

import logging
import re
from typing import Any

import trafilatura
from lxml import etree
from lxml.html import HtmlElement
from msgspec.structs import replace

from transforms.articles.dates import Moment
from transforms.articles.identity import fold_title
from transforms.articles.language import detect_language
from transforms.articles.links import TextLinks
from transforms.articles.markup import decode_html, parse_html
from transforms.articles.metadata import PageMetadata, read_metadata
from transforms.articles.pages import ExtractedPage, UnreadablePage
from transforms.articles.sniffing import sniffed
from transforms.articles.walls import STUB, judge_redirect, judge_wall
from transforms.config import ExtractionConfig
from transforms.model import Page, TextFrom

for _library in ("trafilatura", "htmldate", "readability", "charset_normalizer"):
    logging.getLogger(_library).setLevel(logging.CRITICAL)  # what they complain of is told by our own reasons

RETRY_BELOW = 1_000
"""Characters; chosen on the evaluation set: .923 at 500, .925 from 1,000 on."""

HTML_TYPES = frozenset(
    {"", "text/html", "application/xhtml+xml", "application/xml", "text/xml", "text/plain", "application/octet-stream"}
)
"""Content types that are tried; what is no HTML in them is found out by its bytes."""

_UNREAD_TAGS = ("script", "style", "template", "noscript", "iframe", "svg", "form", "object", "math", "button", "nav")
_VISIBLE = 20_000
_USELESS_TAGS = (
    "style",
    "svg",
    "link",
    "meta",
    "iframe",
    "template",
    "select",
    "canvas",
    "object",
    "embed",
    "map",
    "input",
)
"""Never an article's text: every copy that trafilatura makes of the tree is cheaper without them."""
_BLOCKS = "p div li ul ol br tr table h1 h2 h3 h4 h5 h6 blockquote section article header pre dd dt hr figcaption"
_BLOCK_TAGS = frozenset(_BLOCKS.split())


def extract(
    body: bytes,
    url: str,
    charset: str = "",
    content_type: str = "",
    config: ExtractionConfig | None = None,
    *,
    search_dates: bool = True,
) -> ExtractedPage:
    """Read one page.

    Args:
        body: as received, decompressed.
        url: its final URL, "" where unknown.
        charset: from the Content-Type header, "" where not given.
        content_type: from the same header, without parameters.
        config: caps.
        search_dates: look for a date in the visible text too (slow); False where the entry has one.

    Raises:
        UnreadablePage: with a reason code.
    """
    config = config or ExtractionConfig()
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in HTML_TYPES:
        raise UnreadablePage("not-html", f"it is {kind!r}, not HTML")
    if not body.strip():
        raise UnreadablePage("unreadable", "its body is empty")
    if found := sniffed(body):
        raise UnreadablePage("not-html", f"it is called {kind or 'nothing'!r} and is {found}")
    tree = parse_html(decode_html(body, charset), config)
    about = read_metadata(tree, url, search_dates=search_dates)
    lighten(tree)
    text = main_text(tree)
    mark = judge_wall(about.title, text, _visible(tree) if len(text) <= STUB else "", free=about.free)
    return _page(tree, about, text[: config.max_text], url, mark)


def lighten(tree: HtmlElement) -> None:
    """Take out of the tree what is never an article's text."""
    etree.strip_elements(tree, *_USELESS_TAGS, with_tail=False)
    for script in list(tree.iter("script")):
        if "json" not in (script.get("type") or "") and script.getparent() is not None:
            script.drop_tree()


def main_text(tree: HtmlElement, retry_below: int = RETRY_BELOW, **again: Any) -> str:
    """The article's paragraphs, one a line; "" where none is found.

    Args:
        tree: the whole page; it stays as it is.
        retry_below: characters that the fast mode has to find.
        again: trafilatura's options for the second reading.
    """
    text = _trafilatura(tree, fast=True)
    if len(text) < retry_below:
        text = _trafilatura(tree, **again) or text
    return text


def _trafilatura(tree: HtmlElement, **options: Any) -> str:
    found = trafilatura.extract(tree, include_comments=False, **options)
    return (found or "").strip()


def _page(tree: HtmlElement, about: PageMetadata, text: str, url: str, mark: str) -> ExtractedPage:
    links = TextLinks(tree, text, about.base or url)
    text = "\n".join([_without_headline(text, about.title), *links.credit_lines()])
    published = about.published or Moment(0.0, precise=False)
    return ExtractedPage(
        text=text,
        title=about.title,
        published=about.published.seconds if about.published else None,
        published_precise=published.precise,
        modified=about.modified.seconds if about.modified else None,
        authors=about.authors,
        outlet=about.outlet,
        canonical_url=about.canonical_url,
        lang=detect_language(f"{about.title}\n{text}", about.lang),
        links=links.found(),
        mark=mark,
    )


def _without_headline(text: str, title: str) -> str:
    """The title is a field of its own; it counts once."""
    first, _, rest = text.partition("\n")
    return rest if rest and fold_title(first) == fold_title(title) else text


def _visible(tree: HtmlElement) -> str:
    body = tree.find("body")
    words: list[str] = []
    size = 0
    for element in (tree if body is None else body).iter():
        if element.tag in _UNREAD_TAGS:
            continue
        for part in (element.text, element.tail):
            if part and not part.isspace():
                words.append(part)
                size += len(part)
        if size > _VISIBLE:
            break
    return " ".join(" ".join(words).split())


def extract_fragment(markup: str, url: str, title: str, config: ExtractionConfig | None = None) -> ExtractedPage:
    """Read a feed's own text, a piece of HTML: all of its words are the article's, and it has no metadata.

    Raises:
        UnreadablePage: too-large, or unreadable where it has no words.
    """
    tree = parse_html(f"<html><body><div>{markup}</div></body></html>", config or ExtractionConfig())
    etree.strip_elements(tree, *_UNREAD_TAGS, with_tail=False)
    text = _plain(tree)[: (config or ExtractionConfig()).max_text]
    if not text:
        raise UnreadablePage("unreadable", "neither the page nor the feed's entry has any text")
    links = TextLinks(tree, text, url).found()
    return ExtractedPage(text=text, title=title, lang=detect_language(f"{title}\n{text}"), links=links)


def _plain(tree: HtmlElement) -> str:
    parts: list[str] = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        block = element.tag in _BLOCK_TAGS
        if event == "start":
            parts.append(("\n" if block else "") + re.sub(r"\s+", " ", element.text or ""))
        else:
            parts.append(("\n" if block else "") + re.sub(r"\s+", " ", element.tail or ""))
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def extract_page(page: Page, config: ExtractionConfig) -> ExtractedPage:
    """Read what was fetched; where the page is walled or empty, the feed's own text, marked with the reason.

    Raises:
        UnreadablePage: where neither can be read.
    """
    entry = page.row.entry
    if page.text_from is not TextFrom.PAGE:
        return extract_fragment(decode_html(page.body, page.charset or "utf-8"), page.url, entry.title, config)
    dated = entry.published is not None or entry.updated is not None
    try:
        judge_redirect(entry.link, page.url)
        read = extract(page.body, page.url, page.charset, page.content_type, config, search_dates=not dated)
    except UnreadablePage as unreadable:
        return _from_feed(page, unreadable, config)
    if read.mark and len(entry.content) > len(read.text):
        whole = extract_fragment(entry.content, page.url, entry.title, config)
        if len(whole.text) > len(read.text):
            return _with_text(read, whole)
    return read


def _from_feed(page: Page, unreadable: UnreadablePage, config: ExtractionConfig) -> ExtractedPage:
    entry = page.row.entry
    # a page that is too large may be hostile, and so may its feed
    if unreadable.reason == "too-large" or not (entry.content or entry.summary):
        raise unreadable
    try:
        fragment = extract_fragment(entry.content or entry.summary, page.url, entry.title, config)
    except UnreadablePage:
        raise unreadable from None
    return _with_reason(fragment, unreadable.reason)


def _with_reason(fragment: ExtractedPage, reason: str) -> ExtractedPage:
    return replace(fragment, from_feed=reason)


def _with_text(read: ExtractedPage, whole: ExtractedPage) -> ExtractedPage:
    return replace(read, text=whole.text, links=whole.links, lang=whole.lang, mark="", from_feed=read.mark)
