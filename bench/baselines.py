"""Three plain ways of grouping articles, to stand beside our own: each online, in the same order, with one threshold.

The thresholds are those at which such systems are usually run, the same for all sets; none was fitted here.
"""

import math
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import regex
import xxhash

Line = Mapping[str, Any]
"""An article with its id, title and text."""

SHINGLE = 5
SIGNATURE = 128
MINHASH_NEEDED = 0.85
"""Share of equal signature values, an estimate of the Jaccard similarity of two texts' word 5-grams."""
TFIDF_NEEDED = 0.22
"""Mean cosine to a story's members."""
TITLE_NEEDED = 0.6
"""Share of the shorter title's words that the other holds."""
_PRIME = (1 << 61) - 1
_WORD = regex.compile(r"[\p{L}\p{N}]+")


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def by_minhash(lines: Iterable[Line]) -> dict[str, str]:
    """Story of each id: that of the most alike text by MinHash (Broder 1997), from MINHASH_NEEDED on."""
    random = np.random.default_rng(1)
    factors = random.integers(1, 1 << 32, SIGNATURE, dtype=np.uint64)
    offsets = random.integers(0, 1 << 32, SIGNATURE, dtype=np.uint64)
    signatures = np.empty((0, SIGNATURE), dtype=np.uint64)
    ids: list[str] = []
    found: dict[str, str] = {}
    for line in lines:
        words = _words(line["text"])
        grams = {" ".join(words[i : i + SHINGLE]) for i in range(max(1, len(words) - SHINGLE + 1))}
        hashes = np.array([xxhash.xxh32_intdigest(gram.encode()) for gram in sorted(grams)], dtype=np.uint64)
        signature = ((hashes[:, None] >> np.uint64(1)) * (factors >> np.uint64(1)) + offsets).astype(np.uint64)
        signature = (signature % np.uint64(_PRIME)).min(axis=0)
        alike = (signatures == signature).mean(axis=1)
        best = int(alike.argmax()) if ids else -1
        found[line["id"]] = found[ids[best]] if best >= 0 and alike[best] >= MINHASH_NEEDED else line["id"]
        signatures = np.vstack([signatures, signature])
        ids.append(line["id"])
    return found


class _Postings:
    """Term weights of the articles so far, and the document frequencies that they were made with."""

    def __init__(self) -> None:
        self._rows: dict[str, array[int]] = {}
        self._weights: dict[str, array[float]] = {}
        self._count = 0

    def vector(self, words: list[str]) -> dict[str, float]:
        """Unit vector of sublinear counts times log inverse document frequency, this document counted."""
        total = self._count + 1
        weights = {
            word: (1 + math.log(count)) * (math.log((1 + total) / (2 + len(self._rows.get(word, ())))) + 1)
            for word, count in sorted(Counter(words).items())
        }
        norm = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {word: weight / norm for word, weight in weights.items()}

    def cosines(self, vector: Mapping[str, float]) -> npt.NDArray[np.float64]:
        """Cosine with each article so far."""
        total = np.zeros(self._count)
        for word, weight in vector.items():
            if word in self._rows:
                total[np.frombuffer(self._rows[word], dtype=np.int64)] += weight * np.frombuffer(self._weights[word])
        return total

    def add(self, vector: Mapping[str, float]) -> None:
        for word, weight in vector.items():
            self._rows.setdefault(word, array("q")).append(self._count)
            self._weights.setdefault(word, array("d")).append(weight)
        self._count += 1


def by_tfidf(lines: Iterable[Line]) -> dict[str, str]:
    """Story of each id: the one with the greatest mean TF-IDF cosine over its members, from TFIDF_NEEDED on.

    A single pass with counts as articles arrive: an index fitted on the whole set would see the future.
    """
    postings = _Postings()
    names: list[str] = []
    sizes: list[int] = []
    places: list[int] = []
    found: dict[str, str] = {}
    for line in lines:
        vector = postings.vector(_words(f"{line['title']} {line['text']}"))
        place = len(names)
        if places:
            mean = np.bincount(places, weights=postings.cosines(vector), minlength=len(names)) / np.array(sizes)
            if mean.max() >= TFIDF_NEEDED:
                place = int(mean.argmax())
        if place == len(names):
            names.append(line["id"])
            sizes.append(0)
        postings.add(vector)
        sizes[place] += 1
        places.append(place)
        found[line["id"]] = names[place]
    return found


def by_title(lines: Iterable[Line]) -> dict[str, str]:
    """Story of each id: that of the article with whose title it shares most of the shorter one's words, from TITLE_NEEDED on."""
    titles: list[tuple[set[str], str]] = []
    found: dict[str, str] = {}
    for line in lines:
        words = set(_words(line["title"]))
        best, story = 0.0, line["id"]
        for other, name in titles:
            overlap = len(words & other) / max(min(len(words), len(other)), 1)
            if overlap > best:
                best, story = overlap, name
        found[line["id"]] = story if best >= TITLE_NEEDED else line["id"]
        titles.append((words, found[line["id"]]))
    return found


BASELINES: dict[str, Callable[[Iterable[Line]], dict[str, str]]] = {
    "TF-IDF single pass": by_tfidf,
    "title overlap .6": by_title,
    "MinHash only": by_minhash,
}
