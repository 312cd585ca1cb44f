"""Locks that their holder's death lets go of: a file beside SQLite's database, a connection to PostgreSQL.

Neither is left to children: descriptors close on exec, and a forked child lets go of its copies at once.
"""

import errno
import fcntl
import os
import weakref
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from pipeline.store.engine import Database
from pipeline.store.errors import StoreError
from pipeline.store.leases import LEASE


class FileLock:
    """flock on a file beside SQLite's database."""

    def __init__(self, database: Path, scope: str) -> None:
        self._path = database.with_name(f"{database.name}.{scope}.lock")
        self._descriptor: int | None = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        _locks.add(self)

    def acquire(self) -> bool:
        """True: the lock is this owner's now, and whoever had it before is dead or has let go."""
        if self._descriptor is None:
            raise StoreError(f"the lock {str(self._path)!r} has been closed; open the store anew")
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in {errno.EWOULDBLOCK, errno.EACCES}:
                raise
            return False
        return True

    def is_free(self, connection: sa.Connection, rival: sa.Row[Any]) -> bool:
        """Of another owner's lock nothing can be told here."""
        del connection, rival
        return False

    def keep(self) -> None:
        """The kernel keeps it."""

    def close(self) -> None:
        """Let go."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def abandon(self) -> None:
        """In a forked child: the parent keeps the lock, which belongs to the open file, not to the descriptor."""
        self.close()


class ConnectionLock:
    """PostgreSQL's advisory lock on an owner's name, held by a connection of its own."""

    def __init__(self, database: Database, owner: str) -> None:
        self._db = database
        self._number = number("owner", owner)
        self._connection: sa.Connection | None = None
        _locks.add(self)

    def acquire(self) -> bool:
        """Always True: the name is this owner's alone."""
        if self._connection is None:
            self._connection = self._db.retried(self._connect)
        return True

    def _connect(self) -> sa.Connection:
        connection = self._db.connect_apart()
        try:
            # Nobody else locks this name: where it is taken, a former connection of this owner is still being missed.
            connection.execute(sa.select(sa.func.pg_try_advisory_lock(self._number)))
        except BaseException:
            connection.close()
            raise
        return connection

    def is_free(self, connection: sa.Connection, rival: sa.Row[Any]) -> bool:
        """Is the connection of another owner gone, and not only because the server was started anew since?"""
        its_lock = sa.func.pg_try_advisory_xact_lock(number("owner", rival.owner))
        if not connection.execute(sa.select(its_lock)).scalar():
            return False
        started = sa.func.extract("epoch", sa.func.pg_postmaster_start_time())
        return bool(connection.execute(sa.select(started < rival.leased_until - LEASE)).scalar())

    def keep(self) -> None:
        """See that the connection is there; make it anew where the database went away."""
        try:
            if self._connection is not None:
                self._connection.execute(sa.select(1))
                return
        except sa.exc.DBAPIError:
            self.close()
        self._connection = self._connect()

    def close(self) -> None:
        """Let go."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.close()

    def abandon(self) -> None:
        """In a forked child: forget the connection without a word to the server."""
        # Closing would say goodbye to the server in the parent's name: put nothing in the place of the socket instead.
        if self._connection is None:
            return
        raw: Any = self._connection.connection.dbapi_connection
        nothing = os.open(os.devnull, os.O_RDWR)
        try:
            os.dup2(nothing, raw.fileno())
        finally:
            os.close(nothing)


_locks: "weakref.WeakSet[FileLock | ConnectionLock]" = weakref.WeakSet()


def _abandon_all() -> None:
    for lock in list(_locks):
        lock.abandon()
    _locks.clear()


os.register_at_fork(after_in_child=_abandon_all)


def number(kind: str, name: str) -> int:
    """A 63-bit number of a lock."""
    return int.from_bytes(sha256(f"{kind}:{name}".encode()).digest()[:8], "big") >> 1
