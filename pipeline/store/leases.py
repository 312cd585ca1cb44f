"""Leases on rows of the inbox and the outbox, by the database's clock.

A row's owner is a name. Where it stands in the table of owners, its death is known at once; otherwise only when the
lease runs out.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from pipeline.store.engine import database_now
from pipeline.store.schema import deliveries, inbox, owners

T = TypeVar("T")

LEASE = 60.0
"""Seconds for which a row is taken, or a scope owned, without a sign of life."""
LONGEST_LEASE = 900.0
"""Seconds from the take after which a row's lease is not renewed any more."""

PENDING = "pending"
TAKEN = "taken"
ENDED = "ended"

HELD = "held"

_CHUNK = 500


def chunked(values: Iterable[T]) -> Iterator[list[T]]:
    """Lists short enough for the parameters of one statement."""
    chunk: list[T] = []
    for value in values:
        chunk.append(value)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def insert(connection: sa.Connection, table: sa.Table) -> Any:
    """The database's own INSERT, which knows ON CONFLICT."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def dead_owner(owner: sa.Column[Any]) -> sa.ColumnElement[bool]:
    """The row's owner is registered, and has let go, died, or given no sign of life for a lease's length."""
    return sa.exists().where(
        owners.c.owner == owner, sa.or_(owners.c.state != HELD, owners.c.leased_until < database_now())
    )


def lapsed(table: sa.Table) -> sa.ColumnElement[bool]:
    """A taken row that somebody else may take."""
    return sa.and_(table.c.state == TAKEN, sa.or_(table.c.leased_until < database_now(), dead_owner(table.c.owner)))


def lease_values(owner: str) -> dict[str, Any]:
    """What a take writes into its rows."""
    now = database_now()
    return {"state": TAKEN, "owner": owner, "taken_at": now, "leased_until": now + LEASE}


RELEASED: dict[str, Any] = {"state": PENDING, "owner": None, "taken_at": None, "leased_until": None}


def renew(connection: sa.Connection, table: sa.Table, owner: str, keys: Sequence[int] | None = None) -> None:
    """Prolong the owner's leases (of these rows; None: of all) up to the longest lease."""
    limit = table.c.taken_at + LONGEST_LEASE
    wanted = database_now() + LEASE
    prolong = (
        table.update()
        .where(table.c.state == TAKEN, table.c.owner == owner)
        .values(leased_until=sa.case((wanted < limit, wanted), else_=limit))
    )
    if keys is None:
        connection.execute(prolong)
        return
    for chunk in chunked(sorted(keys)):
        connection.execute(prolong.where(_key(table).in_(chunk)))


def give_back(connection: sa.Connection, table: sa.Table, owner: str, keys: Sequence[int]) -> None:
    """The owner's rows are pending again; not counted as a take-up."""
    for chunk in chunked(sorted(keys)):
        mine = sa.and_(_key(table).in_(chunk), table.c.state == TAKEN, table.c.owner == owner)
        connection.execute(table.update().where(mine).values(**RELEASED))


def _key(table: sa.Table) -> sa.Column[Any]:
    return next(iter(table.primary_key.columns))


LEASED_TABLES = (inbox, deliveries)
