"""What a page says of itself: title, dates, authors, outlet, canonical link, language.

Most deliberate source first: JSON-LD, then Open Graph and other meta elements, then microdata and the visible markup,
htmldate (https://htmldate.readthedocs.io) last and only where asked for.
"""

import html
import re
from collections.abc import Iterable, Iterator
from itertools import chain

import htmldate
from lxml import etree
from lxml.html import HtmlElement

from transforms.articles.authors import split_authors, visible_bylines
from transforms.articles.dates import Moment, parse_moment
from transforms.articles.jsonld import article_node, names_of, read_json_ld, text_of
from transforms.articles.language import language_code
from transforms.articles.urls import is_root, url_key, web_url
from transforms.model import Record

MAX_TITLE = 500

_TITLE_METAS = (
    "dc.title",
    "dc:title",
    "dcterm:title",
    "dcterms.title",
    "og:title",
    "parsely-title",
    "twitter:title",
    "sailthru.title",
    "title",
)
_PUBLISHED_METAS = (
    "article:published_time", "og:published_time", "og:article:published_time", "parsely-pub-date", "sailthru.date",
    "cxenseparse:recs:publishtime", "datepublished", "dc.date.issued", "dcterms.created", "dc.date.created", "dc.date",
    "dc.terms.issued", "date", "pubdate", "publishdate", "publish-date", "publish_date", "publication_date",
    "article.published", "published_time", "ptime", "displaydate", "datecreated", "last-publish", "weibo: article:create_at",
)  # fmt: skip
_MODIFIED_METAS = (
    "article:modified_time",
    "og:updated_time",
    "og:modified_time",
    "datemodified",
    "dcterms.modified",
    "lastmod",
)
_AUTHOR_METAS = (
    "dc.creator", "dc:creator", "dcterms.creator", "dcterm:creator", "creator", "author", "byl", "article:author_name",
    "parsely-author", "sailthru.author", "article:author", "og:article:author", "twitter:data1",
)  # fmt: skip
_OUTLET_METAS = (
    "og:site_name",
    "application-name",
    "dc.publisher",
    "article:publisher_name",
    "publisher",
    "apple-mobile-web-app-title",
)
_LABEL_BEFORE = {"twitter:data1": ("twitter:label1", re.compile(r"written by|by|author", re.IGNORECASE))}

_DATE_ITEMS = frozenset({"datePublished", "datePublished dateModified", "dateCreated"})
_SEPARATORS = re.compile(r"\s+(?:[|–—·•«»:]|::|-|\\)\s+")
_URL_DATE = re.compile(r"/((?:19|20)\d\d)[/-](0?[1-9]|1[0-2])[/-](0?[1-9]|[12]\d|3[01])(?=[/_-]|\.|$)")
_EMPTY_TITLES = frozenset({"untitled", "home", "homepage", "document", "index"})


class PageMetadata(Record, frozen=True):
    """A page's own account of itself; fields as in ExtractedPage."""

    title: str = ""
    published: Moment | None = None
    modified: Moment | None = None
    authors: tuple[str, ...] = ()
    outlet: str = ""
    canonical_url: str = ""
    base: str = ""
    """What relative links are relative to."""
    lang: str = ""
    free: bool = True
    """False: the page says that it is not accessible for free."""


