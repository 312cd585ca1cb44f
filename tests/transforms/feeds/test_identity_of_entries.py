"""Feeds that rename their entries, by the trials of the benchmark on a smaller feed."""

import pytest

from bench.identity import TRIALS, Trial, canonical_articles, tried, within
from pipeline.store import Store

COUNT = 60


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.name)
def test_what_a_renamed_entry_is_taken_for(store: Store, trial: Trial) -> None:
    first, second = tried(trial, store, COUNT)
    assert within(trial, first, second, COUNT), (first, second)


def test_articles_with_one_canonical_link_are_one_each(store: Store) -> None:
    assert canonical_articles(store, 20) == 20
