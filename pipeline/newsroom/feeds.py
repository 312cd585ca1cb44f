"""The newsroom's feeds, in RSS 2.0, Atom and RDF (RSS 1.0), and the list of them as OPML."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from pipeline.newsroom.edition import Edition
from pipeline.newsroom.landscape import ArticleSpec, FeedFormat, FeedSpec, Landscape, Outlet
from pipeline.newsroom.pages import iso

MEDIA_TYPES: dict[FeedFormat, str] = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "rdf": "application/rdf+xml",
}
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'


def render_feed(edition: Edition, outlet: Outlet, feed: FeedSpec, now: float) -> bytes:
    """The feed's bytes, UTF-8."""
    entries = edition.listed(outlet, feed.sections, now)
    return (_HEAD + _RENDER[feed.format](edition, outlet, feed, entries, now)).encode()


def feed_changed(edition: Edition, outlet: Outlet, feed: FeedSpec, now: float) -> float:
    """When the feed last changed: its newest article, or the latest edit."""
    entries = edition.listed(outlet, feed.sections, now)
    return max((edition.modified(article, now) for article in entries), default=edition.start)


def render_opml(landscape: Landscape) -> str:
    """The feeds that a person follows, as an OPML list."""
    lines = "".join(
        f"    <outline type='rss' text={quoteattr(outlet.name)} xmlUrl={quoteattr(outlet.site + feed.path)}"
        f" htmlUrl={quoteattr(outlet.site + '/')}/>\n"
        for outlet, feed in landscape.feeds()
    )
    return f'{_HEAD}<opml version="2.0">\n  <head><title>Newsroom</title></head>\n  <body>\n{lines}  </body>\n</opml>\n'


def _title(outlet: Outlet, feed: FeedSpec) -> str:
    return outlet.name if len(feed.sections) != 1 else f"{outlet.name}: {feed.sections[0]}"


def _link(landscape: Landscape, article: ArticleSpec) -> str:
    return landscape.url(article) + landscape.outlets[article.outlet].query


def _html(edition: Edition, article: ArticleSpec, now: float) -> str:
    return "".join(f"<{b.kind}>{escape(b.words)}</{b.kind}>" for b in edition.body(article, now))


def _rss(edition: Edition, outlet: Outlet, feed: FeedSpec, entries: list[ArticleSpec], now: float) -> str:
    items = []
    for article in entries:
        published = datetime.fromtimestamp(edition.published(article), UTC)
        creators = "".join(f"<dc:creator>{escape(name)}</dc:creator>" for name in article.authors)
        updated = ""
        if edition.is_edited(article, now):
            updated = f"<atom:updated>{iso(outlet, edition.modified(article, now))}</atom:updated>"
        content = ""
        if feed.content:
            content = f"<content:encoded>{escape(_html(edition, article, now))}</content:encoded>"
        items.append(
            f"<item><title>{escape(edition.headline(article, now))}</title>"
            f"<link>{escape(_link(edition.landscape, article))}</link>"
            f'<guid isPermaLink="false">{outlet.id}-{escape(article.story)}</guid>'
            f"<pubDate>{format_datetime(published, usegmt=True)}</pubDate>{updated}{creators}"
            f"<description>{escape(edition.summary(article, now))}</description>{content}</item>\n"
        )
    return (
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>{escape(_title(outlet, feed))}</title><link>{outlet.site}/</link>"
        f"<description>News from {escape(outlet.name)}</description><language>{outlet.lang}</language>\n"
        f"{''.join(items)}</channel></rss>\n"
    )


def _atom(edition: Edition, outlet: Outlet, feed: FeedSpec, entries: list[ArticleSpec], now: float) -> str:
    items = []
    for article in entries:
        names = "".join(f"<author><name>{escape(name)}</name></author>" for name in article.authors)
        content = ""
        if feed.content:
            content = f'<content type="html">{escape(_html(edition, article, now))}</content>'
        items.append(
            f"<entry><id>tag:{outlet.host},2025:{escape(article.story)}</id>"
            f"<title>{escape(edition.headline(article, now))}</title>"
            f'<link rel="alternate" href={quoteattr(_link(edition.landscape, article))}/>'
            f"<published>{iso(outlet, edition.published(article))}</published>"
            f"<updated>{iso(outlet, edition.modified(article, now))}</updated>{names}"
            f"<summary>{escape(edition.summary(article, now))}</summary>{content}</entry>\n"
        )
    changed = iso(outlet, feed_changed(edition, outlet, feed, now))
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.lang}"><id>{outlet.site}/</id>'
        f"<title>{escape(_title(outlet, feed))}</title><updated>{changed}</updated>"
        f'<author><name>{escape(outlet.name)}</name></author><link href="{outlet.site}/"/>'
        f'<link rel="self" href="{outlet.site}{feed.path}"/>\n{"".join(items)}</feed>\n'
    )


def _rdf(edition: Edition, outlet: Outlet, feed: FeedSpec, entries: list[ArticleSpec], now: float) -> str:
    places, items = [], []
    for article in entries:
        link = escape(_link(edition.landscape, article))
        places.append(f"<rdf:li rdf:resource={quoteattr(_link(edition.landscape, article))}/>")
        creators = "".join(f"<dc:creator>{escape(name)}</dc:creator>" for name in article.authors)
        items.append(
            f"<item rdf:about={quoteattr(_link(edition.landscape, article))}>"
            f"<title>{escape(edition.headline(article, now))}</title><link>{link}</link>"
            f"<description>{escape(edition.summary(article, now))}</description>{creators}"
            f"<dc:date>{iso(outlet, edition.published(article))}</dc:date></item>\n"
        )
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<channel rdf:about="{outlet.site}{feed.path}"><title>{escape(_title(outlet, feed))}</title>'
        f"<link>{outlet.site}/</link><description>News from {escape(outlet.name)}</description>"
        f"<items><rdf:Seq>{''.join(places)}</rdf:Seq></items></channel>\n{''.join(items)}</rdf:RDF>\n"
    )


_RENDER: dict[FeedFormat, Callable[[Edition, Outlet, FeedSpec, list[ArticleSpec], float], str]] = {
    "rss": _rss,
    "atom": _atom,
    "rdf": _rdf,
}
