"""An inverted index over the words of remembered articles: which of them may tell the same story."""

from array import array
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from transforms.stories.terms import background_share

BACKGROUND_DOCUMENTS = 300
"""How many documents the fixed background weighs against those in memory."""
MOST_COMMON = 0.999
"""A share of documents is taken as no greater, so that a term which all hold still weighs something."""
LOCAL = 0.5
"""How much the surroundings count against the whole memory where a share is taken in context."""
SURROUNDINGS = 48
"""Documents that make up the surroundings; fewer count as if the rest held no term."""
QUERY_TERMS = 48
"""Heaviest terms of an article that look for candidates."""

Slots = npt.NDArray[np.int32]
Values = npt.NDArray[np.float64]


def _weight(share: Values) -> Values:
    logs = -np.log(np.minimum(share, MOST_COMMON))
    return np.sqrt(logs * np.sqrt(logs))


class TermIndex:
    """Terms of the remembered articles by number, the documents that hold each, and how many those are.

    Rows and slots are numbers that only this memory knows; nothing that leaves it depends on them.
    """

    def __init__(self) -> None:
        self._slots: dict[str, int] = {}
        self._postings: list[array[int]] = []
        self._documents = np.zeros(1024, dtype=np.int32)
        self._background = np.ones(1024, dtype=np.float64)
        self._scratch = np.zeros(1024, dtype=np.float64)
        self._local = np.zeros(1024, dtype=np.float64)
        self._weights = np.zeros(1024, dtype=np.float64)
        self._size = 0
        """Articles counted."""

    def slots(self, terms: Sequence[str], lang: str) -> Slots:
        """Numbers of terms, made where they are new."""
        slots = self._slots
        found = np.empty(len(terms), dtype=np.int32)
        for place, term in enumerate(terms):
            slot = slots.get(term)
            if slot is None:
                slot = slots[term] = len(slots)
                self._postings.append(array("i"))
                if slot == len(self._documents):
                    self._grow()
                self._background[slot] = background_share(term, lang)
            found[place] = slot
        return found

    def _grow(self) -> None:
        self._documents = np.concatenate([self._documents, np.zeros_like(self._documents)])
        self._background = np.concatenate([self._background, np.ones_like(self._background)])
        self._scratch = np.zeros(len(self._documents), dtype=np.float64)
        self._local = np.zeros(len(self._documents), dtype=np.float64)
        self._weights = np.zeros(len(self._documents), dtype=np.float64)

    def add(self, row: int, slots: Slots) -> None:
        """Count a document and list it under each of its terms."""
        self._documents[slots] += 1
        self._size += 1
        for slot in slots.tolist():
            self._postings[slot].append(row)

    def documents(self, term: str) -> int:
        """How many remembered documents hold a term."""
        slot = self._slots.get(term)
        return 0 if slot is None else int(self._documents[slot])

    def discount(self, slots: Slots) -> None:
        """Uncount a document; its row stays listed until the index is made anew."""
        self._documents[slots] -= 1
        self._size -= 1

    def weights(self, slots: Slots) -> Values:
        """Weight of each term: (-log p)^0.75 with p the share of documents here and, as 300 documents, in the background."""
        return _weight(self._shares(slots))

    def _shares(self, slots: Slots) -> Values:
        share = self._background[slots] * BACKGROUND_DOCUMENTS
        share += self._documents[slots]
        share /= self._size + BACKGROUND_DOCUMENTS
        return share

    def weigh(self, slots: Slots, surroundings: Sequence[Slots] | None = None) -> None:
        """Set the weights that cosines() takes for these terms.

        Args:
            slots: all terms that will be compared; may repeat.
            surroundings: documents with whose share of each term its p is mixed, so that what a whole topic says
                weighs little; None: p is the memory's alone.
        """
        share = self._shares(slots)
        if surroundings is not None:
            near = np.concatenate([*surroundings, np.empty(0, dtype=np.int32)])
            np.add.at(self._local, near, 1 / SURROUNDINGS)
            share *= 1 - LOCAL
            share += LOCAL * self._local[slots]
            self._local[near] = 0.0
        self._weights[slots] = _weight(share)

    def cosines(self, slots: Slots, values: Values, others: Sequence[tuple[Slots, Values]]) -> Values:
        """Weighted cosine of one bag of terms with each of the others; 0 where one of them is empty. See weigh()."""
        result = np.zeros(len(others))
        sizes = np.array([len(other[0]) for other in others])
        filled = np.flatnonzero(sizes).tolist()
        if not len(slots) or not filled:
            return result
        mine = values * self._weights[slots]
        all_slots = np.concatenate([others[i][0] for i in filled])
        theirs = np.concatenate([others[i][1] for i in filled])
        theirs *= self._weights[all_slots]
        starts = np.concatenate([[0], np.cumsum(sizes[filled])[:-1]])
        self._scratch[slots] = mine
        dots = np.add.reduceat(theirs * self._scratch[all_slots], starts)
        self._scratch[slots] = 0.0
        norms = np.sqrt(np.add.reduceat(theirs * theirs, starts) * (mine @ mine))
        result[filled] = dots / np.maximum(norms, 1e-12)
        return result

    def search(self, slots: Slots, values: Values) -> tuple[npt.NDArray[np.intp], Values]:
        """Rows that share heavy terms with the bag, and how much weight each shares."""
        if not len(slots):
            return np.empty(0, dtype=np.intp), np.empty(0)
        mine = values * self.weights(slots)
        heaviest = np.lexsort((np.arange(len(slots)), -mine))[:QUERY_TERMS]
        rows, shares = [], []
        for place in np.sort(heaviest).tolist():
            listed = self._postings[slots[place]]
            if listed:
                rows.append(np.array(listed, dtype=np.int64))
                shares.append(np.full(len(listed), mine[place]))
        if not rows:
            return np.empty(0, dtype=np.intp), np.empty(0)
        totals = np.bincount(np.concatenate(rows), weights=np.concatenate(shares))
        found = np.flatnonzero(totals)
        return found, np.asarray(totals[found], dtype=np.float64)