class _Head:
    """A page's meta elements by name, lower case, and what else the readers below look at more than once."""

    def __init__(self, tree: HtmlElement, url: str) -> None:
        self.tree = tree
        self.url = url
        self.metas: dict[str, list[str]] = {}
        for element in tree.iter("meta"):
            content = (element.get("content") or "").strip()
            if not content:
                continue
            for attribute in ("property", "name", "itemprop", "http-equiv"):
                for name in (element.get(attribute) or "").lower().split():
                    self.metas.setdefault(name, []).append(content)
        self.items: list[tuple[str, HtmlElement]] = []
        """Elements of microdata with their itemprop. (A loop over all elements takes a third of an XPath's time.)"""
        for element in tree.iter(etree.Element):
            if prop := element.get("itemprop"):
                self.items.append((prop, element))
        self.base = url
        self.canonical = ""
        for element in tree.iter("base"):
            self.base = web_url(element.get("href") or "", url) or url
            break
        for element in tree.iter("link"):
            if "canonical" in (element.get("rel") or "").lower().split():
                self.canonical = web_url(element.get("href") or "", self.base)
                break
        self.canonical = self.canonical or web_url(self.first("og:url"), self.base)
        scripts = (
            element.text or "" for element in tree.iter("script") if "ld+json" in (element.get("type") or "").lower()
        )
        self.nodes = read_json_ld(scripts)
        keys = frozenset(url_key(address) for address in (url, self.canonical) if address)
        self.article = article_node(self.nodes, keys, url_key)

    def first(self, *names: str) -> str:
        return next(self.all(*names), "")

    def all(self, *names: str) -> Iterator[str]:
        for name in names:
            yield from (html.unescape(content) for content in self.metas.get(name, ()))


def read_metadata(tree: HtmlElement, url: str, *, search_dates: bool = True) -> PageMetadata:
    """The page's account of itself.

    Args:
        tree: the whole page.
        url: its final URL, "" where unknown.
        search_dates: look for a date in the visible text too where nothing else gives one (htmldate; slow).
    """
    head = _Head(tree, url)
    outlet = _outlet(head)
    published = _published(head)
    if published is None and search_dates:
        published = _searched_date(tree, url)
    return PageMetadata(
        title=_title(head, outlet),
        published=published,
        modified=_modified(head),
        authors=_authors(head),
        outlet=outlet,
        canonical_url="" if head.canonical and is_root(head.canonical) else head.canonical,
        base=head.base,
        lang=_lang(head),
        free=_free(head),
    )


def _lang(head: _Head) -> str:
    declared = [head.tree.get("lang") or head.tree.get("xml:lang") or "", text_of(head.article.get("inLanguage"))]
    return next(
        (
            code
            for code in map(language_code, [*declared, *head.all("og:locale", "content-language", "language")])
            if code
        ),
        "",
    )


def _free(head: _Head) -> bool:
    said = head.article.get("isAccessibleForFree", head.first("isaccessibleforfree") or True)
    return str(said).strip().lower() not in {"false", "0", "no"}


def _microdata(head: _Head, name: str) -> Iterator[str]:
    """What elements with this itemprop say: a value of an attribute, the name of a thing inside, or their words."""
    for element in [element for prop, element in head.items if prop == name][:3]:
        inner = next((one for one in element.iterdescendants() if one.get("itemprop") == "name"), element)
        value = element.get("datetime") or inner.get("content") or inner.text_content()[: 2 * MAX_TITLE]
        yield " ".join(value.split())


# --- title ------------------------------------------------------------------------------------------------------------


def _title(head: _Head, outlet: str) -> str:
    element = next(iter(head.tree.iter("title")), None)
    whole = " ".join(("" if element is None else element.text_content()).split())
    headline, name = text_of(head.article.get("headline")), text_of(head.article.get("name"))
    if name and name in whole and headline not in whole:  # some say what the page is about in their headline
        headline = name
    for candidate in chain([headline], head.all(*_TITLE_METAS), _microdata(head, "headline")):
        title = _bare_title(candidate, outlet)
        if title:
            return title
    heading = [" ".join(element.itertext()) for element in head.tree.iter("h1")]
    for candidate in heading:  # a heading that the title repeats is the article's, with the site's name left out
        bare = " ".join(candidate.split())
        if len(bare) > 10 and bare.casefold() in whole.casefold():
            return bare[:MAX_TITLE]
    return _bare_title(whole, outlet) or (_bare_title(heading[0], outlet) if len(heading) == 1 else "")


