"""An inverted index over the words of remembered articles: which of them may tell the same story."""

from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

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

    def add(self, row: int, slots: Slots) -> None:
        """Count a document and list it under each of its terms."""
        self._documents[slots] += 1
        self._size += 1
        for slot in slots.tolist():
            self._postings[slot].append(row)

    def discount(self, slots: Slots) -> None:
        """Uncount a document; its row stays listed until the index is made anew."""
        self._documents[slots] -= 1
        self._size -= 1

    def weights(self, slots: Slots, *, in_context: bool = False) -> Values:
        """Weight of each term: (-log p)^0.75 with p the share of documents here and, as 300 documents, in the background.

        In context p is mixed with the share of the surrounding documents (see surround).
        """
        share = self._background[slots] * BACKGROUND_DOCUMENTS
        share += self._documents[slots]
        share /= self._size + BACKGROUND_DOCUMENTS
        if in_context:
            share *= 1 - LOCAL
            share += LOCAL * self._local[slots]
        logs = -np.log(np.minimum(share, MOST_COMMON))
        return np.sqrt(logs * np.sqrt(logs))

    @contextmanager
    def surround(self, bags: Sequence[Slots]) -> Iterator[None]:
        """Take these documents as the surroundings of comparisons in context."""
        slots = np.concatenate(bags) if bags else np.empty(0, dtype=np.int32)
        np.add.at(self._local, slots, 1 / SURROUNDINGS)
        try:
            yield
        finally:
            self._local[slots] = 0.0

    def cosines(
        self, slots: Slots, values: Values, others: Sequence[tuple[Slots, Values]], *, in_context: bool = False
    ) -> Values:
        """Weighted cosine of one bag of terms with each of the others; 0 where one of them is empty."""
        result = np.zeros(len(others))
        sizes = np.array([len(other[0]) for other in others])
        filled = np.flatnonzero(sizes).tolist()
        if not len(slots) or not filled:
            return result
        mine = values * self.weights(slots, in_context=in_context)
        all_slots = np.concatenate([others[i][0] for i in filled])
        theirs = np.concatenate([others[i][1] for i in filled]) * self.weights(all_slots, in_context=in_context)
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
