"""Which articles one is like, held small: a memory holds some sixty of them for each of its articles."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from operator import neg


class Ranking:
    """Likenesses to articles and the articles' ids, greatest likeness first, equals by id."""

    __slots__ = ("_ids", "_likenesses")

    def __init__(self, pairs: Iterable[tuple[float, str]]) -> None:
        """Args:
        pairs: likeness and id, in any order.
        """
        ordered = sorted(pairs, key=lambda pair: (-pair[0], pair[1]))
        self._likenesses = array("d", [likeness for likeness, _ in ordered])
        self._ids = [article_id for _, article_id in ordered]

    def add(self, likeness: float, article_id: str) -> None:
        """Put an article in its place."""
        place = self._place(likeness, article_id)
        self._likenesses.insert(place, likeness)
        self._ids.insert(place, article_id)

    def remove(self, likeness: float, article_id: str) -> None:
        """Take out an article that is there with this likeness."""
        place = self._place(likeness, article_id)
        del self._likenesses[place], self._ids[place]

    def pairs(self) -> list[tuple[float, str]]:
        """Likeness and id of each, in order."""
        return list(zip(self._likenesses, self._ids, strict=True))

    def _place(self, likeness: float, article_id: str) -> int:
        first = bisect_left(self._likenesses, -likeness, key=neg)
        last = bisect_right(self._likenesses, -likeness, lo=first, key=neg)
        return bisect_left(self._ids, article_id, lo=first, hi=last)
