"""An inverted index over the words of remembered articles: which of them may tell the same story."""

import itertools
import math
from array import array
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from transforms.model import Seconds
from transforms.stories.terms import background_share

BACKGROUND_DOCUMENTS = 300
"""How many documents the fixed background weighs against those in memory."""
LEAST_RARE = np.float32(-math.log(0.999))
"""A term in more than 999 of 1,000 documents counts as no more common, so that it still weighs something."""
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
    """An article's terms, in an order that the article alone makes, so that sums do not depend on how a memory came about.

    One bag a part, as PARTS lists them: the index's numbers of the terms that stand there, and how often each does,
    counts beyond 255 as 255.
    """

    slots: tuple[Slots, ...]
    counts: tuple[Counts, ...]


def _weight(rarity: Values) -> Values:
    """(-log p)^0.75, given the -log p of each term; the array given is used up."""
    np.maximum(rarity, LEAST_RARE, out=rarity)
    roots = np.sqrt(rarity)
    roots *= rarity
    return np.sqrt(roots, out=roots)


class TermIndex:
    """Terms of the remembered articles by number, the documents that hold each, and how many those are.

    Rows and slots are numbers that only this memory knows; nothing that leaves it depends on them.
    """

    def __init__(self) -> None:
        self._slots: dict[str, dict[str, int]] = {}
        """By language: a word that two languages share is two terms."""
        self._words: list[str] = []
        """The term of each number."""
        self._postings: list[array[int] | None] = []
        self._documents = np.zeros(1024, dtype=np.int32)
        self._background = np.zeros(1024, dtype=np.float32)
        self._mass = np.zeros(1024, dtype=np.float32)
        """Documents that hold the term: those counted, and of the background's 300."""
        self._log_mass = np.zeros(1024, dtype=np.float32)
        self._scratch = np.zeros(1024, dtype=np.float32)
        """Zeros, lent to one comparison at a time."""
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
        """Numbers of terms, each given once; made where they are new."""
        known = self._slots.setdefault(lang, {})
        found = list(map(known.get, terms))
        if None in found:
            first = self.terms
            self._number([term for term, slot in zip(terms, found, strict=True) if slot is None], lang)
            made = itertools.count(first)
            found = [next(made) if slot is None else slot for slot in found]
        return np.array(found, dtype=np.int32)

    def _number(self, terms: Sequence[str], lang: str) -> None:
        """Give each term, all of them new, its number."""
        first = len(self._postings)
        self._slots[lang].update(zip(terms, range(first, first + len(terms)), strict=True))
        self._words += terms
        shares = [background_share(term, lang) for term in terms]
        self._postings += [array("i") if share <= LISTED else None for share in shares]
        while len(self._postings) > len(self._documents):
            for name in ("_documents", "_background", "_mass", "_log_mass", "_local", "_scratch"):
                held = getattr(self, name)
                setattr(self, name, np.concatenate([held, np.zeros_like(held)]))
        background = np.array(shares, dtype=np.float32) * np.float32(BACKGROUND_DOCUMENTS)
        self._background[first : first + len(terms)] = self._mass[first : first + len(terms)] = background
        self._log_mass[first : first + len(terms)] = np.log(background)

    @property
    def terms(self) -> int:
        """How many terms have a number."""
        return len(self._postings)

    def words(self, slots: Slots) -> list[str]:
        """The terms that have these numbers."""
        return list(map(self._words.__getitem__, slots.tolist()))

    def documents(self, term: str, lang: str) -> int:
        """How many remembered documents hold a term."""
        slot = self._slots.get(lang, {}).get(term)
        return 0 if slot is None else int(self._documents[slot])

    # --- documents ----------------------------------------------------------------------------------------------------

    def add(self, terms: Terms, published: Seconds) -> int:
        """Count a document and list it under each of its text's terms; returns its row."""
        slots = terms.slots[0]
        row = self.rows
        if row == len(self._times):
            self._times = np.concatenate([self._times, np.full_like(self._times, np.nan)])
            self._totals = np.zeros(len(self._times), dtype=np.float64)
            self._marks = np.zeros(len(self._times), dtype=np.int32)
        self._times[row] = published
        self._count(slots, 1)
        for listed in map(self._postings.__getitem__, slots.tolist()):
            if listed is not None:
                listed.append(row)
        self.rows += 1
        return row

    def discount(self, row: int, terms: Terms) -> None:
        """Uncount a document; its row stays listed, and is found no more, until the index is made anew."""
        self._count(terms.slots[0], -1)
        self._times[row] = np.nan

    def _count(self, slots: Slots, by: int) -> None:
        self._documents[slots] += by
        self._mass[slots] = mass = self._background[slots] + self._documents[slots]
        self._log_mass[slots] = np.log(mass)
        self._size += by

    # --- weights ------------------------------------------------------------------------------------------------------

    def weights(self, slots: Slots, surroundings: Sequence[Terms] | None = None) -> Values:
        """Weight of each term: (-log p)^0.75 with p the share of documents here and, as 300 documents, in the background.

        Args:
            slots: may repeat.
            surroundings: documents with whose share of each term its p is mixed, so that what a whole topic says
                weighs little; None: p is the memory's alone.
        """
        documents = np.float32(self._size + BACKGROUND_DOCUMENTS)
        if surroundings is None:
            return _weight(np.log(documents) - self._log_mass.take(slots))
        share = self._mass.take(slots)
        share *= np.float32(1 - LOCAL) / documents
        if surroundings:
            near = np.concatenate([terms.slots[0] for terms in surroundings])
            np.add.at(self._local, near, np.float32(LOCAL / SURROUNDINGS))
            share += self._local.take(slots)
            self._local[near] = 0.0
        return _weight(-np.log(share, out=share))

    def compare(self, mine: Terms, others: Sequence[Terms]) -> "Comparison":
        """An article beside others; their cosines can be taken more than once, under different weights."""
        return Comparison(self, mine, others, self._scratch)

    # --- search -------------------------------------------------------------------------------------------------------

    def heaviest(self, terms: Terms) -> tuple[Slots, Values]:
        """The terms of a text that look for candidates and are listed, the rarest first, and what each is worth."""
        slots = terms.slots[0]
        values = VALUES.take(terms.counts[0]) * self.weights(slots)
        heaviest = np.lexsort((np.arange(len(values)), -values))[:QUERY_TERMS]
        documents = self._documents[slots[heaviest]]
        rarest = heaviest[np.lexsort((heaviest, documents))]
        listed = [place for place in rarest.tolist() if self._postings[slots[place]]]
        return slots[listed], values[listed]

    def search(
        self, terms: Terms, earliest: Seconds, latest: Seconds, limit: int, entries: float = POSTINGS
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
        """Rows published between two times that share most weight with a text's heaviest terms, and that weight.

        At least `limit` rows where so many share any, and those beyond that share as much as the last; in no order.

        Args:
            terms: the text's.
            earliest: publication time.
            latest: publication time.
            limit: how many rows are wanted.
            entries: so many are read whole; infinity: all, and the rows are surely the best.
        """
        read: list[Slots] = []
        more: list[tuple[Slots, float]] = []
        for slot, value in zip(*(found.tolist() for found in self.heaviest(terms)), strict=True):
            rows = np.frombuffer(self._postings[slot] or b"", dtype=np.int32)
            entries -= len(rows)
            if read and entries < 0:
                more.append((rows, value))
            else:
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
            order = np.argsort(found)  # rows in order are looked up faster
            found, shares = found[order], shares[order]
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
    """One article's terms beside those of others; their bags lie end to end, part after part."""

    def __init__(self, index: TermIndex, mine: Terms, others: Sequence[Terms], scratch: Values) -> None:
        """Args:
        index: knows the weights.
        mine: the article's.
        others: what it is compared with, at least one.
        scratch: zeros, one a slot; zeros again when it is given back.
        """
        self._index = index
        self._mine = mine
        self._slots = list(zip(*(other.slots for other in others), strict=True))
        self._counts = list(zip(*(other.counts for other in others), strict=True))
        self._scratch = scratch

    def cosines(self, surroundings: Sequence[Terms] | None = None, parts: int = len(PARTS)) -> Values:
        """Weighted cosines: one row an other article, one column a part; 0 where one of the two is empty.

        Args:
            surroundings: see TermIndex.weights.
            parts: so many of PARTS.
        """
        result = np.zeros((len(self._slots[0]), parts), dtype=np.float32)
        every = np.concatenate([bag for part in range(parts) for bag in (self._mine.slots[part], *self._slots[part])])
        weights = self._index.weights(every, surroundings)
        behind = 0
        for part in range(parts):
            own, sizes = self._mine.slots[part], np.array(list(map(len, self._slots[part])), dtype=np.intp)
            ends = np.cumsum(sizes)
            before, begin = behind, behind + len(own)
            behind = begin + int(ends[-1])
            filled = np.flatnonzero(sizes)
            if not len(filled) or not len(own):
                continue
            mine = VALUES.take(self._mine.counts[part])
            mine *= weights[before:begin]
            theirs = VALUES.take(np.concatenate(self._counts[part]))
            theirs *= weights[begin:behind]
            self._scratch[own] = mine
            products = self._scratch.take(every[begin:behind])
            self._scratch[own] = 0.0
            products *= theirs
            theirs *= theirs
            starts = (ends - sizes)[filled]
            norms = np.add.reduceat(theirs, starts) * np.dot(mine, mine)
            result[filled, part] = np.add.reduceat(products, starts) / np.sqrt(np.maximum(norms, np.float32(1e-12)))
        return result
