import sqlite3
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.store import Store, StoreAddressError, StoreError, StoreMissingError, StoreUnavailableError, open_store
from pipeline.store.engine import parse_url, passes, retried
from tests.pipeline.store.records import NOW, accept, new_entry
from tests.postgres import Postgres
from transforms.model import Feed


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("wirewatch.db", "is no URL; write sqlite:///"),
        ("", "is no URL"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("mysql://me:hidden@host/db", r"'mysql://me:\*\*\*@host/db' is of an unknown kind"),
        ("postgresql://me:hidden@host:5432", "names no database"),
    ],
)
def test_an_address_that_cannot_be_one_says_what_to_write(url: str, says: str) -> None:
    with pytest.raises(StoreAddressError, match=says) as caught:
        parse_url(url)
    assert "hidden" not in str(caught.value)


def test_a_password_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE_PASSWORD", "p@ss/word")
    url = parse_url("postgresql://me@host/db", "STORE_PASSWORD")
    assert (url.password, url.drivername) == ("p@ss/word", "postgresql+psycopg")
    monkeypatch.delenv("STORE_PASSWORD")
    with pytest.raises(StoreAddressError, match="'STORE_PASSWORD', which is not set"):
        parse_url("postgresql://me@host/db", "STORE_PASSWORD")


@pytest.mark.postgres
def test_a_wrong_password_is_told_at_once_and_never_shown(
    postgres_server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = sa.make_url(postgres_server.new_database()).set(password=None).render_as_string()
    monkeypatch.setenv("STORE_PASSWORD", "canary")
    with pytest.raises(StoreError, match="password authentication failed") as caught:
        open_store(url, "STORE_PASSWORD")
    assert "canary" not in str(caught.value)
    monkeypatch.setenv("STORE_PASSWORD", postgres_server.password)
    open_store(url, "STORE_PASSWORD").close()


def test_a_file_that_is_not_there_or_no_database_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreMissingError, match="there is no store at"):
        open_store(f"sqlite:///{tmp_path}/none.db", create=False)
    with pytest.raises(StoreMissingError, match=r"its folder .* is not there"):
        open_store(f"sqlite:///{tmp_path}/none/none.db")
    (tmp_path / "text.db").write_text("not a database, but long enough to be taken for one" * 100)
    with pytest.raises(StoreError, match="file is not a database"):
        open_store(f"sqlite:///{tmp_path}/text.db")


def operational(message: str) -> sa.exc.OperationalError:
    return sa.exc.OperationalError("SELECT", {}, sqlite3.OperationalError(message))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (operational("database is locked"), True),
        (operational("database or disk is full"), True),
        (operational("disk I/O error"), True),
        (operational("no such table: feeds"), False),
        (operational('FATAL: database "x" does not exist'), False),
        (sa.exc.IntegrityError("INSERT", {}, Exception("unique")), False),
        (sa.exc.ProgrammingError("SELECT", {}, Exception("server closed"), connection_invalidated=True), True),
        (ValueError("poisoned"), False),
    ],
)
def test_only_passing_errors_are_tried_again(error: Exception, expected: bool) -> None:
    assert passes(error) is expected


def test_waits_grow_until_patience_is_used_up() -> None:
    now = [0.0]
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    def fail() -> None:
        raise operational("database is locked")

    with pytest.raises(StoreUnavailableError, match=r"has not answered for 60 s \(database is locked\)"):
        retried(fail, patience=60.0, sleep=sleep, clock=lambda: now[0])
    assert max(waits) <= 5.0
    assert waits[0] <= 0.05
    assert sum(waits) >= 60.0 - 1e-6


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_locked_sqlite_is_waited_for(store: Store) -> None:
    blocker = sqlite3.connect(store.database.path, isolation_level=None, check_same_thread=False)
    blocker.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.3, lambda: blocker.execute("COMMIT"))
    release.start()
    store.feeds.add_feed(Feed("http://east.example/feed"))
    release.join()
    blocker.close()
    assert len(store.feeds.listed()) == 1


@pytest.mark.postgres
def test_postgresql_stopped_and_started_under_use_is_waited_for(postgres_server: Postgres) -> None:
    store = open_store(postgres_server.new_database(), patience=60.0)
    with store.owners.own("shards", "wirewatch run", heartbeat=0.2) as ownership:
        accept(store, new_entry("a"))
        postgres_server.stop()
        accepted: list[int | None] = []
        worker = threading.Thread(target=lambda: accepted.append(accept(store, new_entry("b"), now=NOW + 1)))
        worker.start()
        postgres_server.start()
        worker.join(60)
        assert accepted == [1]
        assert store.reading.counts().rows == {"pending": 2}
        rival = open_store(store.database.url.set(drivername="postgresql").render_as_string(hide_password=False))
        with pytest.raises(StoreError, match="is owned by `wirewatch run`"):
            rival.owners.own("shards", "wirewatch watch")
        rival.close()
        assert not ownership.lost.is_set()
    store.close()


def test_a_full_disk_is_told_and_nothing_is_half_written(tmp_path: Path) -> None:
    """max_page_count is SQLite's own full disk."""
    store = open_store(f"sqlite:///{tmp_path}/small.db", patience=0.2)
    with store.database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    store.close()

    @sa.event.listens_for(store.database.engine, "connect")
    def limit(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages + 5}")

    with pytest.raises(StoreUnavailableError, match="database or disk is full"):
        accept(store, *(new_entry(f"e{number}", summary="x" * 5000) for number in range(50)))
    assert store.reading.counts().rows == {}
    store.close()
