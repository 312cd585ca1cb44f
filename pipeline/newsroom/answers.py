"""What the newsroom's sites answer: a pure function from (host, path, moment) to status, headers and body."""

import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

import msgspec

from pipeline.newsroom.edition import Edition
from pipeline.newsroom.feeds import MEDIA_TYPES, feed_changed, render_feed
from pipeline.newsroom.landscape import ArticleSpec, FeedSpec, Outlet
from pipeline.newsroom.pages import render_home, render_not_a_feed, render_page

_HTML = "text/html"
_PLAIN = "text/plain; charset=utf-8"


class Answer(msgspec.Struct, frozen=True):
    """A response before compression."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = {}


def answer(edition: Edition, host: str, path: str, now: float) -> Answer:
    """What a site answers to a plain GET.

    Args:
        edition: the landscape at work.
        host: the Host header's name, without port, lower case.
        path: the request's path without its query.
        now: seconds since the epoch.
    """
    outlet = edition.landscape.hosts.get(host)
    if outlet is None:
        return Answer(404, f"no site is called {host!r} here".encode(), {"Content-Type": _PLAIN})
    if path == "/robots.txt":
        return _validated(outlet.robots.encode(), _PLAIN, edition.start - 86_400)
    for feed in outlet.feeds:
        if feed.path == path:
            return _feed(edition, outlet, feed, now)
    if path == "/":
        return Answer(200, render_home(edition, outlet, now), {"Content-Type": f"{_HTML}; charset=utf-8"})
    article = edition.landscape.pages.get((outlet.id, path))
    if article is None or not edition.is_out(article, now):
        return Answer(404, b"<html><body><h1>Not found</h1></body></html>", {"Content-Type": _HTML})
    return _page(edition, outlet, article, now)


def _feed(edition: Edition, outlet: Outlet, feed: FeedSpec, now: float) -> Answer:
    if feed.format == "gone":
        return Answer(410, b"This feed has been retired.", {"Content-Type": _PLAIN})
    if feed.format == "moved":
        return Answer(301, b"", {"Location": outlet.site + feed.target})
    if feed.format == "html":
        return Answer(200, render_not_a_feed(outlet, feed.target), {"Content-Type": f"{_HTML}; charset=utf-8"})
    media = f"{MEDIA_TYPES[feed.format]}; charset=utf-8"
    return _validated(render_feed(edition, outlet, feed, now), media, feed_changed(edition, outlet, feed, now))


def _page(edition: Edition, outlet: Outlet, article: ArticleSpec, now: float) -> Answer:
    if article.status != 200:
        words = b"<html><body><h1>For subscribers</h1><p>Please sign in to read on.</p></body></html>"
        return Answer(article.status, words, {"Content-Type": _HTML})
    page = render_page(edition, article, now)
    return _validated(page, f"{_HTML}; charset={outlet.charset}", edition.modified(article, now))


def _validated(body: bytes, media: str, changed: float) -> Answer:
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    modified = format_datetime(datetime.fromtimestamp(int(changed), UTC), usegmt=True)
    return Answer(200, body, {"Content-Type": media, "ETag": etag, "Last-Modified": modified})


def is_unchanged(found: Answer, if_none_match: str | None, if_modified_since: str | None) -> bool:
    """Does the client have this body already? RFC 9110, 13.1: If-None-Match wins, compared weakly."""
    if found.status != 200 or "ETag" not in found.headers:
        return False
    if if_none_match is not None:
        given = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
        return "*" in given or found.headers["ETag"] in given or gzip_tag(found.headers["ETag"]) in given
    if if_modified_since is None:
        return False
    try:
        since = parsedate_to_datetime(if_modified_since)
    except ValueError:
        return False
    return parsedate_to_datetime(found.headers["Last-Modified"]) <= since


def gzip_tag(etag: str) -> str:
    """A compressed body is another representation: it has its own strong tag."""
    return f'{etag[:-1]}-gzip"'
