"""What documents leave behind: entries by hour, and whether one is cut off from the last."""

import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.feeds.acceptance import guid_key, link_key
from transforms.feeds.history import (
    ENOUGH,
    HOUR,
    MOST_IDS,
    MOST_WEEKS,
    WEEKS_KEPT,
    FeedHistory,
    after_document,
    surplus,
)
from transforms.feeds.ports import NewEntry
from transforms.model import Entry, Feed, FeedCursor

FEED = "http://post.test/feed"
NOW = 1_699_999_200.0  # a full hour
WEEK = 7 * 24


def listed(*names: str, at: float | None = None, every: float = 60.0, title: str = "Report of {}") -> list[NewEntry]:
    """Entries, the newest (dated `at`) first."""
    found = []
    for place, name in enumerate(names):
        link = f"http://post.test/{name}"
        published = None if at is None else at - place * every
        entry = Entry(FEED, name, link, title.format(name), published=published)
        found.append(NewEntry(entry, link_key(link), guid_key(FEED, name), 0))
    return found


def polled(at: float, planned: float = HOUR) -> FeedCursor:
    return FeedCursor(Feed(FEED), last_success=at, next_poll=at + planned)


def follow(*documents: tuple[float, list[NewEntry]], planned: float = HOUR) -> FeedHistory:
    """The history after documents, (moment, entries) each; every change of a guid is a new entry."""
    history, met, before = None, set(), FeedCursor(Feed(FEED))
    for now, entries in documents:
        keys = {one.guid_key for one in entries}
        history = after_document(history, before, entries, keys - met, now)
        met |= keys
        before = polled(now, planned)
    assert history is not None
    return history


def test_a_first_document_is_where_a_history_begins():
    history = follow((NOW, listed("a", "b", "c", at=NOW - 5)))
    assert (history.since, history.start, history.counts, history.last_new) == (NOW, NOW // HOUR, b"", None)
    assert (history.listed, history.newest, len(history.ids)) == (3, NOW - 5, 9 * 8)


def test_new_entries_count_at_the_hour_they_were_published():
    later = NOW + 3 * HOUR
    history = follow((NOW, listed("a", "b", "c")), (later, listed("e", "d", "a", "b", at=later - 10, every=HOUR)))
    assert list(history.counts) == [0, 1, 1, 0]
    assert history.last_new == later - 10


@pytest.mark.parametrize("published", [None, NOW - 9 * HOUR, NOW + 99 * HOUR])
def test_entries_without_a_date_to_be_believed_count_when_they_are_seen(published):
    later = NOW + 3 * HOUR
    history = follow((NOW, listed("a", "b", "c")), (later, [*listed("d", at=published), *listed("a", "b", "c")]))
    assert list(history.counts) == [0, 0, 0, 1]
    assert history.last_new == later


def test_an_entry_whose_guid_alone_is_new_is_not_new():
    renamed = [msgspec.structs.replace(one, guid_key=guid_key(FEED, "x" + one.entry.id)) for one in listed("a", "b")]
    history = follow((NOW, listed("a", "b", "c")), (NOW + HOUR, renamed))
    assert (sum(history.counts), history.last_new, history.missed) == (0, None, None)


def test_a_document_that_shares_nothing_with_the_last_is_cut_off():
    later = NOW + 2 * HOUR
    history = follow((NOW, listed("a", "b", "c", at=NOW)), (later, listed("x", "y", "z", at=later, every=600.0)))
    assert (history.missed, history.missed_between, history.missed_span) == (later, 2 * HOUR, 1200.0)
    assert (history.missed_listed, history.missed_late) == (3, False)


NOT_CUT_OFF = {
    "one entry in common": listed("x", "y", "z", "c"),
    "one title in common": [*listed("x", "y"), *listed("z", title="Report of c")],
    "one guid in common": [
        *listed("x", "y"),
        msgspec.structs.replace(listed("z")[0], guid_key=guid_key(FEED, "c")),
    ],
    "it reaches back to the last one by its dates": listed("x", "y", "z", at=NOW + HOUR, every=HOUR),
    "it is too short to tell": listed("x", "y"),
    "it is empty": [],
}


@pytest.mark.parametrize("document", NOT_CUT_OFF.values(), ids=NOT_CUT_OFF.keys())
def test_a_document_is_not_cut_off_where(document):
    assert follow((NOW, listed("a", "b", "c", at=NOW)), (NOW + HOUR, document)).missed is None


def test_a_gap_that_is_ours_is_marked_late():
    documents = (NOW, listed("a", "b", "c")), (NOW + 9 * HOUR, listed("x", "y", "z"))
    assert follow(*documents).missed_late
    assert not follow(*documents, planned=6 * HOUR).missed_late


def test_of_a_long_document_a_sample_tells_the_overlap():
    names = [f"n{number}" for number in range(3000)]
    history = follow((NOW, listed(*names)), (NOW + HOUR, listed(*(f"m{n}" for n in range(3000)), *names[:300])))
    assert len(history.ids) == MOST_IDS * 8
    assert history.missed is None


@given(seed=st.integers(0, 2**32), weeks=st.integers(0, 70), rate=st.sampled_from([0.0, 0.002, 0.01, 0.1, 1.0]))
def test_hours_are_forgotten_from_the_oldest_on_and_never_too_many(seed, weeks, rate):
    dice = random.Random(seed)
    counts = bytes(dice.random() < rate for _ in range(weeks * WEEK))
    kept = counts[surplus(counts) :]
    assert counts.endswith(kept)
    assert min(len(counts), WEEKS_KEPT * WEEK) <= len(kept) <= MOST_WEEKS * WEEK
    if len(kept) < len(counts):
        assert len(kept) == MOST_WEEKS * WEEK or sum(kept) >= ENOUGH
