import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
import sqlalchemy as sa

from pipeline.store import Store
from pipeline.store.schema import ledgers
from tests.pipeline.store.records import (
    ALL,
    NOW,
    accept,
    alert,
    judged,
    membership,
    new_entry,
    raise_alerts,
    starting_wave,
    story,
    write,
)
from transforms.model import Outcome, OutcomeKind
from transforms.stories.ports import DecidedArticle, LedgerChanges, LedgerTransaction, Wave

replace = msgspec.structs.replace
DAY = 86400.0


def since(store: Store, seq: int, after: float = 0.0, ledger: str = "en") -> LedgerChanges:
    with store.ledgers.ledger(ledger) as rows:
        return rows.since(seq, after)


def test_a_wave_is_read_back_as_it_was_written(store: Store) -> None:
    wave = replace(starting_wave(1, "a", "s1"), alerts=(alert("x1"),))
    write(store, wave)
    changes = since(store, 0)
    assert changes.seq == 1
    (known,) = changes.articles
    assert (known.article, known.decided, known.seq) == (replace(judged("a").article, text=""), 1, 1)
    assert (known.fingerprint, known.relevance) == (judged("a").fingerprint, judged("a").relevance)
    assert changes.memberships == wave.memberships
    assert changes.stories == wave.stories
    assert changes.alerts == wave.alerts
    with store.ledgers.ledger("en") as rows:
        assert rows.seq == 1
        assert rows.stored(["a", "unknown"]) == {"a": judged("a")}
        assert rows.ledger_of(["a", "unknown"]) == {"a": "en"}
        assert rows.members("s1") == [(known, wave.memberships[0])]


def test_since_gives_only_what_came_later_in_order(store: Store) -> None:
    for seq, name in enumerate(("a", "b", "c"), start=1):
        write(store, starting_wave(seq, name, f"s{seq}"))
    changes = since(store, 1)
    assert [known.article.id for known in changes.articles] == ["b", "c"]
    assert [place.article_id for place in changes.memberships] == ["b", "c"]
    assert [known.id for known in changes.stories] == ["s2", "s3"]
    assert since(store, 3) == LedgerChanges(seq=3)
    assert since(store, 0, ledger="uk") == LedgerChanges(seq=0)


@pytest.mark.parametrize("seq", [0, 1])
def test_articles_published_before_the_bound_are_left_out_with_their_places(store: Store, seq: int) -> None:
    write(store, Wave(seq=1))
    write(store, starting_wave(2, "old", "s1", published=NOW - 9 * DAY))
    write(store, starting_wave(3, "young", "s2", published=NOW - DAY))
    changes = since(store, seq, NOW - 7 * DAY)
    assert [known.article.id for known in changes.articles] == ["young"]
    assert [place.article_id for place in changes.memberships] == ["young"]
    assert "s2" in [known.id for known in changes.stories]
    with store.ledgers.ledger("en") as rows:
        assert rows.highwater() == NOW - DAY
    with store.ledgers.ledger("uk") as rows:
        assert rows.highwater() == float("-inf")


def test_of_an_alert_the_latest_revision_is_read(store: Store) -> None:
    write(store, replace(starting_wave(1, "a", "s1"), alerts=(alert("x1"),)))
    write(store, Wave(seq=2, alerts=(alert("x1", 2), alert("x2", story_id="gone"))))
    assert [(told.id, told.revision) for told in since(store, 0).alerts] == [("x1", 2)], (
        "x2's story is not in the window"
    )
    assert [(told.id, told.revision) for told in since(store, 1).alerts] == [("x1", 2), ("x2", 1)]


def test_a_revision_replaces_text_and_fingerprint_and_keeps_the_first_decision(store: Store) -> None:
    write(store, starting_wave(1, "a", "s1"))
    edited = judged("a", text="Another text.")
    place = membership("a", "s1", 1)
    outcome = Outcome(OutcomeKind.REVISED, "a", "en", membership=place, seq=2)
    write(
        store, Wave(seq=2, articles=(DecidedArticle(edited, decided=2, seq=2),), memberships=(place,), ended=(outcome,))
    )
    (known,) = since(store, 1).articles
    assert (known.article.text_hash, known.decided, known.seq) == (edited.article.text_hash, 1, 2)
    with store.ledgers.ledger("en") as rows:
        assert rows.stored(["a"])["a"].article.text == "Another text."
        first, second = (rows.outcome("a", text.article.text_hash) for text in (judged("a"), edited))
        assert first is not None
        assert (first.kind, first.seq) == (OutcomeKind.DECIDED, 1)
        assert second == outcome
        assert rows.outcome("a", "no such text") is None


