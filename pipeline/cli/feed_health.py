"""`wirewatch feeds health`: what is the matter with which feed, and what to do."""

import sys
import time
from pathlib import Path

import click
import msgspec

from pipeline.cli.output import WrongUse, checked_url, emit, json_option, open_for_reading, settings_of, settings_option
from pipeline.health import judged
from pipeline.render.feed_health import health_lines, week_lines
from pipeline.render.terminal import Page, clean
from pipeline.settings.feeds import same_url
from pipeline.store.feed_health import WatchedFeed
from transforms.feeds.rarity import DAY, WEEK, usual_week
from transforms.model import FeedCondition, FeedHealth

_WORST_FIRST = list(FeedCondition)


@click.command()
@settings_option
@click.argument("urls", nargs=-1, metavar="[URL]...")
@json_option
def health(settings_path: Path | None, urls: tuple[str, ...], *, as_json: bool) -> None:
    """What is the matter with which feed, the worst first, and what to do: gone, failing, silent, dropped, losing, moved.

    Asks no server: it is told from what past polls have shown. With URL: these feeds only, with their usual week by
    weekday and hour.

    Example: wirewatch feeds health
    """
    settings = settings_of(settings_path)
    now = time.time()
    with open_for_reading(settings) as store:
        found = [(feed, how) for feed, how in judged(store, settings, now) if feed.active]
    if urls:
        found = [_one(url, found) for url in urls]
    found.sort(key=lambda pair: (_WORST_FIRST.index(pair[1].condition), -(pair[1].usual or 0.0), pair[1].url))
    page = Page.of(sys.stdout, settings.time_zone)
    lines = list(health_lines([how for _, how in found], page, now)) if found else []
    if len(urls) == 1 and (week := _week(found[0][0])):
        lines += week_lines(week, page, now)
    emit(
        [_data(feed, how) for feed, how in found],
        lines or ["no feed has been polled yet: wirewatch run"],
        as_json=as_json,
    )


def _one(url: str, found: list[tuple[WatchedFeed, FeedHealth]]) -> tuple[WatchedFeed, FeedHealth]:
    wanted = same_url(checked_url(url))
    for feed, how in found:
        if same_url(how.url) == wanted:
            return feed, how
    raise WrongUse(f"{clean(url)} is no feed of yours that has been polled; see `wirewatch feeds list`")


def _week(feed: WatchedFeed) -> list[float]:
    history = feed.history
    return usual_week(history.start, history.counts) if history is not None and len(history.counts) >= WEEK else []


def _data(feed: WatchedFeed, how: FeedHealth) -> dict[str, object]:
    week = [round(value, 2) for value in _week(feed)]
    told: dict[str, object] = msgspec.to_builtins(how)
    return told | {"usual_hours": [week[at : at + DAY] for at in range(0, len(week), DAY)]}
