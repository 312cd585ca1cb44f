"""Who owns a store's shards: a lease in the store with a heartbeat, and a lock that the holder's death lets go of.

That lock (pipeline.store.locks) goes with the process, however it dies, so that a successor need not wait for the
lease to run out.
"""

import logging
import os
import socket
import threading
import time
import uuid
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa

from pipeline.store import leases
from pipeline.store.engine import Database, database_now
from pipeline.store.errors import StoreError, StoreOwnedError
from pipeline.store.leases import HELD, LEASE, LEASED_TABLES
from pipeline.store.locks import ConnectionLock, FileLock, number
from pipeline.store.schema import owners
from transforms.model import Record, Seconds

log = logging.getLogger("wirewatch.store")

RELEASED = "released"
DEAD = "dead"

HEARTBEAT = 15.0
"""Seconds between two signs of life."""
_DYING = 2.0
"""Seconds for which a predecessor's connection may take to be found closed."""


class Holder(Record, frozen=True):
    """Somebody who owns, or owned, a scope."""

    owner: str
    scope: str
    holder: str
    """What it runs: "wirewatch watch"."""
    host: str
    pid: int
    since: Seconds
    alive: bool


class Owners:
    """The owners' table of a store."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def own(self, scope: str, holder: str, *, renew_rows: bool = True, heartbeat: float = HEARTBEAT) -> "Ownership":
        """Own a scope until released, or until this process dies.

        A predecessor that died is declared dead: what it had leased is due at once.

        Args:
            scope: what is owned: "shards".
            holder: what runs, for the error that others get: "wirewatch watch".
            renew_rows: the heartbeat also renews the leases of all rows taken in the owner's name.
            heartbeat: seconds between two signs of life.

        Raises:
            StoreOwnedError: somebody else owns it; names host, process id, command and since when.
        """
        name = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:12]}"
        lock = FileLock(self._db.path, scope) if self._db.is_sqlite else ConnectionLock(self._db, name)
        try:
            self._insist(scope, holder, name, lock)
        except BaseException:
            lock.close()
            raise
        return Ownership(self._db, name, scope, lock, renew_rows=renew_rows, heartbeat=heartbeat)

    def holders(self) -> list[Holder]:
        """Who owns what now, as far as leases tell."""
        query = sa.select(owners).where(owners.c.state == HELD).order_by(owners.c.since)
        return self._db.read(lambda connection: [_holder(connection, row) for row in connection.execute(query)])

    def _insist(self, scope: str, holder: str, name: str, lock: FileLock | ConnectionLock) -> None:
        patient_until = time.monotonic() + _DYING
        while (rival := self._enter(scope, holder, name, lock)) is not None:
            settled = rival.pid and (rival.host != socket.gethostname() or _runs(rival.pid))
            if settled or time.monotonic() > patient_until:
                raise StoreOwnedError(_owned(self._db.shown, rival))
            time.sleep(0.05)

    def _enter(self, scope: str, holder: str, name: str, lock: FileLock | ConnectionLock) -> Holder | None:
        """Write this owner in, unless a living one is there: then that one."""
        free = lock.acquire()

        def work(connection: sa.Connection) -> Holder | None:
            if not self._db.is_sqlite:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number("scope", scope))))
            query = sa.select(owners).where(owners.c.scope == scope, owners.c.state == HELD, owners.c.owner != name)
            for row in connection.execute(query).all():
                known = _holder(connection, row)
                if self._db.is_sqlite:
                    if not free:
                        return known
                elif known.alive and not lock.is_free(connection, row):
                    return known
                dead = owners.update().where(owners.c.owner == row.owner).values(state=DEAD)
                connection.execute(dead)
                log.warning("%s (host %s, process %d) died; its rows are due", known.holder, known.host, known.pid)
            if not free:
                unnamed = "a process that is just starting or ending"
                return Holder(name, scope, unnamed, socket.gethostname(), pid=0, since=0.0, alive=True)
            now = database_now()
            values = {
                "owner": name,
                "scope": scope,
                "holder": holder,
                "host": socket.gethostname(),
                "pid": os.getpid(),
                "since": now,
                "leased_until": now + LEASE,
                "state": HELD,
            }
            statement = leases.insert(connection, owners).values(values).on_conflict_do_nothing()
            connection.execute(statement)
            return None

        return self._db.write(work)


class Ownership:
    """A scope owned; a context manager that releases it.

    Attributes:
        owner: the name under which rows are to be taken.
        lost: set when somebody declared this owner dead (the process slept, or the database forgot it).
    """

    def __init__(
        self,
        database: Database,
        owner: str,
        scope: str,
        lock: FileLock | ConnectionLock,
        *,
        renew_rows: bool,
        heartbeat: float,
    ) -> None:
        self.owner = owner
        self.scope = scope
        self.lost = threading.Event()
        self._db = database
        self._lock = lock
        self._renew_rows = renew_rows
        self._heartbeat = heartbeat
        self._ended = threading.Event()
        self._pid = os.getpid()
        self._thread = threading.Thread(target=self._beat, name=f"own {scope}", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def release(self) -> None:
        """Let go; what is still taken in the owner's name is due at once, and counts as a take-up."""
        if self._ended.is_set() or os.getpid() != self._pid:
            return
        self._ended.set()
        self._thread.join()
        mine = sa.and_(owners.c.owner == self.owner, owners.c.state == HELD)
        try:
            self._db.write(lambda connection: connection.execute(owners.update().where(mine).values(state=RELEASED)))
        finally:
            self._lock.close()

    def _beat(self) -> None:
        wait = self._heartbeat
        while not self._ended.wait(wait):
            wait = min(2.0, self._heartbeat)
            try:
                with self._db.begin(write=True) as connection:
                    alive = self._live_on(connection)
                self._lock.keep()
            except (sa.exc.DBAPIError, StoreError) as error:
                log.warning("no sign of life could be given to the store (%s)", type(error).__name__)
                continue
            if not alive:
                log.error("another process has taken over the store; this one must stop")
                self.lost.set()
                return
            wait = self._heartbeat

    def _live_on(self, connection: sa.Connection) -> bool:
        mine = sa.and_(owners.c.owner == self.owner, owners.c.state == HELD)
        prolong = owners.update().where(mine).values(leased_until=database_now() + LEASE)
        if connection.execute(prolong).rowcount == 0:
            return False
        if self._renew_rows:
            for table in LEASED_TABLES:
                leases.renew(connection, table, self.owner)
        return True


def _holder(connection: sa.Connection, row: sa.Row[Any]) -> Holder:
    now = connection.execute(sa.select(database_now())).scalar_one()
    return Holder(row.owner, row.scope, row.holder, row.host, row.pid, row.since, row.leased_until >= now)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _owned(store: str, rival: Holder) -> str:
    if not rival.pid:
        return f"store {store!r} is being taken by {rival.holder} on host {rival.host!r}; try again in a moment"
    since = datetime.fromtimestamp(rival.since, UTC).strftime("%d %b %Y %H:%M:%S UTC")
    return (
        f"store {store!r} is owned by `{rival.holder}` (host {rival.host!r}, process {rival.pid}, since {since}); "
        "end that one first, or give this one a store of its own"
    )
