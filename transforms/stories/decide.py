"""Which story an article belongs to, and why."""

import hashlib
import math
from collections.abc import Sequence

import msgspec

from transforms.model import Judged, Record, Relation, Share, Signal
from transforms.stories.affinity import fits
from transforms.stories.following import followed_story
from transforms.stories.likeness import Likeness, most_alike, most_alike_across
from transforms.stories.memory import StoriesMemory
from transforms.stories.reasons import reason_of, signals_of
from transforms.stories.relation import relation

SCALE = 0.04
"""Fit above the needed one by which the odds of a score grow e-fold."""
STORIES = 5
"""Likely stories whose surroundings are looked at."""


class Decision(Record, frozen=True):
    """Join a story or start one."""

    story_id: str
    starts: bool
    relation: Relation
    score: Share
    """How well it fits the story, from .5 on it joins; for a first: 1."""
    reason: str
    matched: str = ""
    """Id of the member that it resembles most."""
    signals: tuple[Signal, ...] = ()
    nearest_other: str = ""
    nearest_other_score: Share = 0.0
    follows: str = ""
    """A story that it follows up without belonging to it."""
    likeness: dict[str, float] = msgspec.field(default_factory=dict)
    """The articles that it is most like, for its membership."""


def new_story_id(article_id: str, memory: StoriesMemory) -> str:
    """Id of the next story that an article starts: hash of its id and of how many it started before."""
    started = 0
    while True:
        story_id = hashlib.sha256(f"{article_id} {started}".encode()).hexdigest()[:16]
        if memory.story(story_id) is None:
            return story_id
        started += 1


def score_of(fit: float, needed: float) -> float:
    """A fit as a share: .5 where it is just what is needed."""
    return round(1 / (1 + math.exp(-max(min((fit - needed) / SCALE, 50.0), -50.0))), 4)


def decide(judged: Judged, memory: StoriesMemory, alike: Sequence[Likeness] | None = None) -> Decision:
    """Place an article among the stories in memory; the memory's rows are left as they are.

    Args:
        judged: the article.
        memory: what its ledger remembers.
        alike: its most_alike() where that has been found before, as by a program that fits the weights.
    """
    article = judged.article
    if alike is None:
        alike = most_alike(judged, memory)
    if across := most_alike_across(judged, memory):
        alike = sorted([*alike, *across], key=lambda one: (-one.value, one.other.known.article.id))
    likeness = {one.other.known.article.id: one.value for one in alike}
    ranked = [(one.value, one.other.known.article.id) for one in alike]
    found = [(fit, story) for fit, story in fits(ranked, memory, STORIES) if not memory.is_apart(article.id, story)]
    needed = memory.weights.needed.joining + memory.config.same_event
    if not found or found[0][0] < needed:
        nearest = (
            f"nearest story scores {score_of(found[0][0], needed):.2f}, needs 0.50" if found else "nothing like it"
        )
        return Decision(
            story_id=new_story_id(article.id, memory),
            starts=True,
            relation=Relation.FIRST,
            score=1.0,
            reason=nearest,
            nearest_other=found[0][1] if found else "",
            nearest_other_score=score_of(found[0][0], needed) if found else 0.0,
            follows=followed_story(judged, found[0][1] if found else "", memory),
            likeness=likeness,
        )
    fit, story_id = found[0]
    matched = next(one for one in alike if one.other.story_id == story_id)
    signals = signals_of(judged.fingerprint, matched, memory.index, memory.weights)
    return Decision(
        story_id=story_id,
        starts=False,
        relation=relation(matched.theirs, matched.mine),
        score=score_of(fit, needed),
        reason=reason_of(signals),
        matched=matched.other.known.article.id,
        signals=signals,
        nearest_other=found[1][1] if len(found) > 1 else "",
        nearest_other_score=score_of(found[1][0], needed) if len(found) > 1 else 0.0,
        likeness=likeness,
    )
