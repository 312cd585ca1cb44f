"""One look at feeds, as a first poll would take it: guarded and paced as every request, and nothing of it is kept."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from urllib.parse import urlsplit

import msgspec

from pipeline.settings.settings import Settings
from transforms.feeds.answers import Fetched
from transforms.feeds.client import Client, FetchKind
from transforms.feeds.pace import Pace
from transforms.feeds.parse import NotAFeed, ParsedFeed, Unparsed, parse_feed
from transforms.feeds.parsing import PARSE_SECONDS
from transforms.feeds.poll import after_poll, request_for
from transforms.feeds.robots import read_rules
from transforms.model import Feed, FeedCursor, FeedStatus, Record, Seconds
from transforms.workers import WorkerDied, WorkerPool, WorkerTimedOut, shared_pool

_ROOT = re.compile(rb"<(?:[\w.-]+:)?(rss|feed|rdf|urlset)\b([^>]*)>", re.IGNORECASE)
_VERSION = re.compile(rb"\bversion\s*=\s*[\"']([\w.]{1,8})[\"']")
_NO_JITTER = 0.0


class FeedLook(Record, frozen=True):
    """What one look at a feed's address found."""

    url: str
    status: FeedStatus
    """As a first poll would make it; new: it was not asked, because its server wants to be left alone."""
    cause: str = ""
    """Why it is none, or was not asked."""
    final_url: str = ""
    """After redirects."""
    moved_to: str | None = None
    kind: str = ""
    """RSS 2.0, RSS 1.0 (RDF), Atom, JSON Feed, news sitemap."""
    title: str = ""
    language: str = ""
    entries: int = 0
    dated: int = 0
    """Entries with a date."""
    left_out: int = 0
    """Entries without a link that can be read."""
    newest: Seconds | None = None
    validators: tuple[str, ...] = ()
    """What conditional requests can be made with: ETag, Last-Modified."""
    ttl: float | None = None
    """Seconds that the document asks to wait between polls."""
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()
    every: float | None = None
    """Seconds after which it would be polled again."""
    pages: bool | None = None
    """Whether robots.txt lets its first entry's page be read; None: not asked."""
    robots: str = ""
    """Why not, or what else robots.txt asks for."""
    offers: tuple[str, ...] = ()
    """Feeds that the page offers, where a page is at the address."""


def look_at(
    feeds: Sequence[Feed],
    settings: Settings,
    told: Callable[[FeedLook], None],
    *,
    robots: bool = True,
    held: Mapping[str, Seconds] | None = None,
) -> None:
    """Ask each feed's address once and tell what is there, each as soon as it is known.

    Args:
        feeds: whose addresses.
        settings: network, pace, caps.
        told: called with each look.
        robots: ask also for robots.txt of the first entry's site.
        held: URL -> until when its server asked to be left alone.
    """
    asyncio.run(_look_at(feeds, settings, told, robots=robots, held=held or {}))


async def _look_at(
    feeds: Sequence[Feed],
    settings: Settings,
    told: Callable[[FeedLook], None],
    *,
    robots: bool,
    held: Mapping[str, Seconds],
) -> None:
    pool = shared_pool(settings.extraction.workers, settings.extraction.memory)
    async with Client(settings.network, Pace(settings.polling)) as client:

        async def one(feed: Feed) -> FeedLook:
            if held.get(feed.url, 0.0) > time.time():
                return FeedLook(feed.url, FeedStatus.NEW, "its server asked to be left alone; not asked now")
            look, first = await _look(feed, settings, client, pool)
            return await _with_robots(look, first, client) if robots and first else look

        for look in asyncio.as_completed([one(feed) for feed in feeds]):
            told(await look)


async def _look(feed: Feed, settings: Settings, client: Client, pool: WorkerPool) -> tuple[FeedLook, str]:
    """The look, and the link of the first entry or ""."""
    cursor = FeedCursor(feed=feed)
    request = request_for(cursor, time.time())
    answer = await client.fetch(request.url, FetchKind.FEED)
    parsed = await _parsed(answer, pool) if isinstance(answer, Fetched) else None
    now = time.time()
    after = after_poll(cursor, request, answer, parsed, polling=settings.polling, now=now, roll=_NO_JITTER)
    names = (("ETag", after.etag), ("Last-Modified", after.last_modified))
    look = FeedLook(
        feed.url,
        after.status,
        after.cause,
        final_url=answer.url,
        moved_to=answer.moved_to or None,
        validators=tuple(name for name, value in names if value),
    )
    if isinstance(parsed, NotAFeed):
        look = msgspec.structs.replace(look, offers=parsed.links)
    if not isinstance(answer, Fetched) or not isinstance(parsed, ParsedFeed):
        return look, ""
    dates = [entry.published for entry in parsed.entries if entry.published is not None]
    look = msgspec.structs.replace(
        look,
        kind=_kind(answer.body),
        title=parsed.title,
        language=parsed.language,
        entries=len(parsed.entries),
        dated=len(dates),
        left_out=parsed.left_out,
        newest=max(dates, default=None),
        ttl=parsed.ttl,
        skip_hours=parsed.skip_hours,
        skip_days=parsed.skip_days,
        every=after.next_poll - now,
    )
    return look, parsed.entries[0].link if parsed.entries else ""


async def _parsed(answer: Fetched, pool: WorkerPool) -> ParsedFeed | NotAFeed | Unparsed:
    try:
        reading: Awaitable[ParsedFeed | NotAFeed | Unparsed] = asyncio.wrap_future(
            pool.submit(parse_feed, answer.body, answer.headers, answer.url, deadline=PARSE_SECONDS)
        )
        return await reading
    except (WorkerTimedOut, WorkerDied) as error:
        return Unparsed(f"its document could not be parsed: {error}")


async def _with_robots(look: FeedLook, page: str, client: Client) -> FeedLook:
    parts = urlsplit(page)
    rules = read_rules(await client.fetch(f"{parts.scheme}://{parts.netloc}/robots.txt", FetchKind.ROBOTS))
    allowed = rules.allows(page)
    delay = rules.crawl_delay
    if not allowed:
        words = rules.reason or f"robots.txt forbids its pages, such as {page}"
    else:
        words = f"robots.txt asks for {delay:g} s between requests" if delay else ""
    return msgspec.structs.replace(look, pages=allowed, robots=words)


def _kind(body: bytes) -> str:
    root = _ROOT.search(body[:8192])
    if root is None:
        return "JSON Feed" if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else "feed"
    name = root[1].lower()
    if name == b"feed":
        return "Atom"
    if name == b"urlset":
        return "news sitemap"
    version = _VERSION.search(root[2])
    return "RSS 1.0 (RDF)" if name == b"rdf" else f"RSS {version[1].decode() if version else ''}".strip()
