"""Fingerprints made ready for comparing, and what two of them have in common."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xxhash

from transforms.model import Article, CreditKind, Fingerprint
from transforms.stories.index import PARTS, TermIndex, Terms
from transforms.stories.links import link_key
from transforms.stories.shingles import shared, shared_with_each
from transforms.stories.terms import stem_counts, sum_terms

Hashes = npt.NDArray[np.uint32]
"""Sorted, each once."""

TITLE = PARTS.index("title")
_NONE: frozenset[str] = frozenset()
"""One for all profiles: each empty set takes as much as fifty words."""
QUOTE_RUN = 4
"""Words of the runs that quotes are compared by: a trimmed quote keeps some."""


class Profile(NamedTuple):
    """A fingerprint made ready for comparing within one memory."""

    terms: Terms
    quotes: Hashes
    """Runs of four words inside quotes."""
    shingles: Hashes
    """The sketch of the body's word 5-grams, as 32 bits each."""
    head: bytes
    """Hashes of the body's first words, in order (transforms.stories.shared_ends)."""
    tail: bytes
    """And of its last ones."""
    numbers: Hashes
    """Hashes of the numbers of two digits and more."""
    sources: frozenset[str]
    """Outlets that the report is credited to."""
    published_by: frozenset[str]
    """The article's own outlet, by domain and by name."""
    links: frozenset[str]
    site: str
    """The article's own address, as links to it are written in fingerprints."""


def profile_of(article: Article, print_: Fingerprint, index: TermIndex) -> Profile:
    """Make a fingerprint ready for comparing; its words become known to the index."""
    title, body, lead, names = (
        stem_counts(counts, article.lang)
        for counts in (print_.title_terms, print_.body_terms, print_.lead_terms, print_.names)
    )
    bags = (sum_terms(body, title), sum_terms(lead, title), names, title)
    return Profile(
        terms=Terms(
            slots=tuple(index.slots(list(bag), article.lang) for bag in bags),
            counts=tuple(np.minimum(list(bag.values()), 255).astype(np.uint8) for bag in bags),
        ),
        quotes=quote_runs(print_.quotes),
        shingles=packed(print_.shingles),
        head=print_.head,
        tail=print_.tail,
        numbers=np.array(
            sorted({xxhash.xxh32_intdigest(number.encode()) for number in print_.numbers}), dtype=np.uint32
        ),
        sources=frozenset(
            credit.domain or credit.name.lower() for credit in print_.credits if credit.kind is CreditKind.SOURCE
        )
        or _NONE,
        published_by=frozenset({article.domain, article.outlet.lower()} - {""}),
        links=frozenset(print_.links) or _NONE,
        site=link_key(article.url),
    )


class Words(NamedTuple):
    """What stands for the words of an article (transforms.stories.terms.stem), by part as PARTS lists them."""

    text: set[str]
    lead: set[str]
    names: dict[str, int]
    """With their counts, up to 255."""
    title: set[str]


def words_of(profile: Profile, index: TermIndex) -> Words:
    """The words of the article that a profile was made of."""
    text, lead, names, title = map(index.words, profile.terms.slots)
    counts = profile.terms.counts[PARTS.index("names")].tolist()
    return Words(set(text), set(lead), dict(zip(names, counts, strict=True)), set(title))


def renumbered(profile: Profile, lang: str, old: TermIndex, new: TermIndex) -> Profile:
    """The same profile with the numbers that another index gives its terms."""
    slots = tuple(new.slots(old.words(bag), lang) for bag in profile.terms.slots)
    return profile._replace(terms=profile.terms._replace(slots=slots))


def quote_runs(quotes: Collection[str]) -> Hashes:
    """Hashes of the runs of four words inside quotes."""
    runs = {
        xxhash.xxh32_intdigest(" ".join(run).encode())
        for quote in quotes
        for words in [quote.split()]
        for run in zip(*(words[place:] for place in range(QUOTE_RUN)), strict=False)
    }
    return np.array(sorted(runs), dtype=np.uint32)


def packed(sketch: Sequence[int]) -> Hashes:
    """A sketch's hashes (63 bits, sorted) by their upper 32 bits: two differing ones are mistaken once in billions."""
    return (np.array(sketch, dtype=np.uint64) >> np.uint64(31)).astype(np.uint32)


def quotes_shared(a: Profile, b: Profile) -> float:
    """Share of the fewer quoted words that both quote, 0 to 1."""
    return _contained(a.quotes, b.quotes)


def numbers_shared(a: Profile, b: Profile) -> float:
    """Share of the fewer numbers that both give, 0 to 1."""
    return _contained(a.numbers, b.numbers)


def titles_shared(a: Profile, b: Profile) -> float:
    """Share of the shorter headline's words that the other has too."""
    return _contained(*(np.sort(one.terms.slots[TITLE]).view(np.uint32) for one in (a, b)))


def source_shared(a: Profile, b: Profile) -> bool:
    """Do both credit one outlet, or one the other?"""
    return bool(a.sources & b.sources or a.sources & b.published_by or b.sources & a.published_by)


def link_shared(a: Profile, b: Profile) -> bool:
    """Do both lead to one page, or one to the other?"""
    return bool(a.links & b.links or a.site in b.links or b.site in a.links)


def resemblance(a: Profile, b: Profile) -> float:
    """Share of all the two texts' word 5-grams that both hold."""
    both = shared(a.shingles, b.shingles)
    union = len(a.shingles) + len(b.shingles) - both
    return both / union if union else 0.0


def containment(a: Profile, b: Profile) -> float:
    """Share of the shorter text's word 5-grams that the other holds too."""
    return _contained(a.shingles, b.shingles)


def quotes_shared_with_each(mine: Profile, others: Sequence[Profile]) -> list[float]:
    """quotes_shared() with each of others."""
    return _contained_in_each(mine.quotes, [other.quotes for other in others])


def containment_with_each(mine: Profile, others: Sequence[Profile]) -> list[float]:
    """containment() with each of others."""
    return _contained_in_each(mine.shingles, [other.shingles for other in others])


def _contained_in_each(mine: Hashes, others: Sequence[Hashes]) -> list[float]:
    both = shared_with_each(mine, others).tolist()
    fewer = [min(len(mine), len(other)) for other in others]
    return [count / least if least else 0.0 for count, least in zip(both, fewer, strict=True)]


def _contained(a: Hashes, b: Hashes) -> float:
    fewer = min(len(a), len(b))
    return shared(a, b) / fewer if fewer else 0.0
