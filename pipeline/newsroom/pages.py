"""An article's page: the outlet's template filled with text, dates in its manner, and the furniture around it."""

import json
import string
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from html import escape

from pipeline.bundled import bundled
from pipeline.newsroom.edition import Edition
from pipeline.newsroom.landscape import ArticleSpec, Block, Landscape, Outlet

_SIDEBAR = 5
"""Headlines beside an article."""
_TRAP_CELLS = 400
_TRAP_MARKS = 45_000
"""Inline elements in one paragraph; below the cap on elements, but trafilatura's work grows with their square: 20,000
take 34 s."""


def iso(outlet: Outlet, moment: float) -> str:
    """A date as the outlet's pages give it: RFC 3339 with the outlet's offset."""
    return datetime.fromtimestamp(moment, timezone(timedelta(hours=outlet.utc_offset))).isoformat(timespec="seconds")


def render_page(edition: Edition, article: ArticleSpec, now: float) -> bytes:
    """The page's bytes in the outlet's charset."""
    landscape = edition.landscape
    outlet = landscape.outlets[article.outlet]
    headline = edition.headline(article, now)
    published = edition.published(article)
    modified = edition.modified(article, now)
    others = [other for other in edition.listed(outlet, (), now) if other.id != article.id][:_SIDEBAR]
    body = edition.body(article, now)
    url = landscape.url(article)
    canonical = article.canonical or url
    fields = {
        "lang": outlet.lang,
        "charset": outlet.charset,
        "headline": escape(headline),
        "summary": escape(edition.summary(article, now)),
        "url": escape(url),
        "canonical": escape(canonical),
        "site": outlet.site,
        "outlet": escape(outlet.name),
        "byline": escape(", ".join(article.authors)),
        "published": iso(outlet, published),
        "modified": iso(outlet, modified),
        "day": datetime.fromtimestamp(published, UTC).strftime("%d.%m.%Y"),
        "section": escape(article.sections[0] if article.sections else outlet.nav[0]),
        "nav": _list(f'<a href="/{number}">{escape(name)}</a>' for number, name in enumerate(outlet.nav)),
        "headlines": _headlines(landscape, others, edition, now),
        "promos": "".join(f"<p>{escape(promo)}</p>" for promo in outlet.promos),
        "newsletter": escape(outlet.newsletter),
        "cookies": escape(outlet.cookies),
        "body": _body(body),
        "body_first": _body(body[:2]),
        "body_rest": _body(body[2:]),
        "trap": _trap() if article.trap and not edition.repaired else "",
        "json_ld": _json_ld(outlet, article, headline, canonical, published, modified),
    }
    return _template(outlet.template).substitute(fields).encode(outlet.charset, "xmlcharrefreplace")


def render_home(edition: Edition, outlet: Outlet, now: float) -> bytes:
    """The outlet's front page: its newest headlines, and links to its feeds."""
    links = "".join(
        f'<link rel="alternate" type="application/{_media(feed.format)}" href="{feed.path}">' for feed in outlet.feeds
    )
    news = _headlines(edition.landscape, edition.listed(outlet, (), now)[:20], edition, now)
    name = escape(outlet.name)
    page = (
        f'<!DOCTYPE html><html lang="{outlet.lang}"><head><meta charset="utf-8"><title>{name}</title>{links}</head>'
        f"<body><h1>{name}</h1>{news}</body></html>"
    )
    return page.encode()


def render_not_a_feed(outlet: Outlet, target: str) -> bytes:
    """What an outlet answers at an old feed address: a page that names the new one only for programs."""
    name = escape(outlet.name)
    return (
        f'<!DOCTYPE html><html lang="{outlet.lang}"><head><meta charset="utf-8"><title>{name}</title>'
        f'<link rel="alternate" type="application/rss+xml" title="{name}" href="{escape(target)}"></head>'
        f"<body><h1>{name}</h1><p>Our feeds have a new home. Please visit the front page for all the news.</p>"
        "</body></html>"
    ).encode()


def _media(feed_format: str) -> str:
    return {"atom": "atom+xml", "rdf": "rdf+xml"}.get(feed_format, "rss+xml")


@cache
def _template(name: str) -> string.Template:
    path = bundled("fixtures") / "newsroom" / "templates" / f"{name}.html"
    return string.Template(path.read_text(encoding="utf-8"))


def _list(items: object) -> str:
    return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"  # type: ignore[attr-defined]


def _headlines(landscape: Landscape, articles: list[ArticleSpec], edition: Edition, now: float) -> str:
    return _list(
        f'<a href="{escape(landscape.url(other))}">{escape(edition.headline(other, now))}</a>' for other in articles
    )


def _body(body: tuple[Block, ...]) -> str:
    return "\n".join(f"<{block.kind}>{_words(block)}</{block.kind}>" for block in body)


def _words(block: Block) -> str:
    return "".join(
        f'<a href="{escape(link)}">{escape(words, quote=False)}</a>' if link else escape(words, quote=False)
        for words, link in block.parts
    )


def _json_ld(
    outlet: Outlet, article: ArticleSpec, headline: str, canonical: str, published: float, modified: float
) -> str:
    """schema.org's NewsArticle as publishers write it."""
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": headline,
        "mainEntityOfPage": {"@type": "WebPage", "@id": canonical},
        "datePublished": iso(outlet, published),
        "dateModified": iso(outlet, modified),
        "author": [{"@type": "Person", "name": name} for name in article.authors],
        "publisher": {"@type": "NewsMediaOrganization", "name": outlet.name, "url": outlet.site + "/"},
        "inLanguage": outlet.lang,
    }
    return json.dumps(data, ensure_ascii=False).replace("</", "<\\/")


@cache
def _trap() -> str:
    """Markup that keeps an extractor busy for minutes: huge spans, then one paragraph of all too many inline elements."""
    cells = '<td colspan="1000" rowspan="1000">12</td>' * _TRAP_CELLS
    marks = "<b>12</b> hens " * _TRAP_MARKS
    return f"<table><tr>{cells}</tr></table><p>{marks}</p>"
