"""An inverted index over the words of remembered articles: which of them may tell the same story."""

from array import array
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from transforms.model import Seconds
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
POSTINGS = 24_000
"""Entries that one search reads whole, the rarest terms' first; what the more common terms add is then looked up for
the best WIDER times as many candidates as are wanted. So a search's cost stops growing with the index."""
WIDER = 6
LISTED = 0.5
"""A term that the background expects in a greater share of documents is not listed: it is never among the heaviest."""

PARTS = ("text", "lead", "names", "title")
"""What an article's terms are counted in: body and title, first 200 words and title, capitalised names, title."""
VALUES = np.concatenate([[0.0], 1.0 + np.log(np.arange(1.0, 256.0))]).astype(np.float32)
"""What a count of a term is worth: 1 + log."""

Slots = npt.NDArray[np.int32]
Counts = npt.NDArray[np.uint8]
Values = npt.NDArray[np.float32]


class Terms(NamedTuple):
    """An article's terms, in order of the alphabet, so that sums do not depend on how a memory came about."""

    slots: Slots
    """The index's number of each term."""
    counts: Counts
    """One row a part as PARTS lists them, one column a term; counts beyond 255 are 255."""


def _weight(share: Values) -> Values:
    logs = -np.log(np.minimum(share, np.float32(MOST_COMMON)))
    return np.sqrt(logs * np.sqrt(logs))


