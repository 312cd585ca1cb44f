import shutil
import threading
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from pipeline.store import Store, open_store
from tests.articles import article, judged
from tests.pipeline.store.records import accept, new_entry
from tests.transforms.stories.ledgers import Process, groups, kinds, place, told
from transforms.config import AlertsConfig
from transforms.model import Alert, Article, Outcome, OutcomeKind, Relation
from transforms.stories.ledger import ledger_key

replace = msgspec.structs.replace
UKRAINIAN = {
    "title": "Порт закрито після бурі",
    "text": "Порт Брунсватера зачинено: буря зірвала три крани з рейок у ніч на вівторок.",
    "lang": "uk",
}


def told_of(store: Store, topic: str) -> list[Alert]:
    return [numbered.alert for numbered in store.reading.alerts(topic=topic)]


@pytest.mark.parametrize(("lang", "one_ledger", "key"), [("uk", False, "uk"), ("", False, "und"), ("uk", True, "all")])
def test_a_language_has_a_ledger(lang: str, one_ledger: bool, key: str) -> None:
    assert ledger_key(replace(article(), lang=lang), one_ledger=one_ledger) == key


BROKEN = {
    "sqlite": [
        "CREATE TRIGGER broken BEFORE UPDATE ON ledgers BEGIN SELECT RAISE(ABORT, 'broken'); END",
    ],
    "postgresql": [  # deferred: it is COMMIT itself that fails
        "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE integrity_constraint_violation; END $$",
        "CREATE CONSTRAINT TRIGGER broken AFTER UPDATE ON ledgers DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION broken()",
    ],
}
MENDED = {
    "sqlite": ["DROP TRIGGER broken"],
    "postgresql": ["DROP TRIGGER broken ON ledgers", "DROP FUNCTION broken"],
}


def execute(store: Store, statements: dict[str, list[str]]) -> None:
    def work(connection: sa.Connection) -> None:
        for statement in statements[connection.dialect.name]:
            connection.execute(sa.text(statement))

    store.database.write(work)


def test_a_commit_that_fails_leaves_no_trace_in_memory(store: Store) -> None:
    process = Process(store)
    process.decide(judged(article(), "ports"))
    before = told(store)
    wave = [judged(article(variant=1, hours=1), "ports"), judged(article("bank", hours=2), "money")]
    execute(store, BROKEN)
    try:
        with pytest.raises(sa.exc.DBAPIError):
            process.decide(*wave)
        assert told(store) == before
    finally:
        execute(store, MENDED)
    outcomes = process.decide(*wave)
    assert [(outcome.kind, outcome.seq) for outcome in outcomes] == [(OutcomeKind.DECIDED, 2), (OutcomeKind.DECIDED, 3)]
    assert {alert.topic: alert.revision for alert in told(store).alerts.values()} == {"ports": 2, "money": 1}


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_a_killed_connection_is_a_wave_decided_anew(store: Store) -> None:
    killed: list[int] = []

    def kill_once(_name: str, _domain: str) -> bool:
        """Asked when the wave is decided and not yet written."""
        if not killed:
            with store.database.connect_apart() as connection:
                others = (
                    "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'"
                )
                killed.extend(row.pid for row in connection.execute(sa.text(others)))
        return True

    process = Process(store, in_feeds=kill_once)
    outcomes = process.decide(article(), article(variant=1, hours=1))
    assert len(killed) == 1
    assert [(outcome.kind, outcome.seq) for outcome in outcomes] == [(OutcomeKind.DECIDED, 1), (OutcomeKind.DECIDED, 2)]
    outcomes = process.decide(article(variant=2, hours=2))
    assert outcomes[0].seq == 3
    assert len(groups(store)) == 1


def test_an_error_of_ours_drops_the_memory(store: Store) -> None:
    broken = [True]

    def in_feeds(_name: str, _domain: str) -> bool:
        if broken:
            raise RuntimeError("poisoned")
        return True

    process = Process(store, in_feeds=in_feeds)
    with pytest.raises(RuntimeError, match="poisoned"):
        process.decide(article(), article("bank"))
    assert store.reading.counts().articles == 0
    broken.clear()
    outcomes = process.decide(article(variant=1))
    assert outcomes[0].seq == 1
    assert place(store, article(variant=1))[1] is Relation.FIRST, "what was not committed is not believed"


