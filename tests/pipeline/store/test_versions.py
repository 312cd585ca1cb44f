from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from pipeline.store import Store, StoreMissingError, StoreVersionError, migrate, open_store
from pipeline.store.schema import VERSION, metadata


def set_version(store: Store, version: str) -> None:
    change = sa.text("UPDATE alembic_version SET version_num = :version")
    store.database.write(lambda connection: connection.execute(change, {"version": version}))
    store.close()


def test_an_empty_database_becomes_a_store_only_for_those_who_write(empty_url: str) -> None:
    with pytest.raises(StoreMissingError, match="there is no store"):
        open_store(empty_url, create=False)
    assert migrate(empty_url) == (None, VERSION)
    assert migrate(empty_url) == (VERSION, VERSION)
    open_store(empty_url, create=False).close()


def test_the_migrations_make_the_tables_that_the_program_knows(store: Store) -> None:
    with store.database.begin(write=False) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_an_older_store_is_refused_with_the_command_that_helps(store: Store, store_url: str) -> None:
    set_version(store, "0000")
    with pytest.raises(StoreVersionError, match=r"schema 0000, this Wirewatch needs .*`wirewatch migrate`"):
        open_store(store_url)


@pytest.mark.parametrize("version", ["9999", "someone-elses"])
def test_a_newer_store_is_always_refused(store: Store, store_url: str, version: str) -> None:
    set_version(store, version)
    for attempt in (open_store, migrate):
        with pytest.raises(StoreVersionError, match=rf"schema {version}, newer than this Wirewatch's") as caught:
            attempt(store_url)
        assert ":***@" in str(caught.value) or "sqlite" in str(caught.value)


def test_somebody_elses_database_is_left_alone(empty_url: str, tmp_path: Path) -> None:
    url = sa.make_url(empty_url)
    engine = sa.create_engine(url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE recipes (name TEXT)"))
    engine.dispose()
    for attempt in (open_store, migrate):
        with pytest.raises(StoreVersionError, match="other tables"):
            attempt(empty_url)
