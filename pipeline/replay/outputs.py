"""What a replay writes: articles.jsonl, stories.jsonl and dead_letters.jsonl, each whole or not at all."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from pipeline.replay.lines import LineRef
from pipeline.store.reading import StoredArticle
from transforms.model import DeadLetter, Membership, Origin, Record, Relation, Relevance, Seconds, Share, Story
from transforms.stories.credits import agency_of
from transforms.stories.outlets import OutletTable

ARTICLES = "articles.jsonl"
STORIES = "stories.jsonl"
ALERTS = "alerts.jsonl"
"""A replay's only sink, and its file."""
DEAD_LETTERS = "dead_letters.jsonl"
OUTPUTS = (ARTICLES, STORIES, ALERTS, DEAD_LETTERS)


class ArticleLine(Record, frozen=True):
    """One line of articles.jsonl: an input line's article and its place; all null but input_id and error for a bad line."""

    input_id: Any
    """The line's `id` as it was given."""
    article_id: str | None
    """The same for a repeated article."""
    placed: str | None
    """The story at its own decision."""
    story_id: str | None
    """The story in the end, after repairs."""
    relation: Relation | None
    score: Share | None
    reason: str
    """Why it is in its story; empty for a bad line."""
    matched: str | None
    """The article_id it was matched with."""
    origin: Origin | None
    """Of its story."""
    agency: str | None
    """The wire agency whose copy the text is: AP, Reuters, AFP, UPI, ..."""
    credited: list[str]
    """Outlets and agencies that it credits, the surest first."""
    relevance: list[Relevance]
    """The topics that it is relevant to, with the evidence."""
    error: str | None = None
    """Why the line is no article."""


class StoryLine(Record, frozen=True):
    """One line of stories.jsonl: a story that articles of this replay are in, or were in at their own decision."""

    story_id: str
    title: str
    started: Seconds
    """Publication of its earliest article."""
    latest: Seconds
    size: int
    """All its articles, also those of earlier replays into the same store."""
    outlets: int
    origin: Origin | None
    """Who reported it first, as far as the evidence shows."""
    independent_origins: tuple[Origin, ...]
    articles: list[str]
    """article_ids of this replay, in order of publication."""
    merged_into: str | None = None
    """The story that carries on, for one that was merged."""
    follows: str | None = None
    """A story that this one follows up without being it."""


class Told(NamedTuple):
    """What the lines tell of an article, without its text: a replay may have very many."""

    id: str
    published: float
    agency: str
    credited: tuple[str, ...]
    relevance: tuple[Relevance, ...]


def told(stored: StoredArticle, outlets: OutletTable) -> Told:
    """What is told of a stored article."""
    article, judged = stored.judged.article, stored.judged
    credits_found = sorted(judged.fingerprint.credits, key=lambda credit: -credit.weight)
    return Told(
        id=article.id,
        published=article.published,
        agency=agency_of(judged.fingerprint.credits, outlets),
        credited=tuple(dict.fromkeys(credit.name for credit in credits_found)),
        relevance=tuple(found for found in judged.relevance if found.relevant),
    )


def article_line(
    ref: LineRef, article: Told | None, place: Membership | None, stories: Mapping[str, Story], error: str
) -> ArticleLine:
    """A line's outcome; article is None for a line that became none."""
    if article is None or place is None:
        return ArticleLine(
            input_id=ref.input_id,
            article_id=None,
            placed=None,
            story_id=None,
            relation=None,
            score=None,
            reason="",
            matched=None,
            origin=None,
            agency=None,
            credited=[],
            relevance=[],
            error=error or "not decided; say it to the makers of Wirewatch",
        )
    story = stories.get(place.story_id)
    return ArticleLine(
        input_id=ref.input_id,
        article_id=place.article_id,
        placed=place.placed,
        story_id=place.story_id,
        relation=place.relation,
        score=place.score,
        reason=place.reason,
        matched=place.matched or None,
        origin=story.origin if story else None,
        agency=article.agency or None,
        credited=list(article.credited),
        relevance=list(article.relevance),
    )


def story_lines(stories: Iterable[Story], members: Mapping[str, list[Told]]) -> Iterator[StoryLine]:
    """The stories that the replay's articles are in, merged ones after them."""
    for story in sorted(stories, key=lambda story: (bool(story.merged_into), story.started, story.id)):
        yield StoryLine(
            story_id=story.id,
            title=story.title,
            started=story.started,
            latest=story.latest,
            size=story.size,
            outlets=story.outlets,
            origin=story.origin,
            independent_origins=story.independent_origins,
            articles=[
                article.id
                for article in sorted(members.get(story.id, []), key=lambda article: (article.published, article.id))
            ],
            merged_into=story.merged_into or None,
            follows=story.follows or None,
        )


def letter_line(letter: DeadLetter) -> dict[str, Any]:
    """A dead letter for dead_letters.jsonl."""
    return {
        "step": letter.step,
        "reason": letter.reason,
        "message": letter.message,
        "subject": letter.subject,
        "input": letter.input.decode("utf-8", "replace"),
    }


def write_lines(path: Path, records: Iterable[Any]) -> int:
    """Write one JSON object a line, the whole file or nothing; returns how many."""
    partial = path.with_name(f".{path.name}.partial")
    encoder, count = msgspec.json.Encoder(), 0
    try:
        with partial.open("wb") as file:
            for record in records:
                file.write(encoder.encode(record) + b"\n")
                count += 1
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return count
