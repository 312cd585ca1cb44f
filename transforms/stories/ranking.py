"""Which articles one is like, held small: a memory holds some sixty of them for each of its articles."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable


class Ranking:
    """Likenesses to articles and the articles' ids, greatest likeness first, equals by id."""

    __slots__ = ("_ids", "_likenesses")

    def __init__(self, pairs: Iterable[tuple[float, str]]) -> None:
        """Args:
        pairs: likeness and id, in any order.
        """
        # Held from behind: what rises can be searched without a key.
        rising = sorted(sorted(pairs, key=lambda pair: pair[1], reverse=True), key=lambda pair: pair[0])
        self._likenesses = array("d", [likeness for likeness, _ in rising])
        self._ids = [article_id for _, article_id in rising]

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
        return list(zip(reversed(self._likenesses), reversed(self._ids), strict=True))

    def likenesses(self) -> list[float]:
        """The likeness of each, in order."""
        return list(reversed(self._likenesses))

    def _place(self, likeness: float, article_id: str) -> int:
        place = bisect_left(self._likenesses, likeness)
        while place < len(self._ids) and self._likenesses[place] == likeness and self._ids[place] > article_id:
            place += 1
        return place
