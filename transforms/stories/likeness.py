"""How alike an article is to the remembered ones: one number a pair, made of its words, names and headline.

Each part is the cosine of two bags of terms, weighted by how rare a term is (transforms.stories.index). Half of the
number takes a term's rarity in context: what all articles of a busy topic say tells little inside that topic.
"""

from typing import NamedTuple

import numpy as np

from transforms.model import Judged, Membership, Relation, Seconds
from transforms.stories.index import SURROUNDINGS, TermIndex, Values
from transforms.stories.memory import Remembered, StoriesMemory
from transforms.stories.ports import KnownArticle
from transforms.stories.similarity import Profile, containment

PARTS = ("text", "lead", "names", "title")
PART_WEIGHTS = np.array([0.4, 0.2, 0.2, 0.2])
CONTEXT_WEIGHT = 0.5
CANDIDATES = 100
"""Articles from the index that are compared."""
NEAREST = 12
"""So many most alike candidates may be of the article's own story; the next SURROUNDINGS are its context."""
KEPT = 30
"""Most alike articles that are kept."""
COPIED = 0.3
"""From this share of wording in common on, that share is the likeness."""


class Likeness(NamedTuple):
    """A remembered article with its likeness to the one at hand."""

    other: Remembered
    value: float
    """0 to 1."""
    parts: tuple[float, ...]
    """As PARTS lists them."""
    context: float
    """Text and lead, with rarity taken in context."""
    wording: float
    """Share of the shorter text's word 5-grams in the longer."""


def _parts(profile: Profile, others: list[Profile], index: TermIndex) -> Values:
    """One row an article, one column a part."""
    return np.stack(
        [
            index.cosines(*profile.body, [other.body for other in others]),
            index.cosines(*profile.lead, [other.lead for other in others]),
            index.cosines(*profile.names, [other.names for other in others]),
            index.cosines(*profile.title, [other.title for other in others]),
        ],
        axis=1,
    )


def _in_context(profile: Profile, others: list[Profile], index: TermIndex, surroundings: list[Profile]) -> Values:
    with index.surround([other.body[0] for other in surroundings]):
        text = index.cosines(*profile.body, [other.body for other in others], in_context=True)
        lead = index.cosines(*profile.lead, [other.lead for other in others], in_context=True)
    return (text + lead) / 2


def pair_likeness(earlier: Judged, later: Judged, memory: StoriesMemory) -> tuple[Likeness, Profile]:
    """Likeness of two articles by themselves, and the later one's profile; without surroundings context adds nothing."""
    profile, other = memory.profile(later), memory.profile(earlier)
    parts = _parts(profile, [other], memory.index)[0]
    context = float(_in_context(profile, [other], memory.index, [])[0])
    wording = containment(profile, other)
    value = (1 - CONTEXT_WEIGHT) * float(parts @ PART_WEIGHTS) + CONTEXT_WEIGHT * context
    remembered = Remembered(
        KnownArticle(article=earlier.article, fingerprint=earlier.fingerprint, relevance=(), decided=0, seq=0),
        Membership(article_id=earlier.article.id, story_id="", placed="", relation=Relation.FIRST),
        other,
        -1,
    )
    value = max(value, wording if wording >= COPIED else 0.0)
    return Likeness(remembered, round(value, 6), tuple(parts.tolist()), context, wording), profile


def most_alike(profile: Profile, published: Seconds, memory: StoriesMemory, article_id: str = "") -> list[Likeness]:
    """The remembered articles inside the window that are most like an article, greatest likeness first.

    Args:
        profile: of the article.
        published: its publication time.
        memory: what it is compared with.
        article_id: left out, where the article itself is remembered.
    """
    found = [one for one in memory.candidates(profile, published, CANDIDATES) if one.known.article.id != article_id]
    if not found:
        return []
    parts = _parts(profile, [one.profile for one in found], memory.index)
    plain = parts @ PART_WEIGHTS
    order = np.argsort(-plain, kind="stable")
    surroundings = [found[place].profile for place in order[NEAREST : NEAREST + SURROUNDINGS]]
    kept = order[:KEPT]
    others = [found[place] for place in kept]
    context = _in_context(profile, [one.profile for one in others], memory.index, surroundings)
    values = (1 - CONTEXT_WEIGHT) * plain[kept] + CONTEXT_WEIGHT * context
    result = []
    for row, other in enumerate(others):
        wording = containment(profile, other.profile)
        value = max(float(values[row]), wording if wording >= COPIED else 0.0)
        if value > 0:
            result.append(
                Likeness(other, round(value, 6), tuple(parts[kept[row]].tolist()), float(context[row]), wording)
            )
    return sorted(result, key=lambda one: (-one.value, one.other.known.article.id))
