"""As many articles as are wanted, each mixed of sentences of two others; made sentence by sentence.

A text for each would have to be read whole, which takes a hundred times as long. What is kept of a mixed text is put
together from what its sentences hold: words in their order, names, numbers, quotes and word 5-grams; credits and facts
are those of the first of the two. Only what stands between two sentences is missing.
"""

import functools
import gzip
import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import regex
import xxhash

from transforms.articles.boilerplate import split_tail
from transforms.articles.saved import saved_article
from transforms.model import Article, Fingerprint, Judged
from transforms.stories.fingerprint import LEAD_WORDS, fingerprint
from transforms.stories.index import TermIndex, Terms
from transforms.stories.links import link_key
from transforms.stories.names import find_numbers, find_quotes
from transforms.stories.outlets import OutletTable
from transforms.stories.shared_ends import KEPT_WORDS
from transforms.stories.shingles import hash_words, sketch
from transforms.stories.similarity import Hashes, Profile, packed, profile_of, quote_runs
from transforms.stories.terms import count_terms, find_words, fold_words, split_words

TAKEN = 1 / 3
"""Share of the sentences of each of the two that a mixed article takes."""
FEWEST = 6
"""Sentences of an article that is mixed; shorter ones are left out."""

PACKED = np.uint64(31)
"""Bits of a sketch's hash that profiles leave out."""

_SENTENCE = regex.compile(r"(?<=[.!?…][\"'”’»)]*)\s+(?=[\p{Lu}“\"‘«])|\n+")

_NONE: frozenset[str] = frozenset()
Numbers = npt.NDArray[np.int32]


class _Sentence(NamedTuple):
    words: Numbers
    """Number of each word's term, -1 where it has none."""
    names: Numbers
    ends: bytes
    """The words' two-byte hashes."""
    shingles: Hashes
    """The sketch, packed as profiles have it."""
    numbers: tuple[str, ...]
    number_hashes: Hashes
    quotes: tuple[str, ...]
    runs: Hashes


class _Source(NamedTuple):
    article: Article
    print_: Fingerprint
    title: Numbers
    sources: frozenset[str]
    sentences: list[_Sentence]


class Mixed(NamedTuple):
    """An article of some sentences of two others, in their order, headed by one of the two headlines."""

    article: Article
    print_: Fingerprint
    """What it has of a fingerprint beside words: the first one's credits and facts."""
    title: Numbers
    sources: frozenset[str]
    sentences: list[_Sentence]


@functools.cache
def _term(word: str) -> str:
    """The term that a word counts for, "" where it counts for none."""
    return next(iter(count_terms([word])), "")


