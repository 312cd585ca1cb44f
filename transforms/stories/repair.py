"""Second looks at young stories: which of them are one, which articles belong elsewhere.

Online, an article is placed knowing only those before it. At fixed numbers of the ledger the stories that have just
grown are grouped anew from their single articles, together with the stories closest to them, by the likenesses that
were taken at each article's decision: nothing is compared again. A story that has grown large is left together.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from transforms.model import Record, Relation, Share
from transforms.stories.affinity import GROWN, LINKS, by_story, crowd, link, story_crowd
from transforms.stories.decide import new_story_id, score_of
from transforms.stories.grouping import group
from transforms.stories.memory import StoriesMemory
from transforms.stories.relation import relation

EVERY = 16
"""Numbers of a ledger between two repairs."""
RIVALS = 3
"""Closest other stories that are looked at with each story that has grown."""
MOST = 400
"""Articles that one repair looks at."""


class Merge(Record, frozen=True):
    """Two stories are one; which of them survives is the ledger's rule."""

    stories: tuple[str, str]
    score: Share = 1.0
    reason: str = ""


class Move(Record, frozen=True):
    """An article belongs elsewhere; a story that is not known is started by it."""

    article_id: str
    story_id: str
    relation: Relation = Relation.SAME_EVENT
    score: Share = 1.0
    reason: str = ""
    matched: str = ""


class _Node(NamedTuple):
    """What is grouped: an article of a young story, or a grown story as a whole."""

    story: str
    members: tuple[str, ...]


def repair(memory: StoriesMemory, seq: int) -> tuple[Merge | Move, ...]:
    """What to put right at this number of the ledger: a function of the memory and the number alone."""
    if seq % EVERY:
        return ()
    nodes = _nodes(memory, _region(memory, seq))
    if len(nodes) < 2:
        return ()
    sizes = np.array([min(len(node.members), LINKS) for node in nodes], dtype=np.float64)
    groups = group(_fits(memory, nodes), sizes, memory.weights.needed.regrouping + memory.config.same_event)
    gathered: dict[int, list[_Node]] = {}
    for node, place in zip(nodes, groups.tolist(), strict=True):
        gathered.setdefault(place, []).append(node)
    return tuple(_changes(memory, list(gathered.values())))


def _region(memory: StoriesMemory, seq: int) -> list[str]:
    """The stories that have grown since the last repair, and their closest others; none that a person has touched."""
    grown = dict.fromkeys(memory.story_of(one) for one in memory.decided_between(seq - EVERY, seq))
    region = dict.fromkeys(story for story in grown if not _by_hand(memory, story))
    size = sum(memory.size_of(story) for story in region)
    for story in list(region):
        likenesses: dict[str, float] = {}
        for member in memory.member_ids(story, GROWN):
            for likeness, other in memory.ranked(member):
                rival = memory.story_of(other)
                likenesses[rival] = likenesses.get(rival, 0.0) + likeness
        rivals = [rival for rival in likenesses if rival not in region and not _by_hand(memory, rival)]
        rivals.sort(key=lambda rival: (-likenesses[rival] / min(memory.size_of(rival), LINKS), rival))
        for rival in rivals[:RIVALS]:
            if size < MOST:
                region[rival] = None
                size += memory.size_of(rival)
    return list(region)


def _by_hand(memory: StoriesMemory, story: str) -> bool:
    return any(memory.is_by_hand(member, story) for member in memory.member_ids(story))


def _nodes(memory: StoriesMemory, region: list[str]) -> list[_Node]:
    nodes = []
    for story in region:
        members = memory.member_ids(story)
        if len(members) > GROWN:
            nodes.append(_Node(story, tuple(members)))
        else:
            nodes.extend(_Node(story, (member,)) for member in members)
    return sorted(nodes, key=lambda node: (memory.remembered(node.members[0]).known.decided, node.members[0]))