def _bare_title(title: str, outlet: str) -> str:
    """One line without the outlet's name at either end."""
    title = " ".join(html.unescape(title).split())
    if title.casefold() in _EMPTY_TITLES:
        return ""
    parts = _SEPARATORS.split(title)
    if len(parts) > 1 and outlet:
        if _same_name(parts[-1], outlet):
            title = title[: title.rindex(parts[-1])]
        elif _same_name(parts[0], outlet):
            title = title[len(parts[0]) :]
        title = title.strip(" |–—·•«»:-\\")
    return title[:MAX_TITLE]


def _same_name(part: str, name: str) -> bool:
    return _core_name(part) == _core_name(name) != ""


def _core_name(name: str) -> str:
    """As one: "The Herald", "herald.com" and "HERALD"."""
    return re.sub(r"\W", "", re.sub(r"^the |\.\w{2,3}$", "", name.strip().casefold()))


# --- outlet -----------------------------------------------------------------------------------------------------------


def _outlet(head: _Head) -> str:
    publisher = head.article.get("publisher")
    names = names_of(publisher, head.nodes) if publisher else []
    declared = [*head.all("og:site_name"), *names, *head.all(*_OUTLET_METAS)]
    for name in declared or _microdata(head, "publisher"):
        bare = " ".join(name.split())
        if bare and len(bare) <= 100 and not bare.startswith(("http", "@")):
            return bare
    return ""


# --- dates ------------------------------------------------------------------------------------------------------------


def _published(head: _Head) -> Moment | None:
    deliberate = [text_of(head.article.get("datePublished")), text_of(head.article.get("dateCreated"))]
    found = _first_moment([*deliberate, *head.all(*_PUBLISHED_METAS)])
    return found or _first_moment(_marked_dates(head)) or _date_in(head.url or head.canonical)


def _modified(head: _Head) -> Moment | None:
    declared = [text_of(head.article.get("dateModified")), *head.all(*_MODIFIED_METAS)]
    return _first_moment(declared) or _first_moment(_microdata(head, "dateModified"))


def _first_moment(candidates: Iterable[str]) -> Moment | None:
    """The first that is a date; one with time and zone on the same day is better."""
    first: Moment | None = None
    for candidate in candidates:
        moment = parse_moment(candidate)
        if moment is None or moment.seconds < 0:
            continue
        if moment.precise and (first is None or abs(moment.seconds - first.seconds) < 86400):
            return moment
        first = first or moment
    return first


def _marked_dates(head: _Head) -> Iterator[str]:
    times = list(head.tree.iter("time"))
    marked = [element for prop, element in head.items if prop in _DATE_ITEMS]
    marked += [element for element in times if element.get("pubdate") is not None]
    for element in marked:
        yield element.get("datetime") or element.get("content") or element.get("title") or element.text_content()[:100]
    yield from [element.get("datetime") for element in times if element.get("datetime")][:1]


def _date_in(url: str) -> Moment | None:
    match = _URL_DATE.search(url)
    return parse_moment(f"{match[1]}-{match[2]:0>2}-{match[3]:0>2}") if match else None


def _searched_date(tree: HtmlElement, url: str) -> Moment | None:
    try:
        found = htmldate.find_date(tree, url=url or None, original_date=True, extensive_search=False)
    except (ValueError, TypeError, AttributeError, RecursionError):  # htmldate's own failures on odd trees
        return None
    return parse_moment(found) if found else None


# --- authors ----------------------------------------------------------------------------------------------------------


def _authors(head: _Head) -> tuple[str, ...]:
    named = names_of(head.article.get("author") or head.article.get("creator"), head.nodes)
    metas = (list(head.all(name)) for name in _AUTHOR_METAS if _labelled(head, name))
    for candidates in chain([named], metas, visible_bylines(head.tree)):
        authors = split_authors(candidates)
        if authors:
            return authors
    return ()


def _labelled(head: _Head, name: str) -> bool:
    """twitter:data1 is an author only where its label says so."""
    label, words = _LABEL_BEFORE.get(name, ("", None))
    return words is None or words.match(head.first(label)) is not None
