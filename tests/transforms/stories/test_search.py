"""A search finds what going through all articles would find."""

from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.growth import Growth, same
from bench.labelled import labelled
from bench.mixing import Mixer
from bench.plot import Line, log_plot
from tests.transforms.stories.press import OUTLETS
from transforms.stories.index import TermIndex, Terms
from transforms.stories.similarity import profile_of
from transforms.stories.terms import split_words

WORDS = [f"word{number}" for number in range(9)]
"""Few, so that many articles share some; unknown to every language, so that all are listed."""


def bag(index, words):
    slots = index.slots(sorted(words), "en")
    return Terms((slots,) + (slots[:0],) * 3, tuple(np.ones(size, dtype=np.uint8) for size in (len(slots), 0, 0, 0)))


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
    bags = [bag(index, words) for words, _ in held]
    rows = [index.add(bag, float(time)) for bag, (_, time) in zip(bags, held, strict=True)]
    for place in left:
        if place < len(rows):
            index.discount(rows[place], bags[place])
    query = bag(index, asked)
    worth = dict(zip(*(found.tolist() for found in index.heaviest(query)), strict=True))
    expected = {
        row: sum(worth.get(slot, 0.0) for slot in one.slots[0].tolist())
        for place, (row, one) in enumerate(zip(rows, bags, strict=True))
        if place not in left and min(times) <= held[place][1] <= max(times)
    }
    expected = {row: share for row, share in expected.items() if share}
    found = dict(
        zip(*(one.tolist() for one in index.search(query, min(times), max(times), limit, np.inf)), strict=True)
    )
    best = sorted(expected.values(), reverse=True)[:limit]
    assert sorted(found.values(), reverse=True)[: len(best)] == pytest.approx(best)
    assert found == pytest.approx({row: expected[row] for row in found})
    assert not best or found.keys() >= {row for row, share in expected.items() if share > best[-1] + 1e-9}
    some = dict(
        zip(*(one.tolist() for one in index.search(query, min(times), max(times), limit, entries)), strict=True)
    )
    assert some == pytest.approx({row: expected[row] for row in some})


def rows():
    return [
        {"title": one.title, "text": one.text, "url": one.url, "source": one.outlet, "lang": one.lang}
        for one in labelled("en")[:8]
    ]


def test_a_mixed_profile_is_what_the_product_makes_of_the_mixed_fingerprint():
    growth = Growth(Mixer(rows(), OUTLETS), most=4, seed=1)
    growth.grow(4)  # compares each
    mixed = growth.mixer.mixed((0, 1), "one", 0.0, np.random.default_rng(1))
    judged, profile = growth.mixer.judged(mixed), growth.mixer.profile(mixed)
    assert same(profile, profile_of(judged.article, judged.fingerprint, growth.memory.index))
    assert not same(profile, profile._replace(numbers=profile.numbers[:-1]))
    own = {term for row in rows()[:2] for term in split_words(f"{row['title']} {row['text']}")}
    assert judged.fingerprint.words > 20
    assert own >= judged.fingerprint.body_terms.keys() >= judged.fingerprint.names.keys()
    assert growth.memory.candidates(profile, growth.memory.highwater)


def test_a_plot_has_its_lines_and_names():
    drawn = log_plot(
        "a < b", "size", "ms", [10.0, 1000.0], [Line("one", [0.02, 0.5]), Line("two", [7.0, 7.0], dashed=True)]
    )
    tree = ET.fromstring(drawn)
    lines = [one.get("points") for one in tree.iter("{http://www.w3.org/2000/svg}polyline")]
    texts = [one.text for one in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert {"a < b", "size", "ms", "one", "two", "0.01", "10", "1,000"} <= set(texts)
    (x0, y0), (x1, y1) = (map(float, point.split(",")) for point in lines[1].split())
    assert x0 < x1
    assert y1 < y0
