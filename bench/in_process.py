"""The story decisions in a plain loop: the same pure functions as the pipeline, without graph and store."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from transforms.config import StoriesConfig
from transforms.model import Article, Judged, Membership, Story
from transforms.stories.decide import decide
from transforms.stories.fingerprint import fingerprint
from transforms.stories.likeness import Likeness
from transforms.stories.memory import StoriesMemory
from transforms.stories.outlets import load_outlets
from transforms.stories.ports import KnownArticle
from transforms.stories.repair import Merge, Move, repair
from transforms.stories.weights import Weights

OUTLETS = Path(__file__).parents[1] / "seeds" / "outlets.toml"


def judge_lines(lines: Iterable[dict[str, Any]]) -> list[Judged]:
    """Each line as an article with its fingerprint."""
    outlets = load_outlets(OUTLETS)
    found = []
    for number, line in enumerate(lines, start=1):
        article = Article(
            id=line["id"],
            url=line["url"],
            title=line["title"],
            text=line["text"],
            published=line["published"],
            outlet=line["outlet"],
            domain=line["url"].split("/")[2].removeprefix("www."),
            lang=line["lang"],
            line=number,
        )
        found.append(Judged(article=article, fingerprint=fingerprint(article, outlets)))
    return found


def replay_in_process(
    articles: Iterable[Judged], weights: Weights | None = None, config: StoriesConfig | None = None
) -> dict[str, Membership]:
    """Place of each article in the end; all must lie within one window, for memory lets go of what is older."""
    memory = StoriesMemory(config or StoriesConfig(), weights)
    ids = []
    for number, judged in enumerate(articles, start=1):
        take(judged, memory, number)
        ids.append(judged.article.id)
    return {article_id: memory.membership(article_id) for article_id in ids}


def take(judged: Judged, memory: StoriesMemory, number: int, alike: Sequence[Likeness] | None = None) -> None:
    """Decide one article, remember it, do the repairs that are due.

    Args:
        judged: the article.
        memory: what was taken before.
        number: how many were, this one included.
        alike: what it is like, where that has been found before.
    """
    article = judged.article
    decision = decide(judged, memory, alike)
    if decision.starts:
        memory.put_story(_started(decision.story_id, article))
    membership = Membership(
        article_id=article.id,
        story_id=decision.story_id,
        placed=decision.story_id,
        relation=decision.relation,
        score=decision.score,
        matched=decision.matched,
        likeness=decision.likeness,
        seq=number,
    )
    known = KnownArticle(article=article, fingerprint=judged.fingerprint, relevance=(), decided=number, seq=number)
    memory.remember(known, membership)
    for change in repair(memory, number):
        _apply(change, memory)
    memory.evict()


def _apply(change: Merge | Move, memory: StoriesMemory) -> None:
    """The ledger's rules for a loop without alerts: the older story survives."""
    if isinstance(change, Move):
        known, place = memory.article(change.article_id), memory.membership(change.article_id)
        target = _standing(change.story_id, memory)
        if memory.story(target) is None:
            memory.put_story(_started(target, known.article))
        memory.move(msgspec.structs.replace(place, story_id=target))
        if not memory.member_ids(place.story_id):
            memory.put_story(msgspec.structs.replace(memory.story(place.story_id), merged_into=target))
        return
    stories = {_standing(story_id, memory) for story_id in change.stories}
    if len(stories) == 2:
        survivor, loser = sorted(stories, key=lambda story_id: (_started_at(story_id, memory), story_id))
        for known in memory.members(loser):
            memory.move(msgspec.structs.replace(memory.membership(known.article.id), story_id=survivor))
        memory.put_story(msgspec.structs.replace(memory.story(loser), merged_into=survivor))


def _standing(story_id: str, memory: StoriesMemory) -> str:
    story = memory.story(story_id)
    return _standing(story.merged_into, memory) if story and story.merged_into else story_id


def _started_at(story_id: str, memory: StoriesMemory) -> float:
    return min((known.article.published for known in memory.members(story_id)), default=float("inf"))


def _started(story_id: str, article: Article) -> Story:
    return Story(
        id=story_id,
        ledger=article.lang,
        title=article.title,
        started=article.published,
        latest=article.published,
        first_article=article.id,
    )
