"""Stores on both databases."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipeline.store import Store, migrate, open_store
from pipeline.store.schema import VERSION, metadata
from tests.postgres import Postgres, postgres

# A runner that was started in the background ignores Ctrl-C, and so would the commands that tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """One server a test session; databases of their own are cheap."""
    with postgres() as server:
        yield server


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database: SQLite, then PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/wirewatch.db"
    server: Postgres = request.getfixturevalue("postgres_server")
    return server.new_database()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with an empty store, to be copied."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: Postgres) -> str:
    """URL of a PostgreSQL database with a store."""
    url = postgres_server.new_database()
    migrate(url)
    return url


def emptied(url: str) -> str:
    """The same store with nothing in it: ten times faster than a new database."""
    engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"), poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :version"), {"version": VERSION})
    return url


@pytest.fixture(params=BOTH)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty store: SQLite, then PostgreSQL."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "wirewatch.db")
        return f"sqlite:///{tmp_path}/wirewatch.db"
    return emptied(request.getfixturevalue("migrated_postgres"))


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An open store, empty."""
    opened = open_store(store_url, patience=20.0, create=False)
    yield opened
    opened.close()