class Mixer:
    """The articles of a stream, ready to be mixed."""

    def __init__(self, rows: Iterable[dict[str, Any]], outlets: OutletTable) -> None:
        """Args:
        rows: articles with title, text, url, source and lang, all in one language.
        outlets: names the credited ones.
        """
        self._terms: dict[str, int] = {}
        read = [self._source(row, place, outlets) for place, row in enumerate(rows)]
        self._sources = [source for source in read if len(source.sentences) >= FEWEST]
        self._lang = self._sources[0].article.lang
        order = sorted(self._terms)
        self._ordered = np.array(order, dtype=object)
        ranks = dict(zip(order, range(len(order)), strict=True))
        self._ranks = np.array([*map(ranks.__getitem__, self._terms), -1], dtype=np.int32)
        """By number of a term its place in the alphabet; -1 stays -1."""
        self._slots = np.empty(0, dtype=np.int32)

    def __len__(self) -> int:
        return len(self._sources)

    def _source(self, row: dict[str, Any], place: int, outlets: OutletTable) -> _Source:
        url = row.get("url") or f"https://made-up.example/{place}"
        outlet = row.get("source") or ""
        article = saved_article(url, row["title"], row["text"], lang=row["lang"], published=0.0, outlet=outlet)
        print_ = fingerprint(article, outlets)
        body, _ = split_tail(article.text)
        sentences = [self._sentence(part, print_) for part in _SENTENCE.split(body) if part and part.strip()]
        return _Source(
            article,
            msgspec.structs.replace(
                print_, vector=b"", lead_terms={}, body_terms={}, names={}, shingles=(), quotes=(), head=b"", tail=b""
            ),
            self._numbered(map(_term, split_words(article.title))),
            profile_of(article, print_, TermIndex()).sources,
            [one for one in sentences if len(one.words)],
        )

    def _numbered(self, terms: Iterable[str]) -> Numbers:
        numbers = [self._terms.setdefault(term, len(self._terms)) if term else -1 for term in terms]
        return np.array(numbers, dtype=np.int32)

    def _sentence(self, text: str, print_: Fingerprint) -> _Sentence:
        written = find_words(text)
        words = fold_words(written)
        terms = [_term(word) for word in words]
        hashed = hash_words(words)
        numbers = self._numbered(terms)
        named = [word[0].isupper() and term in print_.names for word, term in zip(written, terms, strict=False)]
        found, quotes = find_numbers(text), find_quotes(text)
        return _Sentence(
            words=numbers,
            names=numbers[: len(named)][np.array(named, dtype=bool)],
            ends=b"".join([hashed[word][:2] for word in words]),
            shingles=packed(sketch(words, hashed=hashed)),
            numbers=found,
            number_hashes=np.array([xxhash.xxh32_intdigest(number.encode()) for number in found], dtype=np.uint32),
            quotes=quotes,
            runs=quote_runs(quotes),
        )

    def pair(self, chance: np.random.Generator) -> tuple[int, int]:
        """Two different articles of the stream, by number."""
        count = len(self._sources)
        one = int(chance.integers(count))
        return one, (one + 1 + int(chance.integers(count - 1))) % count

    def mixed(self, pair: tuple[int, int], name: str, published: float, chance: np.random.Generator) -> Mixed:
        """Mix two articles.

        Args:
            pair: their numbers.
            name: makes the new one's id and address; no two may have the same.
            published: publication time.
            chance: draws the sentences.
        """
        sources = [self._sources[place] for place in pair]
        one, other = (_some(source.sentences, chance) for source in sources)
        turns = chance.permutation(len(one) + len(other)) < len(one)
        drawn = {True: iter(one), False: iter(other)}
        first, headed = sources[0], sources[int(chance.integers(2))]
        digest = hashlib.sha256(name.encode()).hexdigest()
        article = Article(
            id=digest[:16],
            url=f"https://www.{first.article.domain}/{name}/{digest[16:40]}",
            title=headed.article.title,
            text="",
            published=published,
            outlet=first.article.outlet,
            domain=first.article.domain,
            lang=self._lang,
            seen=published,
            text_hash=digest[:32],
        )
        sentences = [next(drawn[turn]) for turn in turns.tolist()]
        print_ = msgspec.structs.replace(first.print_, article_id=article.id, title_terms=headed.print_.title_terms)
        return Mixed(article, print_, headed.title, first.sources, sentences)

    def judged(self, mixed: Mixed) -> Judged:
        """A mixed article with its whole fingerprint; its sketch's hashes end where profiles cut them."""
        sentences = mixed.sentences
        words = self._ranks[np.concatenate([one.words for one in sentences])]
        ends = b"".join([one.ends for one in sentences])
        print_ = msgspec.structs.replace(
            mixed.print_,
            lead_terms=self._counted(words[:LEAD_WORDS]),
            body_terms=self._counted(words),
            names=self._counted(self._ranks[np.concatenate([one.names for one in sentences])]),
            numbers=tuple(sorted({number for one in sentences for number in one.numbers})),
            quotes=tuple(quote for one in sentences for quote in one.quotes),
            shingles=tuple((_union([one.shingles for one in sentences]).astype(np.uint64) << PACKED).tolist()),
            words=len(words),
            head=ends[: 2 * KEPT_WORDS],
            tail=ends[-2 * KEPT_WORDS :],
        )
        return Judged(mixed.article, print_)

    def _counted(self, words: Numbers) -> dict[str, int]:
        found, counts = _tally(words)
        return dict(zip(self._ordered[found].tolist(), counts.tolist(), strict=True))

    def number_terms(self, index: TermIndex) -> None:
        """Give all terms their numbers in the index that profiles are made for."""
        self._slots = index.slots(self._ordered.tolist(), self._lang)

    def profile(self, mixed: Mixed) -> Profile:
        """profile_of() of a mixed article without the way over its fingerprint."""
        article, sentences = mixed.article, mixed.sentences
        title = self._ranks[mixed.title]
        words = self._ranks[np.concatenate([one.words for one in sentences])]
        ends = b"".join([one.ends for one in sentences])
        return Profile(
            terms=self._terms_of(
                np.concatenate([words, title]),
                np.concatenate([words[:LEAD_WORDS], title]),
                self._ranks[np.concatenate([one.names for one in sentences])],
                title,
            ),
            quotes=_union([one.runs for one in sentences]),
            shingles=_union([one.shingles for one in sentences]),
            head=ends[: 2 * KEPT_WORDS],
            tail=ends[-2 * KEPT_WORDS :],
            numbers=_union([one.number_hashes for one in sentences]),
            sources=frozenset(set(mixed.sources)) or _NONE,
            published_by=frozenset({article.domain, article.outlet.lower()} - {""}),
            links=frozenset(mixed.print_.links) or _NONE,
            site=link_key(article.url),
        )

    def _terms_of(self, *parts: Numbers) -> Terms:
        """Terms from the words of each part."""
        bags = [_tally(part) for part in parts]
        return Terms(
            slots=tuple(self._slots[found] for found, _ in bags),
            counts=tuple(np.minimum(counts, 255).astype(np.uint8) for _, counts in bags),
        )


def _some(sentences: list[_Sentence], chance: np.random.Generator) -> list[_Sentence]:
    kept = np.flatnonzero(chance.random(len(sentences)) < TAKEN)
    return [sentences[at] for at in kept.tolist()] or [sentences[int(chance.integers(len(sentences)))]]


def _begins(ordered: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """Where each number begins in an ordered array."""
    begins = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=begins[1:])
    return begins.nonzero()[0]


def _tally(words: Numbers) -> tuple[Numbers, npt.NDArray[np.intp]]:
    """Each number that is not negative, in order, and how often it is there."""
    words = np.sort(words)
    words = words[words.searchsorted(0) :]
    begins = _begins(words)
    counts = np.empty_like(begins)
    counts[:-1] = begins[1:]
    counts[-1:] = len(words)
    return words[begins], counts - begins


def _union(hashes: Sequence[Hashes]) -> Hashes:
    joined = np.sort(np.concatenate(hashes))
    return joined[_begins(joined)]


def read_stream(folder: Path) -> list[dict[str, Any]]:
    """The articles of DIR/streams that have their outlet and headline."""
    with gzip.open(folder / "streams" / "outlets_2018_2020.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
