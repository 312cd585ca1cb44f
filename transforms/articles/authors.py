"""Who wrote it: names of people, or an agency, from bylines as pages write them."""

import html
import re
from collections.abc import Iterable, Iterator

from lxml import etree
from lxml.html import HtmlElement

MAX_AUTHORS = 10

_BYLINE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:byline|author)(?:$|[\s]|[_-]{1,2}(?:name|author|text|link|info))|post-author|ArticleAuthor|Byline|AuthorName"
)
_INNER_NAMES = etree.XPath("descendant::*[@itemprop='name'] | descendant::a[@rel='author']")
_BY = re.compile(
    r"^\s*(?:(?:written |posted |published |story |words |text )?by|par|von|por|da|di|door|autor(?:in)?|автор|текст|author)\b[\s:]*",
    re.IGNORECASE,
)
_AND = re.compile(r"\s*(?:[,;|•·/]|\s(?:and|und|et|y|e|i|та|і|и|och|og|en|with|&)\s)\s*", re.IGNORECASE)
_NOT_A_NAME = re.compile(
    r"https?:|www\.|@|\d{3,}|^\W*$|^(?:admin|administrator|editor|staff|none|null|undefined|follow|share|contact|updated?|published|read more)\b"
    r"|\d{1,2}:\d\d|^\d+ \w+ \d{4}|\b(?:minutes?|hours?|days?) ago\b",
    re.IGNORECASE,
)
_DEGREES = re.compile(r",\s+(?:m\.?d|ph\.?d|mba|jr|sr)\b\.?", re.IGNORECASE)
_DATE_BEHIND = re.compile(
    r"\s*(?:\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+)?\d.*$", re.IGNORECASE
)


def visible_bylines(tree: HtmlElement) -> Iterator[list[str]]:
    """Bylines in the page's markup: those marked as authors first, then what is classed as a byline."""
    marked: list[HtmlElement] = []
    bylines: list[HtmlElement] = []
    for element in tree.iter(etree.Element):  # an XPath takes three times as long
        classed, item = element.get("class") or "", element.get("itemprop") or ""
        like = "uthor" in classed or "yline" in classed
        if element.get("rel") == "author" or item.startswith("author") or (like and item):
            marked.append(element)
        elif like and _BYLINE_CLASS.search(classed):
            bylines.append(element)
    for element in marked[:4]:
        beside = [one for one in marked[:MAX_AUTHORS] if _stand_together(element, one)]
        together = [words for one in beside for words in _byline(one)]
        if together:
            yield [name for names in together for name in names]
    for element in bylines[:4]:
        yield from _byline(element)


def _stand_together(one: HtmlElement, other: HtmlElement) -> bool:
    """Children of one element or of one list: authors of the same article, not of another that is teased."""
    first, second = one.getparent(), other.getparent()
    if first is second:
        return True
    listed = first is not None and second is not None and first.tag == second.tag == "li"
    return listed and first.getparent() is second.getparent()


def _byline(element: HtmlElement) -> Iterator[list[str]]:
    words = [" ".join(one.text_content().split()) for one in _INNER_NAMES(element) or [element]]
    fitting = [text for text in words if 2 < len(text) < 100]
    if fitting:
        yield fitting


def split_authors(bylines: Iterable[str]) -> tuple[str, ...]:
    """Names of people (or an agency) from bylines such as "By Ann Lee and Bo Roe", in order, each once."""
    names: dict[str, str] = {}
    for byline in bylines:
        text = " ".join(html.unescape(byline).split())[:300]
        if text.startswith(("http:", "https:", "//", "/")):
            continue
        text = _DATE_BEHIND.sub("", _BY.sub("", _DEGREES.sub("", text)))
        for part in _AND.split(text):
            name = _BY.sub("", part).strip(" .,:;()-–—|")
            if 2 < len(name) <= 80 and not _NOT_A_NAME.search(name) and len(name.split()) <= 6:
                names.setdefault(name.casefold(), name)
    return tuple(names.values())[:MAX_AUTHORS]
