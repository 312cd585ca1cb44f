"""`wirewatch stories show`: a story, and why each article is in it."""

import sys
from pathlib import Path

import click

from pipeline.cli.output import emit, json_option, one_of, open_for_reading, settings_of, settings_option
from pipeline.render.stories import story_text
from pipeline.render.terminal import Page, clean
from transforms.alerts.relevance import merge_by_topic


@click.group()
def command() -> None:
    """Show a story and why each article is in it.

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
    emit(data, [story_text(found.story, members, Page.of(sys.stdout, settings.time_zone), relevance)], as_json=as_json)