def _fits(memory: StoriesMemory, nodes: list[_Node]) -> npt.NDArray[np.float64]:
    """Fit of each two nodes: their likeness less the mean of how crowded each one's surroundings are."""
    places = {member: place for place, node in enumerate(nodes) for member in node.members}
    fits = np.zeros((len(nodes), len(nodes)))
    crowds = np.zeros(len(nodes))
    for place, node in enumerate(nodes):
        if len(node.members) == 1:
            crowds[place] = crowd(memory.ranked(node.members[0]), node.story, memory)
            for likeness, other in memory.ranked(node.members[0]):
                if other in places:
                    fits[place, places[other]] = likeness
        else:
            crowds[place] = story_crowd(node.story, memory)
    for place, node in enumerate(nodes):
        if len(node.members) > 1:
            fits[place] = fits[:, place] = [_link(memory, one, node) for one in nodes]
    return fits - (crowds[:, None] + crowds[None, :]) / 2


def _link(memory: StoriesMemory, node: _Node, grown: _Node) -> float:
    likenesses = [by_story(memory.ranked(member), memory).get(grown.story, []) for member in node.members[-LINKS:]]
    return sum(link(one, len(grown.members)) for one in likenesses) / len(likenesses)


def _changes(memory: StoriesMemory, gathered: list[list[_Node]]) -> Iterator[Merge | Move]:
    """Moves and merges that make the stories what was gathered: each gathering keeps the story most of it comes from."""
    overlaps: list[tuple[int, int, str]] = []
    for place, nodes in enumerate(gathered):
        stories: dict[str, int] = {}
        for node in nodes:
            stories[node.story] = stories.get(node.story, 0) + len(node.members)
        overlaps.extend((-count, place, story) for story, count in stories.items())
    kept: dict[int, str] = {}
    for _, place, story in sorted(overlaps):
        if place not in kept and story not in kept.values():
            kept[place] = story
    merges: list[Merge] = []
    for place, nodes in enumerate(gathered):
        target = kept.get(place) or new_story_id(nodes[0].members[0], memory)
        leaving: dict[str, list[_Node]] = {}
        for node in nodes:
            if node.story != target:
                leaving.setdefault(node.story, []).append(node)
        for story, left in leaving.items():
            members = [member for node in left for member in node.members]
            if story not in kept.values() and len(members) == memory.size_of(story):
                merges.append(Merge((target, story), _score(memory, members, nodes), "grouped anew: one story"))
            else:
                for member in members:
                    yield _move(memory, member, target, nodes)
    yield from merges


def _move(memory: StoriesMemory, article_id: str, story_id: str, nodes: list[_Node]) -> Move:
    mates = {member for node in nodes for member in node.members} - {article_id}
    likeness, matched = next(
        ((value, other) for value, other in memory.ranked(article_id) if other in mates), (0.0, "")
    )
    if not matched:
        return Move(article_id, story_id, Relation.FIRST, 1.0, "grouped anew: a story of its own")
    earlier, later = memory.remembered(matched), memory.remembered(article_id)
    return Move(
        article_id=article_id,
        story_id=story_id,
        relation=relation(earlier.profile, later.profile, likeness),
        score=_score(memory, [article_id], nodes),
        reason=f"grouped anew: closest to an article there ({likeness:.2f})",
        matched=matched,
    )


def _score(memory: StoriesMemory, articles: list[str], nodes: list[_Node]) -> float:
    """Score of some articles among those gathered with them."""
    mates = {member for node in nodes for member in node.members} - set(articles)
    fits = []
    for article_id in articles[-LINKS:]:
        ranked = memory.ranked(article_id)
        likenesses = [likeness for likeness, other in ranked if other in mates]
        fits.append(link(likenesses, len(mates)) - crowd(ranked, "", memory))
    return score_of(sum(fits) / max(len(fits), 1), memory.weights.needed.regrouping + memory.config.same_event)
