"""`wirewatch stories`: a story and why each article is in it; putting stories right by hand."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from pipeline.cli.output import (
    CommandFailed,
    WrongUse,
    emit,
    json_option,
    one_of,
    open_for_reading,
    settings_of,
    settings_option,
)
from pipeline.render.stories import Surroundings, story_text
from pipeline.render.terminal import Page, clean
from pipeline.settings.errors import SettingsError
from pipeline.settings.settings import Settings
from pipeline.store.reading import StoredArticle, StoredStory
from pipeline.store.store import Store, StoreAddress
from transforms.alerts.relevance import merge_by_topic
from transforms.articles.urls import normalise_url
from transforms.stories.by_hand import Correction, HandEditError, merge_stories, split_story
from transforms.stories.ports import LedgerTransaction
from transforms.stories.wave import Means


@click.group()
def command() -> None:
    """Show a story and why each article is in it; split and merge stories by hand.

    Example: wirewatch stories list
    """


@command.command(name="list")
@settings_option
@click.option(
    "--limit", default=50, type=click.IntRange(1), show_default=True, help="At most so many, the latest first."
)
@click.option(
    "--smallest",
    default=1,
    type=click.IntRange(1),
    show_default=True,
    help="Only stories of at least so many articles.",
)
@json_option
def list_(settings_path: Path | None, limit: int, smallest: int, *, as_json: bool) -> None:
    """The stories, the latest first.

    Example: wirewatch stories list --smallest 2
    """
    settings = settings_of(settings_path)
    with open_for_reading(settings) as store:
        found = store.reading.stories(limit=limit, smallest=smallest)
    page = Page.of(sys.stdout, settings.time_zone)
    lines = [
        f"{story.id}  {page.moment(story.latest)}  {story.size:>3} in {story.outlets}  {clean(story.title)}"
        for story in found
    ]
    emit(found, lines or ["no stories yet"], as_json=as_json)


@command.command()
@settings_option
@click.argument("story_id")
@json_option
def show(settings_path: Path | None, story_id: str, *, as_json: bool) -> None:
    """A story with every membership: relation, score, reason, what it was matched with. STORY_ID may be its beginning.

    Example: wirewatch stories show 4f2a
    """
    settings = settings_of(settings_path)
    with open_for_reading(settings) as store:
        found = one_of(store.reading.story(story_id), "story", story_id, "stories list")
        around = _around(store, found)
    members = [(stored.judged.article, stored.membership) for stored in found.articles if stored.membership]
    relevance = merge_by_topic(stored.judged.relevance for stored in found.articles)
    data = {
        "story": found.story,
        "absorbed": found.absorbed,
        "members": [
            {"url": article.url, "title": article.title, "outlet": article.outlet, "membership": membership}
            for article, membership in members
        ],
        "relevance": relevance,
    }
    text = story_text(found.story, members, Page.of(sys.stdout, settings.time_zone), relevance, around)
    emit(data, [text], as_json=as_json)


def _around(store: Store, story: StoredStory) -> Surroundings:
    """The other stories and articles that the story's memberships name."""
    places = [one.membership for one in story.articles if one.membership]
    inside = {place.article_id for place in places}
    others = {name for place in places for name in (place.placed, place.nearest_other)} - {story.story.id, ""}
    matched = {place.matched for place in places} - inside - {""}
    return Surroundings(store.reading.stories_by_id(others), store.reading.articles_by_id(matched))


