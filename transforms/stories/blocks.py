"""Boilerplate that two texts share: the same sentences at their beginning or end, while nothing else is the same.

Outlets hang one block on all their articles, and syndication hangs it on other outlets' too. No list knows all such
blocks, and which they are cannot be told from one text. Between two texts it can: a copy shares wording everywhere.
"""

from collections.abc import Sequence

import numpy as np
import regex
import xxhash

from transforms.stories.index import TermIndex, Terms
from transforms.stories.names import find_quotes
from transforms.stories.shingles import shared, sketch
from transforms.stories.similarity import Hashes, Profile, packed, quote_runs
from transforms.stories.terms import count_terms, split_words, stem_counts

MOST_WORDS = 150
"""More words in common are a copy's, not boilerplate."""
MOST_SHARE = 0.7
"""A greater share of the shorter text is a copy, not boilerplate; a short notice has little of its own."""
LEFT = 0.12
"""Share of the remaining wording, in the shorter text, up to which two texts have nothing else in common."""

_SENTENCE_END = regex.compile(r"(?<=[.!?…。！？][\"'”’»)\]]{0,2})\s+|\s*\n\s*")


def split_blocks(text: str) -> list[str]:
    """The sentences of a text; a line's end ends one too."""
    return [block for block in _SENTENCE_END.split(text) if block.strip()]


def block_hashes(text: str) -> tuple[int, ...]:
    """One 32-bit hash a sentence, in order."""
    return tuple(xxhash.xxh32_intdigest(block.strip().lower().encode()) for block in split_blocks(text))


def common_ends(a: Sequence[int], b: Sequence[int]) -> tuple[int, int]:
    """How many blocks two texts begin and end with alike; (0, 0) where one of them is nothing else."""
    most = min(len(a), len(b))
    tail = head = 0
    while tail < most and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    while head < most and a[head] == b[head]:
        head += 1
    return (head, tail) if head + tail < most else (0, 0)


class Boilerplate:
    """Some of a text's first and last sentences, to be left out of it and of another text that has them too."""

    def __init__(self, text: str, head: int, tail: int, lang: str, index: TermIndex) -> None:
        """Args:
        text: the body that has them.
        head: how many sentences at the beginning.
        tail: how many at the end.
        lang: of the text.
        index: numbers its terms.
        """
        blocks = split_blocks(text)
        ends = [" ".join(part) for part in (blocks[:head], blocks[len(blocks) - tail :]) if part]
        words = [split_words(end) for end in ends]
        counts = stem_counts(count_terms([word for end in words for word in end]), lang)
        self.words = sum(len(end) for end in words)
        self._slots = index.slots(list(counts), lang)
        self._counts = np.array([min(count, 255) for count in counts.values()], dtype=np.int16)
        self._quotes = quote_runs([quote for end in ends for quote in find_quotes(end)])
        self._shingles: Hashes = np.unique(np.concatenate([packed(sketch(end)) for end in words]))

    def is_all(self, mine: Profile, other: Profile) -> bool:
        """Is it all that the two have in common in wording?"""
        own = len(self._shingles)
        least = min(len(mine.shingles), len(other.shingles))
        if self.words > MOST_WORDS or own > MOST_SHARE * least:
            return False
        return shared(mine.shingles, other.shingles) - own <= LEFT * (least - own)

    def left_out(self, profile: Profile) -> Profile:
        """A profile without it: what stands in lead and names cannot stand there more often than in the text."""
        terms = profile.terms
        text, lead, names, title = terms.counts.astype(np.int16)
        at = np.searchsorted(terms.slots, self._slots, sorter=(order := np.argsort(terms.slots)))
        at = order[np.minimum(at, len(order) - 1)]
        here = terms.slots[at] == self._slots
        own = at[here]
        text[own] = np.maximum(text[own] - self._counts[here], title[own])
        lead[own] = np.minimum(lead[own], text[own])
        names[own] = np.minimum(names[own], text[own])
        counts = np.stack([text, lead, names, title]).astype(np.uint8)
        return profile._replace(
            terms=Terms(terms.slots, counts),
            quotes=np.setdiff1d(profile.quotes, self._quotes, assume_unique=True),
            shingles=np.setdiff1d(profile.shingles, self._shingles, assume_unique=True),
        )