class TermIndex:
    """Terms of the remembered articles by number, the documents that hold each, and how many those are.

    Rows and slots are numbers that only this memory knows; nothing that leaves it depends on them.
    """

    def __init__(self) -> None:
        self._slots: dict[str, dict[str, int]] = {}
        """By language: a word that two languages share is two terms."""
        self._postings: list[array[int] | None] = []
        self._documents = np.zeros(1024, dtype=np.int32)
        self._background = np.zeros(1024, dtype=np.float32)
        self._mass = np.zeros(1024, dtype=np.float32)
        """Documents that hold the term: those counted, and of the background's 300."""
        self._mine = np.zeros((len(PARTS), 1024), dtype=np.float32)
        self._local = np.zeros(1024, dtype=np.float32)
        self._times = np.full(1024, np.nan)
        """Publication time by row; nan: the row is not held any more."""
        self._totals = np.zeros(1024, dtype=np.float64)
        self._marks = np.zeros(1024, dtype=np.int32)
        self._size = 0
        """Articles counted."""
        self.rows = 0
        """Rows given out, those of articles that have left included."""

    # --- terms --------------------------------------------------------------------------------------------------------

    def slots(self, terms: Sequence[str], lang: str) -> Slots:
        """Numbers of terms, made where they are new."""
        known = self._slots.setdefault(lang, {})
        found = [known.get(term, -1) for term in terms]
        if -1 in found:
            for place, slot in enumerate(found):
                if slot < 0:
                    found[place] = self._new_slot(terms[place], lang)
        return np.array(found, dtype=np.int32)

    def _new_slot(self, term: str, lang: str) -> int:
        slot = self._slots[lang][term] = len(self._postings)
        share = background_share(term, lang)
        self._postings.append(array("i") if share <= LISTED else None)
        if slot == len(self._documents):
            for name in ("_documents", "_background", "_mass", "_local"):
                held = getattr(self, name)
                setattr(self, name, np.concatenate([held, np.zeros_like(held)]))
            self._mine = np.zeros((len(PARTS), len(self._documents)), dtype=np.float32)
        self._background[slot] = self._mass[slot] = share * BACKGROUND_DOCUMENTS
        return slot

    def documents(self, term: str, lang: str) -> int:
        """How many remembered documents hold a term."""
        slot = self._slots.get(lang, {}).get(term)
        return 0 if slot is None else int(self._documents[slot])

    # --- documents ----------------------------------------------------------------------------------------------------

    def add(self, terms: Terms, published: Seconds) -> int:
        """Count a document and list it under each of its text's terms; returns its row."""
        slots = terms.slots[terms.counts[0] > 0]
        row = self.rows
        if row == len(self._times):
            self._times = np.concatenate([self._times, np.full_like(self._times, np.nan)])
            self._totals = np.zeros(len(self._times), dtype=np.float64)
            self._marks = np.zeros(len(self._times), dtype=np.int32)
        self._times[row] = published
        self._count(slots, 1)
        for slot in slots.tolist():
            listed = self._postings[slot]
            if listed is not None:
                listed.append(row)
        self.rows += 1
        return row

    def discount(self, row: int, terms: Terms) -> None:
        """Uncount a document; its row stays listed, and is found no more, until the index is made anew."""
        self._count(terms.slots[terms.counts[0] > 0], -1)
        self._times[row] = np.nan

    def _count(self, slots: Slots, by: int) -> None:
        self._documents[slots] += by
        self._mass[slots] = self._background[slots] + self._documents[slots]
        self._size += by

    # --- weights ------------------------------------------------------------------------------------------------------

    def weights(self, slots: Slots, surroundings: Sequence[Terms] | None = None) -> Values:
        """Weight of each term: (-log p)^0.75 with p the share of documents here and, as 300 documents, in the background.

        Args:
            slots: may repeat.
            surroundings: documents with whose share of each term its p is mixed, so that what a whole topic says
                weighs little; None: p is the memory's alone.
        """
        share = self._mass[slots]
        share /= np.float32(self._size + BACKGROUND_DOCUMENTS)
        if surroundings is not None:
            share *= np.float32(1 - LOCAL)
            if surroundings:
                near = np.concatenate([terms.slots[terms.counts[0] > 0] for terms in surroundings])
                np.add.at(self._local, near, np.float32(LOCAL / SURROUNDINGS))
                share += self._local[slots]
                self._local[near] = 0.0
        return _weight(share)

    def compare(self, mine: Terms, others: Sequence[Terms]) -> "Comparison":
        """An article beside others; their cosines can be taken more than once, under different weights."""
        return Comparison(self, mine, others, self._mine)

    # --- search -------------------------------------------------------------------------------------------------------

    def search(
        self, terms: Terms, earliest: Seconds, latest: Seconds, limit: int
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
        """Rows published between two times that share most weight with a text's heaviest terms, and that weight.

        At least `limit` rows where so many share any, and those beyond that share as much as the last; in no order.
        """
        values = VALUES[terms.counts[0]] * self.weights(terms.slots)
        heaviest = np.lexsort((np.arange(len(values)), -values))[:QUERY_TERMS]
        documents = self._documents[terms.slots[heaviest]]
        rarest = heaviest[np.lexsort((heaviest, documents))]
        read: list[Slots] = []
        more: list[tuple[Slots, float]] = []
        entries = 0
        for place in rarest.tolist():
            listed = self._postings[terms.slots[place]]
            if not listed:
                continue
            rows = np.frombuffer(listed, dtype=np.int32)
            value = float(values[place])
            if read and entries + len(rows) > POSTINGS:
                more.append((rows, value))
            else:
                entries += len(rows)
                read.append(rows)
                self._totals[rows] += value
        if not read:
            return np.empty(0, dtype=np.int32), np.empty(0)
        found = np.concatenate(read)
        places = np.arange(len(found), dtype=np.int32)
        self._marks[found] = places
        found = found[self._marks[found] == places]  # each row once
        shares = self._totals[found]
        self._totals[found] = 0.0
        times = self._times[found]
        inside = (times >= earliest) & (times <= latest)
        found, shares = found[inside], shares[inside]
        if more:
            found, shares = _best(found, shares, WIDER * limit)
            for rows, value in more:
                at = np.searchsorted(rows, found)
                at[at == len(rows)] = 0
                shares[rows[at] == found] += value
        return _best(found, shares, limit)


def _best(
    rows: npt.NDArray[np.int32], shares: npt.NDArray[np.float64], limit: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
    """The rows with the greatest shares, and all that equal the last of them."""
    if len(rows) <= limit:
        return rows, shares
    kept = shares >= np.partition(shares, len(shares) - limit)[len(shares) - limit]
    return rows[kept], shares[kept]


class Comparison:
    """One article's terms beside those of others, laid end to end."""

    def __init__(self, index: TermIndex, mine: Terms, others: Sequence[Terms], scratch: Values) -> None:
        """Args:
        index: knows the weights.
        mine: the article's.
        others: what it is compared with.
        scratch: zeros, one row a part and one column a slot; zeros again when it is given back.
        """
        self._index = index
        self._mine = mine
        self._count = len(others)
        sizes = np.array([len(other.slots) for other in others], dtype=np.intp)
        self._filled = np.flatnonzero(sizes)
        filled = [others[place] for place in self._filled.tolist()]
        self._starts = np.cumsum(sizes[self._filled]) - sizes[self._filled]
        self._slots = np.concatenate([other.slots for other in filled]) if filled else np.empty(0, dtype=np.int32)
        self._values = (
            VALUES[np.concatenate([other.counts for other in filled], axis=1)] if filled else np.empty((len(PARTS), 0))
        )
        self._scratch = scratch

    def cosines(self, surroundings: Sequence[Terms] | None = None, parts: int = len(PARTS)) -> Values:
        """Weighted cosines: one row an other article, one column a part; 0 where one of the two is empty.

        Args:
            surroundings: see TermIndex.weights.
            parts: so many of PARTS.
        """
        result = np.zeros((self._count, parts), dtype=np.float32)
        if not len(self._filled) or not len(self._mine.slots):
            return result
        every = np.concatenate([self._mine.slots, self._slots])
        weights = self._index.weights(every, surroundings)
        mine = VALUES[self._mine.counts[:parts]] * weights[: len(self._mine.slots)]
        theirs = self._values[:parts] * weights[len(self._mine.slots) :]
        scratch = self._scratch[:parts]
        scratch[:, self._mine.slots] = mine
        dots = np.add.reduceat(theirs * scratch[:, self._slots], self._starts, axis=1)
        scratch[:, self._mine.slots] = 0.0
        norms = np.add.reduceat(theirs * theirs, self._starts, axis=1) * (mine * mine).sum(axis=1)[:, None]
        result[self._filled] = (dots / np.sqrt(np.maximum(norms, np.float32(1e-12)))).T
        return result
