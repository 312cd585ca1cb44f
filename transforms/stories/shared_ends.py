"""Boilerplate that two texts share: the same words at their beginning or end, while nothing else is the same.

Outlets hang one block on all their articles, and syndication hangs it on other outlets' too. No list knows all such
blocks, and which they are cannot be told from one text. Between two texts it can: a copy shares wording everywhere.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from transforms.stories.index import TermIndex, Terms
from transforms.stories.names import find_quotes
from transforms.stories.shingles import shared, sketch
from transforms.stories.similarity import Hashes, Profile, packed, quote_runs
from transforms.stories.terms import WORD, count_terms, split_words, stem_counts

KEPT_WORDS = 160
"""Words at each end of a text whose hashes are kept; more in common are a copy's, not boilerplate."""
FEWEST_WORDS = 12
"""Fewer words in common at an end are chance."""
MOST_SHARE = 0.85
"""A greater share of the shorter text is a copy, not boilerplate; a short notice has little of its own."""
LEFT = 0.12
"""Share of the remaining wording, in the shorter text, up to which two texts have nothing else in common."""

NO_ENDS = (0, 0)


def end_hashes(words: Sequence[str], hashed: Mapping[str, bytes]) -> tuple[bytes, bytes]:
    """Two bytes of the hash of each of a text's first and of its last folded words, in their order.

    Args:
        words: of the text.
        hashed: their hash_words().
    """
    first, last = words[:KEPT_WORDS], words[-KEPT_WORDS:]
    return b"".join([hashed[word][:2] for word in first]), b"".join([hashed[word][:2] for word in last])


def common_ends(a: Profile, b: Profile) -> tuple[int, int]:
    """How many words two texts begin and end with alike; 0 where they are too few to mean anything."""
    fewest = 2 * FEWEST_WORDS
    head = _run(a.head, b.head) if a.head[:fewest] == b.head[:fewest] and len(a.head) >= fewest else 0
    tail = _run(a.tail, b.tail, -1) if a.tail[-fewest:] == b.tail[-fewest:] and len(a.tail) >= fewest else 0
    return head, tail


def _run(a: bytes, b: bytes, step: int = 1) -> int:
    most = min(len(a), len(b)) // 2
    one, other = (np.frombuffer(end, dtype="<u2")[::step][:most] for end in (a, b))
    differing: npt.NDArray[np.intp] = np.flatnonzero(one != other)
    return int(differing[0]) if len(differing) else most


class Boilerplate:
    """A text's first and last words, to be left out of it and of another text that has them too."""

    def __init__(self, text: str, ends: tuple[int, int], lang: str, index: TermIndex) -> None:
        """Args:
        text: the body that has them.
        ends: how many words at the beginning and at the end.
        lang: of the text.
        index: numbers its terms.
        """
        head, tail = ends
        spans = [match.span() for match in WORD.finditer(text)]
        parts = [text[: spans[head - 1][1]]] if 0 < head <= len(spans) else []
        parts += [text[spans[-tail][0] :]] if 0 < tail <= len(spans) else []
        words = [split_words(part) for part in parts]
        counts = stem_counts(count_terms([word for part in words for word in part]), lang)
        self._slots = index.slots(list(counts), lang)
        self._counts = [min(count, 255) for count in counts.values()]
        self._quotes = quote_runs([quote for part in parts for quote in find_quotes(part)])
        self._shingles: Hashes = np.unique(
            np.concatenate([packed(()), *(packed(sketch(part)) for part in words if len(part) >= FEWEST_WORDS)])
        )

    def is_all(self, mine: Profile, other: Profile) -> bool:
        """Is it boilerplate: short beside the texts, and all that the two have in common in wording?"""
        own = len(self._shingles)
        least = min(len(mine.shingles), len(other.shingles))
        common = shared(mine.shingles, other.shingles)
        return own <= MOST_SHARE * least and common - own <= LEFT * (least - own)

    def left_out(self, profile: Profile) -> Profile:
        """A profile without it: what stands in lead and names cannot stand there more often than in the text."""
        text, lead, names, title = (
            dict(zip(slots.tolist(), counts.tolist(), strict=True))
            for slots, counts in zip(*profile.terms, strict=True)
        )
        for slot, count in zip(self._slots.tolist(), self._counts, strict=True):
            if slot in text:
                text[slot] = max(text[slot] - count, title.get(slot, 0))
                for bag in (lead, names):
                    if slot in bag:
                        bag[slot] = min(bag[slot], text[slot])
        bags = [{slot: count for slot, count in bag.items() if count} for bag in (text, lead, names, title)]
        return profile._replace(
            terms=Terms(
                slots=tuple(np.array(list(bag), dtype=np.int32) for bag in bags),
                counts=tuple(np.array(list(bag.values()), dtype=np.uint8) for bag in bags),
            ),
            quotes=np.setdiff1d(profile.quotes, self._quotes, assume_unique=True),
            shingles=np.setdiff1d(profile.shingles, self._shingles, assume_unique=True),
        )