def test_two_texts_of_one_article_in_one_wave_keep_an_outcome_each(store: Store) -> None:
    first, second = judged("a"), judged("a", text="Another text.")
    outcomes = (
        Outcome(OutcomeKind.DECIDED, "a", "en", seq=1),
        Outcome(OutcomeKind.REVISED, "a", "en", seq=2),
        Outcome(OutcomeKind.DUPLICATE, "a", "en", seq=2),
    )
    decided = (DecidedArticle(second, decided=1, seq=2), DecidedArticle(first, decided=1, seq=1))
    write(store, Wave(seq=2, articles=decided, ended=outcomes))
    with store.ledgers.ledger("en") as rows:
        assert [rows.outcome("a", text.article.text_hash) for text in (first, second)] == list(outcomes[:2])
        assert rows.stored(["a"])["a"].article.text == "Another text."


def test_a_fingerprint_made_anew_keeps_the_outcome(store: Store) -> None:
    write(store, starting_wave(1, "a", "s1"))
    anew = replace(judged("a"), fingerprint=replace(judged("a").fingerprint, version="2"))
    write(store, Wave(seq=2, articles=(DecidedArticle(anew, decided=1, seq=2),)))
    with store.ledgers.ledger("en") as rows:
        assert rows.stored(["a"])["a"].fingerprint.version == "2"
        outcome = rows.outcome("a", judged("a").article.text_hash)
    assert outcome is not None
    assert outcome.seq == 1


def test_a_stored_outcome_tells_the_place_as_it_is_now(store: Store) -> None:
    write(store, starting_wave(1, "a", "s1"))
    moved = membership("a", "s0", 2, placed="s1")
    write(store, Wave(seq=2, memberships=(moved,), stories=(story("s1", "a", 2, merged_into="s0"),)))
    with store.ledgers.ledger("en") as rows:
        outcome = rows.outcome("a", judged("a").article.text_hash)
    assert outcome is not None
    assert outcome.membership == moved
    assert since(store, 1).stories[0].merged_into == "s0"


def test_an_error_leaves_nothing_behind(store: Store) -> None:
    accept(store, new_entry("a"))

    def fail() -> None:
        with store.ledgers.ledger("en") as rows:
            rows.write(replace(starting_wave(1, "a", "s1", row=1), alerts=(alert("x1"),)))
            rows.claim([("key", "title")], "a")
            raise RuntimeError("poisoned")

    with pytest.raises(RuntimeError, match="poisoned"):
        fail()
    counts = store.reading.counts()
    assert (counts.articles, counts.stories, counts.alerts, counts.deliveries) == (0, 0, 0, {})
    assert counts.rows == {"pending": 1}
    assert since(store, 0) == LedgerChanges(seq=0)


def test_a_wave_ends_its_rows_with_their_outcomes(store: Store) -> None:
    accept(store, new_entry("a"), new_entry("b"))
    wave = starting_wave(1, "a", "s1", row=1)
    duplicate = Outcome(OutcomeKind.DUPLICATE, "a", "en", row=2)
    write(store, replace(wave, ended=(*wave.ended, duplicate)))
    assert store.reading.counts().ended == {"decided": 1, "duplicate": 1}
    write(store, Wave(seq=1, ended=(duplicate,)))  # once more does no harm, nor needs it a number
    assert store.reading.counts().ended == {"decided": 1, "duplicate": 1}


def test_a_wave_that_ends_a_row_on_a_summary_adds_one_that_tries_the_page_again(store: Store) -> None:
    accept(store, new_entry("a"))
    wave = starting_wave(1, "a", "s1", row=1)
    ended = replace(wave.ended[0], again=NOW + 60.0)
    write(store, replace(wave, ended=(ended,)))
    write(store, Wave(seq=1, ended=(ended,)))  # a rival's: the row has ended, and has its follower
    assert store.feeds.take_rows(ALL, "me", 9, now=NOW + 59.0) == []
    [row] = store.feeds.take_rows(ALL, "me", 9, now=NOW + 60.0)
    assert (row.row, row.tries, row.article, row.entry.id) == (2, 1, "a", "a")
    store.feeds.retry(row, NOW + 90.0, "http-403")
    [row] = store.feeds.take_rows(ALL, "me", 9, now=NOW + 90.0)
    assert (row.row, row.tries, row.article) == (3, 2, "a")
    store.feeds.drop(row, "http-403")
    assert store.reading.counts().ended == {"decided": 1, "retried": 1, "dropped": 1}


def test_a_wave_under_an_old_number_is_refused(store: Store) -> None:
    write(store, starting_wave(3, "a", "s1"))
    with pytest.raises(ValueError, match="does not lie after 3"):
        write(store, starting_wave(3, "b", "s2"))


