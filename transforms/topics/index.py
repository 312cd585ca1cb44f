"""Which topics can match a document at all: an inverted index over one necessary term of each query.

A query that matches must have at least one of its necessary words in the title or the text. Only queries whose
necessary words occur are evaluated; those that have none (lang:uk alone, a leading wildcard) always are.
"""

from collections.abc import Iterable, Sequence

from transforms.topics.document import Document, literal_prefix
from transforms.topics.tree import And, Near, Node, Not, Or, Phrase

_TEXT_FIELDS = frozenset({"", "title", "lead", "text"})
_SHORTEST_PREFIX = 2
_BUCKET = 4
"""Letters of a wildcard's literal beginning by which it is looked up; of a shorter one all."""


def _cost(words: Iterable[str]) -> float:
    """How often these words let a document through: long ones rarely, wildcards more often."""
    return sum(
        2.0 ** -min(len(literal_prefix(word)), 12) * (2.0 if "*" in word or "?" in word else 1.0) for word in words
    )


def necessary_words(node: Node) -> frozenset[str] | None:
    """Words (or patterns) of which a matching document has at least one; None: no such set is known."""
    match node:
        case Phrase():
            if node.field not in _TEXT_FIELDS:
                return None
            usable = [
                word
                for word in node.words
                if len(literal_prefix(word)) >= _SHORTEST_PREFIX or literal_prefix(word) == word
            ]
            return frozenset({min(usable, key=lambda word: _cost((word,)))}) if usable else None
        case Near():
            sides = [_union([necessary_words(term) for term in side]) for side in (node.left, node.right)]
            return _cheapest(sides)
        case Not():
            return None
        case And():
            return _cheapest([necessary_words(inner) for inner in node.nodes])
        case Or():
            return _union([necessary_words(inner) for inner in node.nodes])


def _cheapest(sets: Sequence[frozenset[str] | None]) -> frozenset[str] | None:
    return min((words for words in sets if words is not None), key=_cost, default=None)


def _union(sets: Sequence[frozenset[str] | None]) -> frozenset[str] | None:
    known = [words for words in sets if words is not None]
    return frozenset().union(*known) if len(known) == len(sets) else None


class QueryIndex:
    """The necessary words of many queries, numbered as given."""

    def __init__(self, queries: Sequence[Node | None]) -> None:
        """Args: queries: trees; None for a topic without a query, which is never a candidate."""
        self._always: list[int] = []
        self._words: dict[str, list[int]] = {}
        self._prefixes: dict[str, dict[str, list[int]]] = {}
        for number, node in enumerate(queries):
            if node is None:
                continue
            words = necessary_words(node)
            if words is None:
                self._always.append(number)
                continue
            for word in words:
                prefix = literal_prefix(word)
                if prefix == word:
                    self._words.setdefault(word, []).append(number)
                else:
                    self._prefixes.setdefault(prefix[:_BUCKET], {}).setdefault(prefix, []).append(number)

    def candidates(self, document: Document) -> list[int]:
        """Numbers of the queries that may match, ascending: every one that does is among them."""
        found = set(self._always)
        for field in (document.title, document.text):
            vocabulary = field.places.keys()
            for word in self._words.keys() & vocabulary:
                found.update(self._words[word])
            if self._prefixes:
                self._add_prefixes(vocabulary, found)
        return sorted(found)

    def _add_prefixes(self, vocabulary: Iterable[str], found: set[int]) -> None:
        sizes = sorted({len(start) for start in self._prefixes})
        for word in vocabulary:
            for size in sizes:
                bucket = self._prefixes.get(word[:size])
                if bucket is not None:
                    for prefix, numbers in bucket.items():
                        if word.startswith(prefix):
                            found.update(numbers)
