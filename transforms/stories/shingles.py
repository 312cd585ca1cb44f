"""Sketches of a text's word 5-grams, from which the share of shared wording is estimated."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import xxhash

SIZE = 5
"""Words of a shingle."""
BOUND = 1 << 63
"""Hashes below it are kept: one in two, the same ones in each text, so that containment can be estimated."""

_FACTORS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5],
    dtype=np.uint64,
)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_SHIFT = np.uint64(33)
_HALF = 16
"""Bits of the upper half of a hash of 32."""


def hash_words(words: Iterable[str]) -> dict[str, bytes]:
    """xxHash64 of each word, 8 bytes."""
    return {word: xxhash.xxh64_digest(word.encode()) for word in set(words)}


def sketch(words: Sequence[str], bound: int = BOUND, hashed: Mapping[str, bytes] | None = None) -> tuple[int, ...]:
    """Sorted hashes of the word 5-grams that fall below the bound; a text of fewer words counts as one shingle.

    A shingle's hash is a sum of its words' xxHash64, each times an odd factor of its place, mixed once more
    (the finaliser of MurmurHash3).

    Args:
        words: folded, in order.
        bound: hashes from it on are left out.
        hashed: the words' hash_words(), where they are at hand.
    """
    if not words:
        return ()
    known = hash_words(words) if hashed is None else hashed
    hashes = np.frombuffer(b"".join([known[word] for word in words]), dtype=">u8").astype(np.uint64)
    count = max(1, len(words) - SIZE + 1)
    total = np.zeros(count, dtype=np.uint64)
    for place in range(min(SIZE, len(words))):
        total += hashes[place : place + count] * _FACTORS[place]
    total ^= total >> _SHIFT
    total *= _MIX
    total ^= total >> _SHIFT
    return tuple(np.unique(total[total < np.uint64(bound)]).tolist())


def shared(a: npt.NDArray[np.unsignedinteger], b: npt.NDArray[np.unsignedinteger]) -> int:
    """How many hashes two sorted lists, each without repeats, have in common."""
    if a.size > b.size:
        a, b = b, a
    if not a.size:
        return 0
    places = np.searchsorted(b, a)
    places[places == b.size] = 0
    return int(np.count_nonzero(b[places] == a))


def shared_with_each(mine: npt.NDArray[np.uint32], others: Sequence[npt.NDArray[np.uint32]]) -> npt.NDArray[np.intp]:
    """shared() of one list with each of others, which are mostly unlike it.

    Most hashes are ruled out by their upper half, which a table of all upper halves in `mine` does not hold.
    """
    ends = np.cumsum([len(other) for other in others], dtype=np.intp)
    if not len(mine) or not len(others) or not ends[-1]:
        return np.zeros(len(others), dtype=np.intp)
    theirs = np.concatenate(others)
    held = np.zeros(1 << _HALF, dtype=np.bool_)
    held[mine >> _HALF] = True
    places = np.flatnonzero(held.take(theirs >> _HALF))
    hashes = theirs[places]
    found = np.searchsorted(mine, hashes)
    found[found == len(mine)] = 0
    which = np.searchsorted(ends, places[mine[found] == hashes], side="right")
    return np.bincount(which, minlength=len(others))
