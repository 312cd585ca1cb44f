"""A search finds what going through all articles would find."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.labelled import labelled
from bench.mixing import Mixer
from bench.plot import Line, log_plot
from bench.search import Growth, same
from tests.transforms.stories.press import OUTLETS
from transforms.stories.index import TermIndex
from transforms.stories.similarity import profile_of

WORDS = [f"word{number}" for number in range(9)]
"""Few, so that many articles share some; unknown to every language, so that all are listed."""


@settings(max_examples=60, deadline=None)
@given(
    held=st.lists(st.tuples(st.sets(st.sampled_from(WORDS)), st.integers(0, 9)), max_size=12),
    left=st.sets(st.integers(0, 11)),
    asked=st.sets(st.sampled_from(WORDS), min_size=1),
    times=st.tuples(st.integers(0, 9), st.integers(0, 9)),
    limit=st.integers(1, 5),
    entries=st.integers(0, 40),
)
def test_a_search_equals_brute_force(held, left, asked, times, limit, entries):
    """With all lists read; where not all are, the shares of what is found are still whole."""
    index = TermIndex()
    bags = [index.bag(sorted(words), "en") for words, _ in held]
    rows = [index.add(bag, float(time)) for bag, (_, time) in zip(bags, held, strict=True)]
    for place in left:
        if place < len(rows):
            index.discount(rows[place], bags[place])
    query = index.bag(sorted(asked), "en")
    worth = dict(zip(*(found.tolist() for found in index.heaviest(query)), strict=True))
    expected = {
        row: sum(worth.get(slot, 0.0) for slot in bag.slots[0].tolist())
        for place, (row, bag) in enumerate(zip(rows, bags, strict=True))
        if place not in left and min(times) <= held[place][1] <= max(times)
    }
    expected = {row: share for row, share in expected.items() if share}
    found = dict(zip(*(one.tolist() for one in index.search(query, min(times), max(times), limit, np.inf)), strict=True))
    best = sorted(expected.values(), reverse=True)[:limit]
    assert sorted(found.values(), reverse=True)[: len(best)] == pytest.approx(best)
    assert found == pytest.approx({row: expected[row] for row in found})
    assert not best or found.keys() >= {row for row, share in expected.items() if share > best[-1] + 1e-9}
    some = dict(zip(*(one.tolist() for one in index.search(query, min(times), max(times), limit, entries)), strict=True))
    assert some == pytest.approx({row: expected[row] for row in some})
