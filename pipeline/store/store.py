"""The store by its address: opened once a process, cheap to name in every process and thread."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from pipeline.store import versions
from pipeline.store.dead_letters import DeadLetters
from pipeline.store.engine import PATIENCE, Database, first_line, parse_url
from pipeline.store.errors import StoreUnavailableError
from pipeline.store.feed_health import FeedHealths
from pipeline.store.feeds import Feeds
from pipeline.store.ledger import Ledgers
from pipeline.store.outbox import StoredOutbox
from pipeline.store.owners import Owners
from pipeline.store.reading import Reading
from pipeline.store.retention import Pruned, Pruning, Retention
from transforms.model import Seconds

T = TypeVar("T")


class Store:
    """An open store, divided by who asks.

    Attributes:
        feeds: what FollowFeeds needs, inbox included (transforms.feeds.ports.FeedStore), and the list of feeds.
        health: feeds with their histories, and what was told of their health.
        ledgers: what DecideStories needs (transforms.stories.ports.LedgerStore).
        outbox: what DeliverAlerts needs (transforms.alerts.ports.Outbox).
        dead_letters: the end of the dead-letter road.
        owners: who owns the shards.
        reading: what commands show.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.feeds = Feeds(database)
        self.health = FeedHealths(database)
        self.ledgers = Ledgers(database)
        self.outbox = StoredOutbox(database)
        self.dead_letters = DeadLetters(database)
        self.owners = Owners(database)
        self.reading = Reading(database)

    @property
    def shown(self) -> str:
        """The store's URL without its password."""
        return self.database.shown

    def retried(self, work: Callable[[], T]) -> T:
        """Run work that opens its own transactions, anew from its start after each passing error of the database."""
        return self.database.retried(work)

    def prune(self, now: Seconds, policy: Retention) -> Pruned:
        """Forget what the policy no longer keeps; see Pruning.prune."""
        return Pruning(self.database).prune(now, policy)

    def close(self) -> None:
        """Close all connections; a later use opens new ones."""
        self.database.dispose()


@dataclass(frozen=True)
class StoreAddress:
    """Where a store is and how patiently it is asked; travels to workers by pickle, the password does not."""

    url: str
    password_env: str = ""
    """Name of the environment variable with PostgreSQL's password."""
    patience: float = PATIENCE
    """Seconds for which a database that does not answer is asked again."""
    durable: bool = True
    """False: SQLite may lose the last commits when the power fails; for stores that are thrown away."""

    def open(self, *, create: bool = True) -> Store:
        """The process's store of this address, opened and its schema checked at the first call; safe from any thread."""
        with _opening:
            store = _open.get(self)
            if store is None:
                store = open_store(
                    self.url, self.password_env, patience=self.patience, durable=self.durable, create=create
                )
                _open[self] = store
            return store

    def close(self) -> None:
        """Close this process's store of the address, if it is open."""
        with _opening:
            store = _open.pop(self, None)
        if store is not None:
            store.close()


_opening = threading.Lock()
_open: dict[StoreAddress, Store] = {}


def _forget_parents_stores() -> None:
    global _opening  # noqa: PLW0603  the parent's may be held by a thread that this process does not have
    _opening = threading.Lock()
    for store in _open.values():
        store.database.dispose(close=False)
    _open.clear()


os.register_at_fork(after_in_child=_forget_parents_stores)


def open_store(
    url: str, password_env: str = "", *, patience: float = PATIENCE, durable: bool = True, create: bool = True
) -> Store:
    """Open a store of its own, not shared with the rest of the process.

    Args:
        url: sqlite:///relative.db, sqlite:////absolute.db or postgresql://user@host:port/name.
        password_env: name of the environment variable with the password.
        patience: seconds for which a database that does not answer is asked again.
        durable: see StoreAddress.
        create: make the store where there is none; commands that only read say False.

    Raises:
        StoreError: wrong address, no store, a schema of another version, or a database that does not answer.
    """
    database = _database(url, password_env, patience=patience, durable=durable, create=create)
    try:
        with _told(database):
            versions.check(database, create=create)
    except BaseException:
        database.dispose()
        raise
    return Store(database)


def migrate(url: str, password_env: str = "", *, patience: float = PATIENCE) -> tuple[str | None, str]:
    """Bring a store's schema to this program's version.

    Returns:
        The version before (None: there was no store) and the version now.

    Raises:
        StoreError: as open_store; the store is newer than this program.
    """
    database = _database(url, password_env, patience=patience, durable=True, create=True)
    try:
        with _told(database):
            return versions.migrate(database)
    finally:
        database.dispose()


@contextmanager
def _told(database: Database) -> Iterator[None]:
    """What the database refuses for good (a password, a file that is none) as one line for a person."""
    try:
        yield
    except DBAPIError as error:
        raise StoreUnavailableError(
            f"store {database.shown!r} cannot be opened: {first_line(error)}; see that address, rights and password are right"
        ) from error


def _database(url: str, password_env: str, *, patience: float, durable: bool, create: bool) -> Database:
    return Database(parse_url(url, password_env), patience=patience, durable=durable, create=create)
