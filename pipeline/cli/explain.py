"""`wirewatch explain`: why two articles are or are not one story."""

import sys
from pathlib import Path

import click

from pipeline.cli.output import emit, json_option, one_of, open_for_reading, settings_of, settings_option
from pipeline.render.stories import Surroundings, comparison_text
from pipeline.render.terminal import Page
from pipeline.store.reading import StoredArticle
from pipeline.store.store import Store
from transforms.articles.urls import normalise_url
from transforms.stories.explain import explain
from transforms.stories.memory import StoriesMemory


@click.command()
@settings_option
@click.argument("one")
@click.argument("other")
@json_option
def command(settings_path: Path | None, one: str, other: str, *, as_json: bool) -> None:
    """Why two articles are or are not one story: each signal with its weight. ONE and OTHER are URLs or article ids.

    Example: wirewatch explain https://a.example/1 https://b.example/2
    """
    settings = settings_of(settings_path)
    with open_for_reading(settings) as store:
        stored = [_article(store, name) for name in (one, other)]
        decided = [each.membership for each in stored if each.membership]
        around = Surroundings(store.reading.stories_by_id({place.story_id for place in decided}))
    articles = [each.judged for each in stored]
    found = explain(articles[0], articles[1], StoriesMemory(settings.stories))
    decided = decided if len(decided) == len(stored) else []
    page = Page.of(sys.stdout, settings.time_zone)
    text = comparison_text(articles[0].article, articles[1].article, found, page, decided, around)
    data = {
        "articles": [judged.article.url for judged in articles],
        "stories": [place.story_id for place in decided],
        "explanation": found,
    }
    emit(data, [text], as_json=as_json)


def _article(store: Store, name: str) -> StoredArticle:
    url = normalise_url(name) if "://" in name else name
    return one_of(store.reading.article(url), "article", name, "stories list")
