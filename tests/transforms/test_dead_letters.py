from collections.abc import Sequence

import apache_beam as beam
import msgspec
import pytest
from apache_beam.testing.util import assert_that, equal_to

from pipeline.store import Store, StoreAddress
from tests.pipeline.store.records import ALL, NOW, accept, new_entry
from transforms.dead_letters import RecordDeadLetters
from transforms.model import DeadLetter


class Recorder:
    """Records into the process's store of an address; picklable, as the graph's is."""

    def __init__(self, url: str) -> None:
        self.address = StoreAddress(url, patience=20.0)

    def __call__(self, letters: Sequence[DeadLetter]) -> None:
        self.address.open(create=False).dead_letters.record(letters)


def letter(subject: str, row: int = 0, at: float = NOW, reason: str = "unreadable") -> DeadLetter:
    return DeadLetter(
        "ExtractArticles", reason, f"{subject!r} has no text", subject, row=row, first_seen=at, last_seen=at
    )


def run(record: Recorder, *letters: DeadLetter) -> None:
    with beam.Pipeline("DirectRunner") as pipeline:
        kept = pipeline | beam.Create(list(letters)).with_output_types(DeadLetter) | RecordDeadLetters(record)
        assert kept.element_type is DeadLetter
        assert_that(kept, equal_to(list(letters)))


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)  # the store's own tests have both
def test_letters_are_kept_and_their_rows_ended(store: Store, store_url: str) -> None:
    accept(store, new_entry("a"), new_entry("b"), new_entry("c"))
    rows = store.feeds.take_rows(ALL, "owner", 10, now=NOW)
    record = Recorder(store_url)
    try:
        run(record, letter("a", rows[0].row), letter("b", rows[1].row), letter("a feed"))
        assert {kept.letter.subject for kept in store.dead_letters.listed()} == {"a", "b", "a feed"}
        assert store.reading.counts().ended == {"dead": 2}
        assert store.reading.counts().rows == {"taken": 1}
        run(record, letter("a", rows[0].row, at=NOW + 60))  # the bundle again: the same letter, seen once more
    finally:
        record.address.close()
    (again,) = [kept.letter for kept in store.dead_letters.listed() if kept.letter.subject == "a"]
    assert (again.tries, again.first_seen, again.last_seen) == (2, NOW, NOW + 60)
    assert store.reading.counts().ended == {"dead": 2}


def test_a_store_that_cannot_be_had_fails_the_bundle(tmp_path) -> None:
    with pytest.raises(Exception, match="there is no store"):
        run(Recorder(f"sqlite:///{tmp_path}/none.db"), letter("a"))


def test_no_letters_are_no_transaction(tmp_path) -> None:
    run(Recorder(f"sqlite:///{tmp_path}/none.db"))
    assert msgspec.structs.asdict(letter("a"))["tries"] == 1
