"""Which story an article belongs to, and why."""

import hashlib

import numpy as np

from transforms.model import Judged, Record, Relation, Share, Signal
from transforms.stories.index import Values
from transforms.stories.memory import Remembered, StoriesMemory
from transforms.stories.relation import relation
from transforms.stories.similarity import SIGNALS, Profile, similarities

CANDIDATES = 60
"""Articles whose stories are looked at."""
MOST_MEMBERS = 64
"""Members of a story that an article is compared with: its latest ones."""
NEEDED = 0.16
SAID_FROM = 0.05


class Decision(Record):
    """Join a story or start one."""

    story_id: str
    starts: bool
    relation: Relation
    score: Share
    """How well it fits the story; for a first: 1."""
    reason: str
    matched: str = ""
    """Id of the member that it resembles most."""
    signals: tuple[Signal, ...] = ()
    nearest_other: str = ""
    nearest_other_score: Share = 0.0
    follows: str = ""
    """A story that it follows up without belonging to it."""


class Fit(Record):
    """How an article fits a story."""

    story_id: str
    score: float
    matched: str
    """Id of the most alike member."""
    signals: tuple[float, ...]
    """Against that member, as SIGNALS lists them."""


def new_story_id(article_id: str, memory: StoriesMemory) -> str:
    """Id of the next story that an article starts: hash of its id and of how many it started before."""
    started = 0
    while True:
        story_id = hashlib.sha256(f"{article_id} {started}".encode()).hexdigest()[:16]
        if memory.story(story_id) is None:
            return story_id
        started += 1


def _pair_scores(signals: Values) -> Values:
    """One score a pair of articles from its signals."""
    return np.maximum(0.5 * signals[:, 0] + 0.5 * signals[:, 1], signals[:, 7])


def fits(profile: Profile, published: float, memory: StoriesMemory, *, article_id: str = "") -> list[Fit]:
    """How an article fits each story that it might belong to, best first; the article itself is never its own mate."""
    found = memory.candidates(profile, published, CANDIDATES)
    stories = sorted({one.membership.story_id for one in found if one.known.article.id != article_id})
    members: list[Remembered] = []
    spans: list[tuple[str, int, int]] = []
    for story_id in stories:
        companions = [one for one in memory.companions(story_id) if one.known.article.id != article_id][-MOST_MEMBERS:]
        spans.append((story_id, len(members), len(members) + len(companions)))
        members.extend(companions)
    signals = similarities(profile, [one.profile for one in members], memory.index)
    scores = _pair_scores(signals)
    result = []
    for story_id, start, end in spans:
        best = start + int(np.argmax(scores[start:end]))
        result.append(
            Fit(
                story_id=story_id,
                score=round(float(np.mean(scores[start:end])), 9),
                matched=members[best].known.article.id,
                signals=tuple(signals[best].tolist()),
            )
        )
    return sorted(result, key=lambda fit: (-fit.score, fit.story_id))


def decide(judged: Judged, memory: StoriesMemory) -> Decision:
    """Place an article among the stories in memory; the memory is left as it is."""
    article = judged.article
    profile = memory.profile(judged)
    ranked = [fit for fit in fits(profile, article.published, memory) if not memory.is_apart(article.id, fit.story_id)]
    needed = NEEDED + memory.config.same_event
    if not ranked or ranked[0].score < needed:
        nearest = ranked[0] if ranked else None
        return Decision(
            story_id=new_story_id(article.id, memory),
            starts=True,
            relation=Relation.FIRST,
            score=1.0,
            reason=f"nearest story {nearest.score:.2f}, needs {needed:.2f}" if nearest else "nothing like it before",
            nearest_other=nearest.story_id if nearest else "",
            nearest_other_score=nearest.score if nearest else 0.0,
        )
    best, other = ranked[0], ranked[1] if len(ranked) > 1 else None
    signals = tuple(
        Signal(name=name, value=round(value, 3))
        for name, value in zip(SIGNALS, best.signals, strict=True)
        if value >= SAID_FROM
    )
    return Decision(
        story_id=best.story_id,
        starts=False,
        relation=relation(memory.remembered(best.matched).profile, profile),
        score=min(best.score, 1.0),
        reason="; ".join(f"{signal.name} {signal.value:.2f}" for signal in signals),
        matched=best.matched,
        signals=signals,
        nearest_other=other.story_id if other else "",
        nearest_other_score=min(other.score, 1.0) if other else 0.0,
    )
