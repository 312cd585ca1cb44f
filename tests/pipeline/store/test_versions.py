from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from pipeline.store import Store, StoreMissingError, StoreVersionError, migrate, migrations, open_store
from pipeline.store.columns import pack
from pipeline.store.engine import Database, parse_url
from pipeline.store.schema import VERSION, feeds, metadata
from tests.pipeline.store.records import FEED, NOW, accept, new_entry
from transforms.model import Feed, FeedCursor

MIGRATIONS = Path(migrations.__file__).parent


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


def at_first_version(url: str) -> None:
    """A store as the first Wirewatch made and used it."""
    database = Database(parse_url(url))

    def work(connection: sa.Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        cursor = FeedCursor(Feed(FEED, name="East"), version=3, etag='"x"', last_success=NOW)
        packed = {"feed": pack(cursor.feed), "cursor": pack(cursor)}
        columns = {"url": FEED, "host_hash": 1, "active": True, "version": 3, "status": "ok"}
        times = {"next_poll": NOW, "not_before": 0.0, "listed": NOW}
        connection.execute(feeds.insert().values(**columns, **times, **packed))

    database.write(work)
    database.dispose()


def test_a_store_of_the_first_version_is_refused_then_migrated_and_goes_on_as_it_was(empty_url: str) -> None:
    at_first_version(empty_url)
    with pytest.raises(
        StoreVersionError, match=rf"schema 0001, this Wirewatch needs {VERSION}; run `wirewatch migrate`"
    ):
        open_store(empty_url)
    assert migrate(empty_url) == ("0001", VERSION)
    store = open_store(empty_url, create=False)
    with store.database.begin(write=False) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    (feed,) = store.health.watched()
    assert (feed.cursor.feed.name, feed.cursor.etag, feed.history) == ("East", '"x"', None)
    accept(store, new_entry("a"))
    (feed,) = store.health.watched()
    assert (feed.cursor.version, feed.history.listed if feed.history else 0) == (4, 1)
    store.close()


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
