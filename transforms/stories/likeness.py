"""How alike an article is to the remembered ones: one number a pair, made of its words, names and headline.

Each part is the cosine of two bags of terms, weighted by how rare a term is (transforms.stories.index). Half of the
number takes a term's rarity in context: what all articles of a busy topic say tells little inside that topic.
"""

import functools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from transforms.articles.boilerplate import split_tail
from transforms.model import Judged, Membership, Relation
from transforms.stories.index import PARTS, SURROUNDINGS, TermIndex, Terms, Values
from transforms.stories.memory import Remembered, StoriesMemory
from transforms.stories.ports import KnownArticle
from transforms.stories.shared_ends import NO_ENDS, Boilerplate, common_ends
from transforms.stories.similarity import Profile, containment_with_each, quotes_shared_with_each
from transforms.stories.weights import Weights

CANDIDATES = 64
"""Articles from the index that are compared."""
NEAREST = 12
"""So many most alike candidates may be of the article's own story; the next SURROUNDINGS are its context."""
IN_CONTEXT = 2
"""So many of PARTS are taken in context too: text and lead."""
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
    mine: Profile
    """The article at hand as it was compared: without the boilerplate that both share."""
    theirs: Profile
    """The other one so."""
    across: float = 0.0
    """Names and numbers in common, where the two are of different languages."""


class _Pair(NamedTuple):
    """What is compared: see Likeness."""

    other: Remembered
    mine: Profile
    theirs: Profile


@functools.cache
def part_weights(weights: Weights) -> Values:
    """The weight of each of PARTS."""
    return np.array([getattr(weights.parts, part) for part in PARTS], dtype=np.float32)


def _pairs(judged: Judged, profile: Profile, others: Sequence[Remembered], index: TermIndex) -> list[_Pair]:
    """Each pair without the boilerplate that both have."""
    known: dict[tuple[int, int], tuple[Boilerplate, Profile]] = {}
    pairs = []
    for other in others:
        ends = common_ends(profile, other.profile)
        if ends != NO_ENDS and judged.article.text:
            if ends not in known:
                shared = Boilerplate(split_tail(judged.article.text)[0], ends, judged.article.lang, index)
                known[ends] = (shared, shared.left_out(profile))
            shared, left = known[ends]
            if shared.is_all(profile, other.profile):
                pairs.append(_Pair(other, left, shared.left_out(other.profile)))
                continue
        pairs.append(_Pair(other, profile, other.profile))
    return pairs


def _by_mine(pairs: Sequence[_Pair]) -> Iterator[tuple[Profile, list[int]]]:
    """The places of the pairs in which the article at hand lacks the same boilerplate."""
    places: dict[int, list[int]] = {}
    for place, pair in enumerate(pairs):
        places.setdefault(id(pair.mine), []).append(place)
    for group in places.values():
        yield pairs[group[0]].mine, group


def _cosines(
    pairs: Sequence[_Pair], index: TermIndex, surroundings: Sequence[Terms] | None = None, parts: int = len(PARTS)
) -> Values:
    """One row a pair, one column a part; see Comparison.cosines."""
    result = np.zeros((len(pairs), parts), dtype=np.float32)
    for mine, group in _by_mine(pairs):
        others = [pairs[place].theirs.terms for place in group]
        result[group] = index.compare(mine.terms, others).cosines(surroundings, parts)
    return result


def pair_likeness(earlier: Judged, later: Judged, memory: StoriesMemory) -> Likeness:
    """Likeness of two articles by themselves; without surroundings context adds nothing."""
    remembered = Remembered(
        KnownArticle(article=earlier.article, fingerprint=earlier.fingerprint, relevance=(), decided=0, seq=0),
        Membership(article_id=earlier.article.id, story_id="", placed="", relation=Relation.FIRST),
        memory.profile(earlier),
        -1,
    )
    pairs = _pairs(later, memory.profile(later), [remembered], memory.index)
    parts = _cosines(pairs, memory.index)
    context = _cosines(pairs, memory.index, (), IN_CONTEXT).mean(axis=1)
    [made] = _made(pairs, parts, context, memory.weights)
    if memory.across is not None and earlier.article.lang != later.article.lang:
        across = memory.across.likeness(earlier.fingerprint, later.fingerprint)
        made = made._replace(value=max(made.value, across), across=across)
    return made


def _made(pairs: Sequence[_Pair], parts: Values, context: Values, weights: Weights) -> list[Likeness]:
    """The likeness of each pair, from its row of parts and its context."""
    quotes, wording = [0.0] * len(pairs), [0.0] * len(pairs)
    for mine, group in _by_mine(pairs):
        others = [pairs[place].theirs for place in group]
        quoted, contained = quotes_shared_with_each(mine, others), containment_with_each(mine, others)
        for place, quote_share, share in zip(group, quoted, contained, strict=True):
            quotes[place], wording[place] = quote_share, share
    return [
        Likeness(
            other=pair.other,
            value=_value(row, near, quoted, worded, weights),
            parts=tuple(row),
            context=near,
            quotes=quoted,
            wording=worded,
            mine=pair.mine,
            theirs=pair.theirs,
        )
        for pair, row, near, quoted, worded in zip(
            pairs, parts.tolist(), context.tolist(), quotes, wording, strict=True
        )
    ]


def _value(parts: Sequence[float], context: float, quotes: float, wording: float, weights: Weights) -> float:
    shares, rules = weights.parts, weights.likeness
    text, lead, names, title = parts
    plain = shares.text * text + shares.lead * lead + shares.names * names + shares.title * title
    value = (1 - rules.context) * plain + rules.context * context + rules.quotes * quotes
    return round(max(min(value, 1.0), wording if wording >= rules.copied else 0.0), 6)


def valued(alike: Likeness, weights: Weights) -> Likeness:
    """The same with the value that its parts have under these weights."""
    return alike._replace(value=_value(alike.parts, alike.context, alike.quotes, alike.wording, weights))


def most_alike(judged: Judged, memory: StoriesMemory) -> list[Likeness]:
    """The remembered articles inside the window that are most like an article, greatest likeness first."""
    profile, article = memory.profile(judged), judged.article
    found = memory.candidates(profile, article.published, CANDIDATES + 1)
    found = [one for one in found if one.known.article.id != article.id][:CANDIDATES]
    if not found:
        return []
    index = memory.index
    pairs = _pairs(judged, profile, found, index)
    parts = _cosines(pairs, index)
    order = np.argsort(-(parts @ part_weights(memory.weights)), kind="stable").tolist()
    surroundings = [pairs[place].theirs.terms for place in order[NEAREST : NEAREST + SURROUNDINGS]]
    kept = [pairs[place] for place in order[:KEPT]]
    context = _cosines(kept, index, surroundings, IN_CONTEXT).mean(axis=1)
    made = _made(kept, parts[order[:KEPT]], context, memory.weights)
    return sorted((one for one in made if one.value > 0), key=lambda one: (-one.value, one.other.known.article.id))


def most_alike_across(judged: Judged, memory: StoriesMemory) -> list[Likeness]:
    """The remembered articles of other languages that tell the same names and numbers; none unless that is asked for."""
    article = judged.article
    if memory.across is None:
        return []
    found = memory.across.alike(article.id, article.lang, article.published, judged.fingerprint, memory.config.window)
    mine = memory.profile(judged)
    made = []
    for value, other in found:
        held = memory.remembered(other)
        made.append(Likeness(held, value, (0.0,) * len(PARTS), 0.0, 0.0, 0.0, mine, held.profile, across=value))
    return made