def test_a_zombie_catches_up_and_agrees(store: Store) -> None:
    accept(store, new_entry("a"))
    here, zombie = Process(store), Process(store)
    zombie.decide(judged(article(), "ports"))
    here.decide(judged(article(variant=1, hours=1, row=1), "ports"), judged(article("bank", hours=1), "money"))
    held = told(store)
    outcomes = zombie.decide(
        judged(article(variant=1, hours=1, row=1), "ports"), judged(article("bank", hours=1), "money")
    )
    assert kinds(outcomes) == [OutcomeKind.DUPLICATE, OutcomeKind.DUPLICATE]
    assert told(store) == held
    assert store.reading.counts().ended == {"decided": 1}
    zombie.decide(judged(article(variant=2, hours=2), "ports"))
    here.decide(judged(article("bank", variant=1, hours=3), "money"))
    assert len(groups(store)) == 2
    assert {alert.topic: len(alert.members) for alert in told(store).alerts.values()} == {"ports": 2, "money": 2}


def test_a_store_that_came_back_from_an_older_copy_is_believed(tmp_path: Path, migrated_sqlite: Path) -> None:
    path = shutil.copy(migrated_sqlite, tmp_path / "wirewatch.db")
    store = open_store(f"sqlite:///{path}", patience=5.0, create=False)
    process = Process(store)
    process.decide(article())
    store.close()  # the last connection takes its journal along
    shutil.copy(path, tmp_path / "copy.db")
    process.decide(article("bank", hours=1), article(variant=1, hours=2))
    store.close()
    shutil.copy(tmp_path / "copy.db", path)
    outcomes = process.decide(article("bank", variant=2, hours=3))
    assert outcomes[0].seq == 2
    assert place(store, article("bank", variant=2))[1] is Relation.FIRST
    store.close()


def test_a_memory_that_is_forgotten_comes_back(store: Store) -> None:
    process = Process(store)
    process.decide(judged(article(), "ports"))
    process.ledger().forget()
    process.decide(judged(article(variant=1, hours=1), "ports"))
    (alert,) = told_of(store, "ports")
    assert (alert.revision, alert.outlets) == (2, 2)


def test_one_article_that_two_ledgers_decide_at_once_is_decided_by_one(store: Store) -> None:
    """The claims wait for each other; who comes second finds the first's decision."""
    process, barrier = Process(store), threading.Barrier(2)
    outcomes: list[Outcome] = []

    def decide(one: Article) -> None:
        barrier.wait(20)
        outcomes.extend(process.decide(one))

    threads = [threading.Thread(target=decide, args=(one,)) for one in (article(), article(**UKRAINIAN))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(kinds(outcomes)) == [OutcomeKind.DECIDED, OutcomeKind.REVISED]
    assert len({outcome.ledger for outcome in outcomes}) == 1
    (stored,) = store.reading.article(article().id)
    assert stored.ledger == outcomes[0].ledger
    assert told(store).places[article().id].story_id in told(store).stories


def test_alerts_go_from_memory_with_their_stories(store: Store) -> None:
    process = Process(store, config=AlertsConfig())
    process.decide(judged(article(), "ports"))
    process.decide(judged(article("bank", hours=24 * 30), "money"))
    process.decide(judged(article("bank", variant=1, hours=24 * 30 + 1), "money"))
    assert [alert.topic for alert in process.ledger()._alerts.values()] == ["money"]
    assert {alert.topic: alert.revision for alert in told(store).alerts.values()} == {"ports": 1, "money": 2}


def test_fingerprints_of_another_version_are_made_anew_from_their_texts(store: Store) -> None:
    first = judged(article())
    nothing = {name: {} for name in ("title_terms", "lead_terms", "body_terms", "names")}
    stale = msgspec.structs.replace(first.fingerprint, version="0", shingles=(), quotes=(), **nothing)
    Process(store).decide(msgspec.structs.replace(first, fingerprint=stale))
    Process(store).decide(article(variant=1, hours=1), article("bank", hours=1))
    assert len(groups(store)) == 2
