"""Connections and transactions: SQLite in WAL mode or PostgreSQL behind one small class, and patience with both."""

import logging
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from pipeline.store.errors import StoreAddressError, StoreMissingError, StoreUnavailableError

T = TypeVar("T")

log = logging.getLogger("wirewatch.store")

PATIENCE = 300.0
"""Seconds for which a database that does not answer is asked again before the error is raised."""

FIRST_WAIT = 0.05
LONGEST_WAIT = 5.0
BUSY_SECONDS = 5.0

_HOPELESS = (
    "no such table",
    "no such column",
    "syntax error",
    "has no column",
    "unable to open database file",
    "attempt to write a readonly database",
    "password authentication failed",
    "no password supplied",
    "no pg_hba.conf entry",
    "does not exist",
    "is not permitted to log in",
)
"""Words of operational errors that no waiting mends."""


class database_now(FunctionElement[float]):  # noqa: N801  a function in SQL, named like one
    """Seconds since the epoch by the database's clock, at the moment of the statement."""

    type = sa.Double()
    inherit_cache = True


@compiles(database_now, "sqlite")
def _sqlite_now(_element: Any, _compiler: Any, **_options: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(database_now, "postgresql")
def _postgresql_now(_element: Any, _compiler: Any, **_options: Any) -> str:
    return "cast(extract(epoch from clock_timestamp()) as double precision)"


def passes(error: BaseException) -> bool:
    """Can a later try succeed where this error came? (locked, full, restarting, deadlock, connection lost)."""
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    message = str(error.orig).lower()
    return not any(words in message for words in _HOPELESS)


def retried(
    work: Callable[[], T],
    *,
    patience: float = PATIENCE,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> T:
    """Run work; while it fails for a passing reason of the database, wait and run it anew.

    Waits double from 0.05 to 5 s, each shortened by up to half at random so that many processes do not come back at once.

    Raises:
        StoreUnavailableError: patience (seconds) is used up; the database's last error is its cause.
        DBAPIError: an error that waiting does not mend.
    """
    started = clock()
    wait = FIRST_WAIT
    while True:
        try:
            return work()
        except DBAPIError as error:
            if not passes(error):
                raise
            left = started + patience - clock()
            cause = first_line(error)
            if left <= 0:
                raise StoreUnavailableError(
                    f"the store has not answered for {patience:.0f} s ({cause}); see that its database runs and has room"
                ) from error
            if wait >= 1:
                log.warning("the store does not answer (%s); asking again for up to %.0f s", cause, left)
        sleep(min(wait, left) * random.uniform(0.5, 1.0))
        wait = min(wait * 2, LONGEST_WAIT)


def first_line(error: DBAPIError) -> str:
    """What the database said, without what SQLAlchemy adds."""
    lines = str(error.orig).strip().splitlines()
    return lines[0] if lines else type(error.orig).__name__


def parse_url(url: str, password_env: str = "") -> URL:
    """Check a store's URL and put in its driver and its password.

    Args:
        url: sqlite:///relative.db, sqlite:////absolute.db or postgresql://user@host:port/name.
        password_env: name of the environment variable with the password; empty: the URL or the server needs none.

    Raises:
        StoreAddressError: naming the URL (without password) and what to write instead.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise StoreAddressError(f"store {url!r} is no URL; write sqlite:///wirewatch.db or postgresql://...") from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if not parsed.database or parsed.database == ":memory:" or parsed.database.startswith("file:"):
            raise StoreAddressError(f"store {url!r} names no file; write sqlite:///wirewatch.db")
        return parsed.set(drivername="sqlite+pysqlite")
    if backend not in {"postgresql", "postgres"}:
        raise StoreAddressError(
            f"store {_shown(parsed)!r} is of an unknown kind; write sqlite:///wirewatch.db or postgresql://..."
        )
    if not parsed.database:
        raise StoreAddressError(f"store {_shown(parsed)!r} names no database; write postgresql://user@host/database")
    if password_env:
        password = os.environ.get(password_env)
        if password is None:
            raise StoreAddressError(
                f"store {_shown(parsed)!r}: its password is to come from the environment variable {password_env!r}, "
                "which is not set; set it, or take password_env out"
            )
        parsed = parsed.set(password=password)
    return parsed.set(drivername="postgresql+psycopg")


def _shown(url: URL) -> str:
    return url.render_as_string(hide_password=True)


class Database:
    """One engine of one process; every use of it is a short transaction.

    Args:
        url: as parse_url returns it.
        patience: seconds for which passing errors are retried.
        durable: False lets SQLite skip its syncs, for stores that are thrown away.
        create: make SQLite's file where there is none.
    """

    def __init__(self, url: URL, *, patience: float = PATIENCE, durable: bool = True, create: bool = True) -> None:
        self.url = url
        self.patience = patience
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self.shown = url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)
        if self.is_sqlite:
            self._check_file(create=create)
            self.engine = _sqlite_engine(url, durable=durable)
        else:
            self.engine = _postgresql_engine(url)

    @property
    def path(self) -> Path:
        """SQLite's file."""
        return Path(str(self.url.database))

    def _check_file(self, *, create: bool) -> None:
        if self.path.exists():
            return
        if not create:
            raise StoreMissingError(
                f"there is no store at {self.shown!r}; `wirewatch run` or `wirewatch migrate` makes one"
            )
        if not self.path.parent.is_dir():
            raise StoreMissingError(
                f"store {self.shown!r}: its folder {str(self.path.parent)!r} is not there; make it first"
            )

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[sa.Connection]:
        """One transaction without any retry: committed at the end, rolled back on an error."""
        with self.engine.connect().execution_options(wirewatch_write=write) as connection, connection.begin():
            yield connection

    def write(self, work: Callable[[sa.Connection], T]) -> T:
        """Run work in a write transaction (SQLite: BEGIN IMMEDIATE), anew from its start after a passing error."""
        return self._run(work, write=True)

    def read(self, work: Callable[[sa.Connection], T]) -> T:
        """Run work in a transaction that only reads, anew from its start after a passing error."""
        return self._run(work, write=False)

    def retried(self, work: Callable[[], T]) -> T:
        """Run anything that opens its own transactions, with this database's patience."""
        return retried(work, patience=self.patience)

    def connect_apart(self) -> sa.Connection:
        """A connection that no pool knows, each statement a transaction; closing it really does."""
        apart = sa.create_engine(self.url, poolclass=sa.NullPool, hide_parameters=True, connect_args=_POSTGRESQL)
        return apart.connect().execution_options(isolation_level="AUTOCOMMIT")

    def _run(self, work: Callable[[sa.Connection], T], *, write: bool) -> T:
        def once() -> T:
            with self.begin(write=write) as connection:
                return work(connection)

        return self.retried(once)

    def dispose(self, *, close: bool = True) -> None:
        """Give up all connections; close False: leave them to the process that this one was forked from."""
        self.engine.dispose(close=close)


def _sqlite_engine(url: URL, *, durable: bool) -> sa.Engine:
    engine = sa.create_engine(
        url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}
    )

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late; begin() below says it
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # A transaction that reads before it writes fails at once under contention, whatever the timeout, unless it is
        # IMMEDIATE from its start.
        write = connection.get_execution_options().get("wirewatch_write", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


_POSTGRESQL = {
    "connect_timeout": 10,
    "application_name": "wirewatch",
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}


def _postgresql_engine(url: URL) -> sa.Engine:
    return sa.create_engine(url, hide_parameters=True, pool_pre_ping=True, max_overflow=20, connect_args=_POSTGRESQL)
