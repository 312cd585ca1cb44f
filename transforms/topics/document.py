"""An article as queries see it: its folded words with their places, by field."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from fnmatch import translate
from functools import cached_property, lru_cache
from typing import NamedTuple

from transforms.model import Article
from transforms.topics.tree import And, Near, Node, Not, Or, Phrase
from transforms.topics.words import fold, spans, tokens

LEAD_WORDS = 200
"""Words of the body that are its lead, as in Fingerprint.lead_terms."""
_SNIPPET = 80
"""Characters on each side of a hit."""
_LONGEST_HIT = 240
"""Characters of a hit itself that are shown: a NEAR may span a page."""


@lru_cache(maxsize=16384)
def _glob(word: str) -> re.Pattern[str]:
    return re.compile(translate(word))


def literal_prefix(word: str) -> str:
    """What a pattern's matches begin with; the word itself where it has no wildcard."""
    return re.split(r"[*?]", word, maxsplit=1)[0]


class Field:
    """The words of one field and where each stands."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words

    @cached_property
    def places(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = {}
        for place, word in enumerate(self.words):
            known = places.get(word)
            if known is None:
                places[word] = [place]
            else:
                known.append(place)
        return places

    @cached_property
    def _vocabulary(self) -> list[str]:
        return sorted(self.places)

    @cached_property
    def _expanded(self) -> dict[str, frozenset[str]]:
        return {}

    def matching(self, pattern: str) -> frozenset[str]:
        """The words here that a pattern with wildcards stands for."""
        known = self._expanded.get(pattern)
        if known is None:
            prefix = literal_prefix(pattern)
            vocabulary = self._vocabulary
            start = bisect_left(vocabulary, prefix)
            found = []
            fits = _glob(pattern).match if pattern != prefix + "*" else bool
            for word in vocabulary[start:] if prefix else vocabulary:
                if not word.startswith(prefix):
                    break
                if fits(word):
                    found.append(word)
            known = self._expanded[pattern] = frozenset(found)
        return known

    def find(self, words: tuple[str, ...]) -> list[int]:
        """Places at which the words (or patterns) stand side by side, ascending."""
        known = self.places
        for word in words:  # what mostly fails comes first
            if word not in known and "*" not in word and "?" not in word:
                return []
        options = [self.matching(word) if "*" in word or "?" in word else word for word in words]
        first: list[list[int]] = []  # places of each word, to start from the rarest
        for option in options:
            if isinstance(option, str):
                first.append(known[option])
            elif len(option) == 1:
                first.append(known[next(iter(option))])
            elif option:
                first.append(sorted(place for word in option for place in known[word]))
            else:
                return []
        if len(words) == 1:
            return first[0]
        rarest = min(range(len(words)), key=lambda index: len(first[index]))
        last = len(self.words) - len(words)
        found = []
        for place in first[rarest]:
            start = place - rarest
            if 0 <= start <= last and all(
                self.words[start + offset] == option
                if isinstance(option, str)
                else self.words[start + offset] in option
                for offset, option in enumerate(options)
            ):
                found.append(start)
        return found


class Pair(NamedTuple):
    """A NEAR found: the words from start to end, and which two terms met there."""

    start: int
    end: int
    left: Phrase
    right: Phrase


def _places(term: tuple[int, int, Phrase]) -> tuple[int, int]:
    return term[:2]


class Document:
    """An article's fields, ready to be asked. The boilerplate tail of the body is left out by whoever makes it."""

    def __init__(self, article: Article, body: str | None = None) -> None:
        """Args: article; body: its text without the boilerplate tail, None: the whole text."""
        self._article = article
        self._known_spans: dict[str, list[tuple[int, int]]] = {}
        self._body = article.text if body is None else body
        self.title = Field(tokens(article.title))
        self.text = Field(tokens(self._body))

    @cached_property
    def _authors(self) -> Field:
        return Field([word for author in self._article.authors for word in (*tokens(author), "")])

    @cached_property
    def _outlet(self) -> Field:
        return Field(tokens(self._article.outlet))

    @cached_property
    def _domain(self) -> Field:
        return Field([fold(label) for label in self._article.domain.split(".") if label])

    @cached_property
    def _lang(self) -> Field:
        return Field(tokens(self._article.lang))

    def hits(self, phrase: Phrase, field: str) -> list[int]:
        """Places of a phrase in a field; a domain is matched from its end: domain:bbc.co.uk, domain:ua."""
        match field:
            case "title":
                return self.title.find(phrase.words)
            case "text":
                return self.text.find(phrase.words)
            case "lead":
                places = self.text.find(phrase.words)
                if places and places[-1] + len(phrase.words) > LEAD_WORDS:
                    return [place for place in places if place + len(phrase.words) <= LEAD_WORDS]
                return places
            case "domain":
                start = len(self._domain.words) - len(phrase.words)
                return [place for place in self._domain.find(phrase.words) if place == start]
            case "author":
                return self._authors.find(phrase.words)
            case "lang":
                return self._lang.find(phrase.words)
            case "outlet":
                return self._outlet.find(phrase.words)
        raise ValueError(f"{field!r} is no field of a query")

    def near(self, near: Near, field: str) -> list["Pair"]:
        """Each left term with a right one within reach: the nearest on each side of it."""
        left = sorted(self._terms(near.left, field), key=_places)
        right = sorted(self._terms(near.right, field), key=_places)
        if not left or not right:
            return []
        starts = [start for start, _, _ in right]
        longest = max(end - start for start, end, _ in right)
        found = []
        for start, end, term in left:
            at = bisect_left(starts, end)  # the nearest that begins where this one has ended
            if at < len(right) and right[at][0] - end < near.distance:
                found.append(Pair(start, right[at][1], term, right[at][2]))
            # the nearest that ends where this one begins; terms differ in length, so look back a little
            for other in range(bisect_left(starts, start) - 1, -1, -1):
                gap = start - right[other][1]
                if 0 <= gap < near.distance:
                    found.append(Pair(right[other][0], end, term, right[other][2]))
                    break
                if start - right[other][0] - longest >= near.distance:
                    break
        return found

    def _terms(self, terms: Sequence[Phrase], field: str) -> Iterator[tuple[int, int, Phrase]]:
        for term in terms:
            for place in self.hits(term, field):
                yield place, place + len(term.words), term

    def _spans(self, field: str) -> list[tuple[int, int]]:
        known = self._known_spans.get(field)
        if known is None:
            text = self._article.title if field == "title" else self._body
            known = self._known_spans[field] = spans(text)
        return known

    def snippet(self, field: str, start: int, end: int) -> str:
        """The text around words start to end of a field, on one line."""
        text = self._article.title if field == "title" else self._body
        places = self._spans(field)
        begin, finish = places[start][0], places[min(end, len(places)) - 1][1]
        finish = min(finish, begin + _LONGEST_HIT)
        before, after = text[max(0, begin - _SNIPPET) : begin], text[finish : finish + _SNIPPET]
        if begin > _SNIPPET:  # words cut in two are left out, unless the script has no spaces
            before = "… " + (before.split(maxsplit=1)[1] if len(before.split(maxsplit=1)) > 1 else before)
        if finish + _SNIPPET < len(text):
            after = (after.rsplit(maxsplit=1)[0] if len(after.rsplit(maxsplit=1)) > 1 else after) + " …"
        return " ".join(f"{before}{text[begin:finish]}{after}".split())


def fields_of(leaf: Phrase | Near) -> tuple[str, ...]:
    """Where a term is looked for."""
    return (leaf.field,) if leaf.field else ("title", "text")


def occurs(leaf: Phrase | Near, document: Document) -> bool:
    """Does a term or a NEAR occur in one of its fields?"""
    if isinstance(leaf, Phrase):
        if not leaf.field:
            return bool(document.title.find(leaf.words) or document.text.find(leaf.words))
        return bool(document.hits(leaf, leaf.field))
    return any(document.near(leaf, field) for field in fields_of(leaf))


def matches(node: Node, document: Document) -> bool:
    """Is a query's answer yes?"""
    if isinstance(node, And):
        return all(matches(inner, document) for inner in node.nodes)
    if isinstance(node, Or):
        return any(matches(inner, document) for inner in node.nodes)
    if isinstance(node, Not):
        return not matches(node.node, document)
    return occurs(node, document)
