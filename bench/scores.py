"""Scores of groupings and of yes-or-no judgements."""

from collections import Counter
from collections.abc import Hashable, Mapping
from typing import NamedTuple


class Score(NamedTuple):
    """Precision, recall and their harmonic mean, 0 to 1."""

    precision: float
    recall: float
    f: float


def f_score(precision: float, recall: float) -> Score:
    total = precision + recall
    return Score(precision, recall, 2 * precision * recall / total if total else 0.0)


class _Table(NamedTuple):
    """How many items each true group, each found group, and each pair of the two holds."""

    items: int
    true: Counter[Hashable]
    found: Counter[Hashable]
    both: Counter[tuple[Hashable, Hashable]]


def _table(true: Mapping[str, Hashable], found: Mapping[str, Hashable]) -> _Table:
    pairs = [(group, found[item]) for item, group in true.items()]
    return _Table(len(pairs), Counter(a for a, _ in pairs), Counter(b for _, b in pairs), Counter(pairs))


def bcubed(true: Mapping[str, Hashable], found: Mapping[str, Hashable]) -> Score:
    """BCubed (Bagga and Baldwin 1998): the mean over items of the share of the item's group that belongs with it."""
    table = _table(true, found)
    if not table.items:
        return Score(0.0, 0.0, 0.0)
    precision = sum(n * n / table.found[b] for (_, b), n in table.both.items()) / table.items
    recall = sum(n * n / table.true[a] for (a, _), n in table.both.items()) / table.items
    return f_score(precision, recall)


def _pairs(n: int) -> int:
    return n * (n - 1) // 2


def pairwise(true: Mapping[str, Hashable], found: Mapping[str, Hashable]) -> Score:
    """Over pairs of items: are those found together together in truth, and the other way round?"""
    table = _table(true, found)
    together = sum(map(_pairs, table.both.values()))
    found_pairs, true_pairs = sum(map(_pairs, table.found.values())), sum(map(_pairs, table.true.values()))
    return f_score(together / found_pairs if found_pairs else 1.0, together / true_pairs if true_pairs else 1.0)


def adjusted_rand(true: Mapping[str, Hashable], found: Mapping[str, Hashable]) -> float:
    """Adjusted Rand index (Hubert and Arabie 1985): agreement on pairs beyond chance, 1 for equal groupings."""
    table = _table(true, found)
    together = sum(map(_pairs, table.both.values()))
    found_pairs, true_pairs = sum(map(_pairs, table.found.values())), sum(map(_pairs, table.true.values()))
    all_pairs = _pairs(table.items)
    chance = found_pairs * true_pairs / all_pairs if all_pairs else 0.0
    most = (found_pairs + true_pairs) / 2
    return (together - chance) / (most - chance) if most != chance else 1.0


def judged(hits: int, false_alarms: int, misses: int) -> Score:
    """Precision, recall and F of yes-or-no judgements."""
    return f_score(
        hits / (hits + false_alarms) if hits + false_alarms else 0.0, hits / (hits + misses) if hits + misses else 0.0
    )
