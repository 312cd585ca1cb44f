"""How the feeds of a store are doing, and telling the sinks of what has changed."""

from collections.abc import Iterator

from pipeline.settings.settings import Settings
from pipeline.store.feed_health import WatchedFeed
from pipeline.store.store import Store
from transforms.alerts.health import health_change, our_fault
from transforms.feeds.health import judge_feed
from transforms.model import FeedCondition, FeedHealth, Seconds

EVERY = 900.0
"""Seconds between two looks of a run that goes on."""


def judged(store: Store, settings: Settings, now: Seconds) -> Iterator[tuple[WatchedFeed, FeedHealth]]:
    """Each feed on the list with its health, and those that have left it with a trouble told."""
    for feed in store.health.watched():
        if feed.active:
            yield (
                feed,
                judge_feed(feed.cursor, feed.history, polling=settings.polling, now=now, before=feed.told.condition),
            )
        else:
            cursor = feed.cursor
            off = "It is not on your list any more."
            name = cursor.feed.name or cursor.title
            yield feed, FeedHealth(cursor.feed.url, name, FeedCondition.NORMAL, off)


def tell_changes(store: Store, settings: Settings, now: Seconds) -> int:
    """Put what has changed since it was last told into the outbox; how many alerts that makes.

    Where most feeds fail at once the fault is looked for here: no failure is told then.
    """
    found = list(judged(store, settings, now))
    ours = our_fault([health.condition for feed, health in found if feed.active])
    sinks = settings.health.sinks or tuple(sink.name for sink in settings.sinks)
    changes = (
        health_change(health, feed.told, sinks=sinks, config=settings.alerts, now=now)
        for feed, health in found
        if not (ours and health.condition is FeedCondition.FAILING)
    )
    return store.health.tell([change for change in changes if change is not None])
