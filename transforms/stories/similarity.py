"""Fingerprints made ready for comparing, and what two of them have in common."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from transforms.model import Article, CreditKind, Fingerprint
from transforms.stories.index import Slots, TermIndex, Values
from transforms.stories.links import link_key
from transforms.stories.shingles import shared

Bag = tuple[Slots, Values]


class Profile(NamedTuple):
    """A fingerprint made ready for comparing within one memory."""

    body: Bag
    lead: Bag
    title: Bag
    names: Bag
    quotes: frozenset[tuple[str, ...]]
    """Runs of four words inside quotes: a trimmed quote keeps some."""
    shingles: npt.NDArray[np.uint64]
    sources: frozenset[str]
    """Outlets that the report is credited to."""
    published_by: frozenset[str]
    """The article's own outlet, by domain and by name."""
    links: frozenset[str]
    site: str
    """The article's own address, as links to it are written in fingerprints."""


def _bag(counts: Mapping[str, int], lang: str, index: TermIndex) -> Bag:
    """Slots in order of the alphabet, so that sums do not depend on how the memory came about; 1 + log of the counts."""
    terms = sorted(counts)
    values = 1.0 + np.log(np.array([counts[term] for term in terms], dtype=np.float64))
    return index.slots(terms, lang), values


def _sum(a: Mapping[str, int], b: Mapping[str, int]) -> dict[str, int]:
    counts = dict(a)
    for term, count in b.items():
        counts[term] = counts.get(term, 0) + count
    return counts


def profile_of(article: Article, print_: Fingerprint, index: TermIndex) -> Profile:
    """Make a fingerprint ready for comparing; its words become known to the index."""
    lang = article.lang
    quotes = frozenset(
        gram
        for quote in print_.quotes
        for words in [quote.split()]
        for gram in zip(*(words[i:] for i in range(4)), strict=False)
    )
    return Profile(
        body=_bag(_sum(print_.body_terms, print_.title_terms), lang, index),
        lead=_bag(_sum(print_.lead_terms, print_.title_terms), lang, index),
        title=_bag(print_.title_terms, lang, index),
        names=_bag(print_.names, lang, index),
        quotes=quotes,
        shingles=np.array(print_.shingles, dtype=np.uint64),
        sources=frozenset(
            credit.domain or credit.name.lower() for credit in print_.credits if credit.kind is CreditKind.SOURCE
        ),
        published_by=frozenset({article.domain, article.outlet.lower()} - {""}),
        links=frozenset(print_.links),
        site=link_key(article.url),
    )


def quotes_shared(a: Profile, b: Profile) -> float:
    """Share of the fewer quoted words that both quote, 0 to 1."""
    return len(a.quotes & b.quotes) / min(len(a.quotes), len(b.quotes)) if a.quotes and b.quotes else 0.0


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
    shorter = min(len(a.shingles), len(b.shingles))
    return shared(a.shingles, b.shingles) / shorter if shorter else 0.0
