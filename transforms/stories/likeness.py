"""How alike an article is to the remembered ones: one number a pair, made of its words, names and headline.

Each part is the cosine of two bags of terms, weighted by how rare a term is (transforms.stories.index). Half of the
number takes a term's rarity in context: what all articles of a busy topic say tells little inside that topic.
"""

import functools
from typing import NamedTuple

import numpy as np

from transforms.model import Judged, Membership, Relation, Seconds
from transforms.stories.index import SURROUNDINGS, TermIndex, Values
from transforms.stories.memory import Remembered, StoriesMemory
from transforms.stories.ports import KnownArticle
from transforms.stories.similarity import Profile, containment, quotes_shared
from transforms.stories.weights import Weights

PARTS = ("text", "lead", "names", "title")
CANDIDATES = 64
"""Articles from the index that are compared."""
NEAREST = 12
"""So many most alike candidates may be of the article's own story; the next SURROUNDINGS are its context."""
KEPT = 30
"""Most alike articles that are kept."""


class Likeness(NamedTuple):
    """A remembered article with its likeness to the one at hand."""

    other: Remembered
    value: float
    """0 to 1."""
    parts: tuple[float, ...]
    """As PARTS lists them."""
    context: float
    """Text and lead, with rarity taken in context."""
    quotes: float
    """Share of the fewer quoted words that both quote."""
    wording: float
    """Share of the shorter text's word 5-grams in the longer."""


@functools.cache
def part_weights(weights: Weights) -> Values:
    """The weight of each of PARTS."""
    return np.array([getattr(weights.parts, part) for part in PARTS])


def _parts(profile: Profile, others: list[Profile], index: TermIndex) -> Values:
    """One row an article, one column a part."""
    bags = [bag[0] for one in (profile, *others) for bag in (one.body, one.names)]
    index.weigh(np.concatenate(bags))  # lead and title are parts of the body's bag
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
    index.weigh(
        np.concatenate([profile.body[0], *(other.body[0] for other in others)]),
        [other.body[0] for other in surroundings],
    )
    text = index.cosines(*profile.body, [other.body for other in others])
    lead = index.cosines(*profile.lead, [other.lead for other in others])
    return (text + lead) / 2


def pair_likeness(earlier: Judged, later: Judged, memory: StoriesMemory) -> tuple[Likeness, Profile]:
    """Likeness of two articles by themselves, and the later one's profile; without surroundings context adds nothing."""
    profile, other = memory.profile(later), memory.profile(earlier)
    parts = _parts(profile, [other], memory.index)[0]
    context = float(_in_context(profile, [other], memory.index, [])[0])
    remembered = Remembered(
        KnownArticle(article=earlier.article, fingerprint=earlier.fingerprint, relevance=(), decided=0, seq=0),
        Membership(article_id=earlier.article.id, story_id="", placed="", relation=Relation.FIRST),
        other,
        -1,
    )
    return _made(remembered, profile, parts, context, memory.weights), profile


def _made(other: Remembered, profile: Profile, parts: Values, context: float, weights: Weights) -> Likeness:
    quotes, wording = quotes_shared(profile, other.profile), containment(profile, other.profile)
    rules = weights.likeness
    plain = float(parts @ part_weights(weights))
    value = (1 - rules.context) * plain + rules.context * context + rules.quotes * quotes
    value = max(min(value, 1.0), wording if wording >= rules.copied else 0.0)
    return Likeness(other, round(value, 6), tuple(parts.tolist()), context, quotes, wording)


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
    plain = parts @ part_weights(memory.weights)
    order = np.argsort(-plain, kind="stable")
    surroundings = [found[place].profile for place in order[NEAREST : NEAREST + SURROUNDINGS]]
    kept = order[:KEPT]
    others = [found[place] for place in kept]
    context = _in_context(profile, [one.profile for one in others], memory.index, surroundings)
    result = []
    for row, other in enumerate(others):
        made = _made(other, profile, parts[kept[row]], float(context[row]), memory.weights)
        if made.value > 0:
            result.append(made)
    return sorted(result, key=lambda one: (-one.value, one.other.known.article.id))
