"""How well an article fits a story.

Likeness alone does not tell: in a busy topic all articles are alike, and on a quiet one even two reports of one event
share few words. So a fit is the mean likeness of the two sides less how crowded their surroundings are: the mean
likeness of an article to its neighbours beyond the nearest ones (local scaling, as hubness is corrected in
nearest-neighbour search; Zelnik-Manor and Perona 2004, Conneau et al. 2018).
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Protocol

from transforms.stories.weights import CrowdWeights, Weights

CROWD = (12, 40)
"""Ranks of the neighbours that make an article's surroundings; nearer ones are likely of its own story."""
INSIDE = 24
"""Members of a story beyond so many do not crowd each other, however many tell it."""
GROWN = 48
"""Members from which on repairs leave a story together."""
LINKS = 12
"""An article's likeness to a story is the mean over its closest members, at most so many."""
CROWD_MEMBERS = 12
"""Members whose surroundings stand for the story's: its latest."""

Ranked = Sequence[tuple[float, str]]


class Neighbours(Protocol):
    """Which articles are alike, and in which story each is."""

    weights: Weights

    def ranked(self, article_id: str) -> Ranked:
        """Likenesses to other articles, greatest first."""
        ...

    def likenesses(self, article_id: str) -> Sequence[float]:
        """Those of ranked()."""
        ...

    def story_of(self, article_id: str) -> str:
        """The story an article is in."""
        ...

    def member_ids(self, story_id: str, latest: int = 0) -> Sequence[str]:
        """A story's articles in the order in which they were decided; only the latest so many, where a number is given."""
        ...

    def size_of(self, story_id: str) -> int:
        """How many articles a story has."""
        ...


def crowd(ranked: Ranked, story_id: str, neighbours: Neighbours) -> float:
    """How crowded the surroundings of an article are, seen from a story; missing neighbours count as the prior."""
    weights = neighbours.weights.crowd
    if story_id and neighbours.size_of(story_id) > INSIDE:
        others = (one for one in ranked if one[0] <= weights.copy)
        ranked = list(islice(_few_inside(others, story_id, neighbours), CROWD[1]))
    return _crowding([likeness for likeness, _ in ranked], weights)


def _crowding(likenesses: Sequence[float], weights: CrowdWeights) -> float:
    """crowd() of an article with these likenesses, greatest first."""
    first = 0
    while first < len(likenesses) and likenesses[first] > weights.copy:
        first += 1
    near = likenesses[first : first + CROWD[1]]
    most = weights.most
    beyond = sum([min(most, likeness) for likeness in near[CROWD[0] :]])
    missing = CROWD[1] - max(len(near), CROWD[0])
    return (beyond + missing * weights.prior) / (CROWD[1] - CROWD[0])


def _few_inside(
    ranked: Iterable[tuple[float, str]], story_id: str, neighbours: Neighbours
) -> Iterator[tuple[float, str]]:
    """Neighbours without those of the story beyond the nearest INSIDE."""
    inside = 0
    for one in ranked:
        inside += neighbours.story_of(one[1]) == story_id
        if inside <= INSIDE or neighbours.story_of(one[1]) != story_id:
            yield one


def story_crowd(story_id: str, neighbours: Neighbours) -> float:
    """Mean crowd of a story's latest members."""
    members = neighbours.member_ids(story_id, CROWD_MEMBERS)
    if neighbours.size_of(story_id) > INSIDE:
        crowds = [crowd(neighbours.ranked(one), story_id, neighbours) for one in members]
    else:
        crowds = [_crowding(neighbours.likenesses(one), neighbours.weights.crowd) for one in members]
    return sum(crowds) / max(len(members), 1)


def by_story(ranked: Ranked, neighbours: Neighbours) -> dict[str, list[float]]:
    """Likenesses to the members of each story, greatest first; stories in order of their closest member."""
    found: dict[str, list[float]] = {}
    for likeness, other in ranked:
        found.setdefault(neighbours.story_of(other), []).append(likeness)
    return found


def link(likenesses: Sequence[float], size: int) -> float:
    """Mean likeness to the closest members of a story of some size; members that are not listed are not alike."""
    return sum(likenesses[:LINKS]) / max(min(size, LINKS), 1)


def fits(ranked: Ranked, neighbours: Neighbours, most: int) -> list[tuple[float, str]]:
    """Fit of a new article to each of the most likely stories, best first."""
    linked = [
        (link(likenesses, neighbours.size_of(story_id)), story_id)
        for story_id, likenesses in by_story(ranked, neighbours).items()
    ]
    linked.sort(key=lambda one: (-one[0], one[1]))
    found = [
        (round(linking - (crowd(ranked, story_id, neighbours) + story_crowd(story_id, neighbours)) / 2, 9), story_id)
        for linking, story_id in linked[:most]
    ]
    return sorted(found, key=lambda one: (-one[0], one[1]))
