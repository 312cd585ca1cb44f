"""What a replay writes: articles.jsonl, stories.jsonl and dead_letters.jsonl, each whole or not at all."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from pipeline.replay.lines import LineRef
from pipeline.store.reading import StoredArticle
from transforms.model import DeadLetter, Membership, Origin, Record, Relation, Relevance, Share, Story
from transforms.stories.credits import agency_of
from transforms.stories.outlets import OutletTable


class ArticleLine(Record, frozen=True):
    """One line of articles.jsonl: an input line's article and its place."""

    input_id: str | None
    article_id: str | None
    placed: str | None
    """The story at its own decision."""
    story_id: str | None
    """The story in the end, after repairs."""
    relation: Relation | None
    score: Share | None
    reason: str
    matched: str | None
    """The article_id it was matched with."""
    origin: Origin | None
    """Of its story."""
    agency: str | None
    credited: list[str]
    """Outlets and agencies that it credits, the surest first."""
    relevance: list[Relevance]
    error: str | None = None
    """Why the line is no article."""


class StoryLine(Record, frozen=True):
    """One line of stories.jsonl."""

    story_id: str
    title: str
    started: float
    latest: float
    size: int
    outlets: int
    origin: Origin | None
    independent_origins: tuple[Origin, ...]
    articles: list[str]
    """article_ids in order of publication."""
    merged_into: str | None = None
    follows: str | None = None


def article_line(
    ref: LineRef,
    stored: StoredArticle | None,
    place: Membership | None,
    stories: Mapping[str, Story],
    outlets: OutletTable,
    error: str,
) -> ArticleLine:
    """A line's outcome; stored is None for a line that became no article."""
    if stored is None or place is None:
        return ArticleLine(
            ref.input_id or None, None, None, None, None, None, "", None, None, None, [], [], error or "not decided"
        )
    credits_found = sorted(stored.judged.fingerprint.credits, key=lambda credit: -credit.weight)
    story = stories.get(place.story_id)
    return ArticleLine(
        input_id=ref.input_id or None,
        article_id=place.article_id,
        placed=place.placed,
        story_id=place.story_id,
        relation=place.relation,
        score=place.score,
        reason=place.reason,
        matched=place.matched or None,
        origin=story.origin if story else None,
        agency=agency_of(stored.judged.fingerprint.credits, outlets) or None,
        credited=list(dict.fromkeys(credit.name for credit in credits_found)),
        relevance=[judged for judged in stored.judged.relevance if judged.relevant],
    )


def story_lines(stories: Iterable[Story], members: Mapping[str, list[StoredArticle]]) -> Iterator[StoryLine]:
    """The stories that the replay's articles are in, merged ones after them."""
    for story in sorted(stories, key=lambda story: (bool(story.merged_into), story.started, story.id)):
        articles = [stored.judged.article for stored in members.get(story.id, [])]
        yield StoryLine(
            story_id=story.id,
            title=story.title,
            started=story.started,
            latest=story.latest,
            size=story.size,
            outlets=story.outlets,
            origin=story.origin,
            independent_origins=story.independent_origins,
            articles=[article.id for article in sorted(articles, key=lambda article: (article.published, article.id))],
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
    """Write one JSON object a line through a partial file; returns how many."""
    partial = path.with_name(f".{path.name}.partial")
    encoder, count = msgspec.json.Encoder(), 0
    with partial.open("wb") as file:
        for record in records:
            file.write(encoder.encode(record) + b"\n")
            count += 1
    partial.replace(path)
    return count