@command.command()
@settings_option
@click.argument("story_id", metavar="STORY")
@click.argument("articles", metavar="ARTICLE...", nargs=-1, required=True)
@json_option
def split(settings_path: Path | None, story_id: str, articles: tuple[str, ...], *, as_json: bool) -> None:
    """Make articles of a story one of their own. No later decision undoes it; alerts are revised with the next delivery.

    STORY may be the beginning of its id; an ARTICLE is a URL, an article's id or its beginning.

    Example: wirewatch stories split 4f2a https://a.example/1
    """
    settings = settings_of(settings_path)
    with open_for_reading(settings) as store:
        story = one_of(store.reading.story(story_id), "story", story_id, "stories list")
        chosen = frozenset(_member(store, story, name).judged.article.id for name in articles)
        now = time.time()
        done = _corrected(
            settings, store, story, lambda rows, means: split_story(rows, story.story.id, chosen, means, now)
        )
    count = len(done.moved)
    line = f"{count} article{'s' * (count != 1)} split off: now story {done.story}; {_alerts_told(done)}"
    emit(_correction_data(done), [line], as_json=as_json)


@command.command()
@settings_option
@click.argument("story_id", metavar="STORY")
@click.argument("other_id", metavar="OTHER")
@json_option
def merge(settings_path: Path | None, story_id: str, other_id: str, *, as_json: bool) -> None:
    """Make two stories one. No later decision undoes it; alerts are revised with the next delivery.

    The story with the oldest alert keeps its id, else the older story; the other points to it. Ids may be beginnings.

    Example: wirewatch stories merge 4f2a 77c1
    """
    settings = settings_of(settings_path)
    with open_for_reading(settings) as store:
        one, other = (one_of(store.reading.story(name), "story", name, "stories list") for name in (story_id, other_id))
        if one.story.ledger != other.story.ledger:
            raise CommandFailed(
                f"story {one.story.id!r} is told in {one.story.ledger!r}, story {other.story.id!r} in "
                f"{other.story.ledger!r}: stories of two ledgers cannot be one; merge only stories of one ledger"
            )
        now = time.time()
        done = _corrected(
            settings, store, one, lambda rows, means: merge_stories(rows, one.story.id, other.story.id, means, now)
        )
    line = f"story {done.other} is part of story {done.story} now; {_alerts_told(done)}"
    emit(_correction_data(done), [line], as_json=as_json)


def _corrected(
    settings: Settings, store: Store, story: StoredStory, work: Callable[[LedgerTransaction, Means], Correction]
) -> Correction:
    """Do it in one transaction of the story's ledger."""
    try:
        with _means(settings) as means:
            return store.ledgers.decide(story.story.ledger, lambda rows: work(rows, means))
    except SettingsError as error:
        raise WrongUse(str(error)) from error
    except HandEditError as error:
        raise CommandFailed(str(error)) from error


@contextmanager
def _means(settings: Settings) -> Iterator[Means]:
    from pipeline.parts import Parts  # noqa: PLC0415 - it loads much, and `stories list` needs none of it

    address = StoreAddress(settings.store, settings.store_password_env, patience=20.0)
    parts = Parts(settings, address, f"by hand {os.getpid()}", sinks=settings.sinks, topics=settings.topics)
    try:
        parts.current_topics()  # read before the ledger is locked
        parts.in_feeds("", "")
        yield parts.means()
    finally:
        parts.close()


def _member(store: Store, story: StoredStory, name: str) -> StoredArticle:
    """The story's article of that URL or id."""
    url = normalise_url(name) if "://" in name else ""
    found = [
        one
        for one in story.articles
        if (one.judged.article.url == url if url else name and one.judged.article.id.startswith(name))
    ]
    if not found:
        elsewhere = one_of(store.reading.article(url or name), "article", name, f"stories show {story.story.id}")
        where = elsewhere.membership.story_id if elsewhere.membership else "none"
        raise CommandFailed(f"article {name!r} is in story {where!r}, not in {story.story.id!r}; name that story")
    return one_of(found, "article", name, f"stories show {story.story.id}")


def _alerts_told(done: Correction) -> str:
    count = len(done.wave.alerts)
    return f"{count} alert revision{'s' * (count != 1)} for the next run to deliver" if count else "no alert to revise"


def _correction_data(done: Correction) -> dict[str, object]:
    revised = [{"alert": alert.id, "revision": alert.revision, "state": alert.state} for alert in done.wave.alerts]
    return {"story": done.story, "other": done.other, "moved": done.moved, "alerts": revised}