def test_a_claim_belongs_to_the_first_and_two_titles_contest_it(store: Store) -> None:
    with store.ledgers.ledger("en") as rows:
        first = rows.claim([("http://east.example/" + "x" * 5000, "port closes"), ("b", "port closes")], "a1")
    with store.ledgers.ledger("uk") as rows:
        again = rows.claim([("b", "port closes")], "a2")
        contested = rows.claim([("b", "bank fails")], "a3")
        still = rows.claim([("b", "port closes")], "a4")
    assert {claim.article_id for claim in first.values()} == {"a1"}
    assert not any(claim.contested for claim in first.values())
    assert (again["b"].article_id, again["b"].contested) == ("a1", False)
    assert (contested["b"].article_id, contested["b"].title, contested["b"].contested) == ("a1", "port closes", True)
    assert still["b"].contested


def test_what_a_person_parts_or_joins_is_read_with_the_rest(store: Store) -> None:
    write(store, starting_wave(1, "a", "s1"))
    write(store, Wave(seq=2, apart=(("a", "s1"),)))
    write(store, Wave(seq=3, together=(("a", "s2"),)))
    changes = since(store, 1)
    assert (changes.seq, changes.apart, changes.together) == (3, (("a", "s1"),), (("a", "s2"),))
    write(store, Wave(seq=4, together=(("a", "s1"),)))
    changes = since(store, 0)
    assert (changes.apart, changes.together) == ((), (("a", "s2"), ("a", "s1")))


def test_a_story_and_its_alerts_are_found_outside_the_window_too(store: Store) -> None:
    write(store, starting_wave(1, "a", "s1"))
    write(store, starting_wave(1, "b", "s2"), ledger="uk")
    raise_alerts(store, alert("x"))
    raise_alerts(store, alert("x", 2), alert("y", story_id="s3"))
    with store.ledgers.ledger("en") as rows:
        found = rows.story("s1")
        assert found is not None
        assert found.first_article == "a"
        assert rows.story("s2") is None, "another ledger's"
        assert rows.story("s3") is None
        assert [(one.id, one.revision) for one in rows.alerts_of(["s1", "s2"])] == [("x", 2)]


def test_one_writer_at_a_time_decides_a_ledger(store: Store) -> None:
    """Read, then write: without a lock from the start SQLite would refuse, PostgreSQL lose numbers."""

    def decide(name: str) -> None:
        with store.ledgers.ledger("en") as rows:
            known = rows.since(0, 0.0).articles
            rows.write(starting_wave(rows.seq + 1, f"{name}-{len(known)}", f"s{name}"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(decide, [f"thread{n}" for n in range(4)] * 10))
    changes = since(store, 0)
    assert changes.seq == 40
    assert [known.seq for known in changes.articles] == list(range(1, 41))
    assert len({known.article.id.partition("-")[2] for known in changes.articles}) == 40, "each saw those before it"


def test_four_threads_that_read_and_then_write_do_not_fail(store: Store) -> None:
    """SQLite: a transaction not IMMEDIATE from its start would fail under these at once."""
    grow = sa.update(ledgers).where(ledgers.c.key == "en")
    with store.ledgers.ledger("en"):
        pass
    read = sa.select(ledgers.c.seq).where(ledgers.c.key == "en").with_for_update()

    def work(connection: sa.Connection) -> None:
        seq = connection.execute(read).scalar_one()
        connection.execute(grow.values(seq=seq + 1))

    def grow_often(_: int) -> None:
        for _ in range(25):
            with store.database.begin(write=True) as connection:
                work(connection)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(grow_often, range(4)))
    assert since(store, 100).seq == 100


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)  # SQLite has one writer for all ledgers
def test_ledgers_do_not_wait_for_one_another(store: Store) -> None:
    with store.ledgers.ledger("en"):
        done = threading.Event()

        def other() -> None:
            write(store, starting_wave(1, "b", "s2"), ledger="uk")
            done.set()

        thread = threading.Thread(target=other)
        thread.start()
        assert done.wait(20)
        thread.join()


def test_decide_runs_again_after_a_passing_error(store: Store) -> None:
    tries: list[Callable[..., object]] = []

    def work(rows: LedgerTransaction) -> int:
        tries.append(rows.since)
        rows.write(starting_wave(rows.seq + 1, "a", "s1"))
        if len(tries) == 1:
            raise sa.exc.OperationalError("SELECT 1", {}, Exception("database is locked"))
        return rows.seq

    assert store.ledgers.decide("en", work) == 0
    assert len(tries) == 2
    assert since(store, 0).seq == 1
    assert store.ledgers.keys() == ["en"]
