"""A run's report, gathered from the store."""

from pathlib import Path

from pipeline.render.report import PassReport
from pipeline.settings.settings import Settings
from pipeline.store.activity import Mark, activity
from pipeline.store.store import Store
from transforms.model import FeedCursor, FeedStatus

JSONL = "jsonl"
TROUBLED = frozenset({FeedStatus.GONE, FeedStatus.NOT_A_FEED, FeedStatus.FAILING})


def report_since(store: Store, settings: Settings, since: Mark, seconds: float) -> PassReport:
    """What came since the mark, and how everything stands now.

    Args:
        store: open.
        settings: whose sinks write files.
        since: the mark at the run's start.
        seconds: how long it took.
    """
    done = activity(store.database, since)
    counts = store.reading.counts()
    cursors = [listed.cursor for listed in store.feeds.listed()]
    asked = [cursor for cursor in cursors if cursor.version > since.polls.get(cursor.feed.url, 0)]
    letters = [kept.letter for kept in store.dead_letters.listed() if kept.letter.last_seen >= since.clock]
    return PassReport(
        now=store.reading.now(),
        seconds=seconds,
        feeds=counts.feeds,
        entries=done.entries,
        articles=done.articles,
        stories=done.stories,
        copies=done.copies,
        alerts=done.alerts,
        silent_articles=done.silent_articles,
        silent_stories=done.silent_stories,
        backfilled=done.backfilled,
        polled=len(asked),
        troubles=tuple(_trouble(cursor) for cursor in asked if cursor.status in TROUBLED),
        cut_off=tuple(feed.name or feed.url for feed in store.health.missed_since(since.clock)),
        dead_letters=tuple(letters),
        written=tuple((sink.path, _lines(Path(sink.path))) for sink in settings.sinks if sink.kind == JSONL),
        store=store.shown,
        next_poll=store.reading.next_due(),
        later=counts.rows.get("pending", 0) + counts.deliveries.get("pending", 0),
    )


def _trouble(cursor: FeedCursor) -> str:
    name = cursor.feed.name or cursor.title or cursor.feed.url
    return f"{name}: {cursor.cause or cursor.status.value}"


def _lines(path: Path) -> int:
    try:
        with path.open("rb") as file:
            return sum(1 for _ in file)
    except FileNotFoundError:
        return 0
