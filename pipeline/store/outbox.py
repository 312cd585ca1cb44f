"""The outbox: alert revisions on their way to sinks; transforms.alerts.ports.Outbox."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from pipeline.store import letters
from pipeline.store.columns import pack, unpack
from pipeline.store.engine import Database, database_now
from pipeline.store.leases import PENDING, RELEASED, TAKEN, give_back, insert, lapsed, lease_values, renew
from pipeline.store.schema import alerts, deliveries
from transforms.model import Alert, DeadLetter, Delivery, DeliveryResult

DELIVERED = "delivered"
DEAD = "dead"
SUPERSEDED = "superseded"

_OPEN = (PENDING, TAKEN)


class StoredOutbox:
    """Deliveries under leases, one open revision of an alert and sink at a time."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def take(self, ledger: str, sink: str, owner: str, limit: int) -> list[Delivery]:
        """Lease deliveries that are due, longest due first; revision n + 1 waits until n is delivered or dead."""
        road = sa.and_(deliveries.c.ledger == ledger, deliveries.c.sink == sink)

        def work(connection: sa.Connection) -> list[Delivery]:
            wanted = (
                sa.select(deliveries)
                .where(road, _takeable())
                .order_by(deliveries.c.due, deliveries.c.delivery)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
            rows = connection.execute(wanted).all()
            taken = [row.delivery for row in rows]
            connection.execute(
                deliveries.update().where(deliveries.c.delivery.in_(taken)).values(**lease_values(owner))
            )
            return [_delivery(connection, row) for row in rows]

        some = sa.select(sa.exists().where(road, _takeable()))
        if limit <= 0 or not self._db.read(lambda connection: connection.execute(some).scalar()):
            return []
        return self._db.write(work)

    def record(self, results: Sequence[DeliveryResult]) -> None:
        """Write tries' answers; a delivery that has ended keeps its first answer.

        One that is given up leaves a dead letter of step DeliverAlerts, reason "undelivered", in the same transaction.
        """

        def work(connection: sa.Connection) -> None:
            for result in sorted(results, key=lambda result: result.delivery):
                _record(connection, result)

        self._db.write(work)

    def renew(self, taken: Sequence[int], owner: str) -> None:
        """Prolong the leases of deliveries under way, up to 15 min from the take."""
        self._db.write(lambda connection: renew(connection, deliveries, owner, taken))

    def give_back(self, deliveries: Sequence[int], owner: str) -> None:
        """Untouched deliveries are due again, uncounted."""
        self._db.write(lambda connection: _give_back(connection, owner, deliveries))


def _give_back(connection: sa.Connection, owner: str, untouched: Sequence[int]) -> None:
    give_back(connection, deliveries, owner, untouched)


def due_pairs(connection: sa.Connection) -> list[tuple[str, str]]:
    """(ledger, sink) pairs with a delivery that may be taken now, by the database's clock."""
    pairs = sa.select(deliveries.c.ledger, deliveries.c.sink).where(_takeable()).distinct()
    return sorted((row.ledger, row.sink) for row in connection.execute(pairs))


def _takeable() -> sa.ColumnElement[bool]:
    earlier = deliveries.alias("earlier")
    waits = sa.exists().where(
        earlier.c.alert_id == deliveries.c.alert_id,
        earlier.c.sink == deliveries.c.sink,
        earlier.c.revision < deliveries.c.revision,
        earlier.c.state.in_(_OPEN),
    )
    due = sa.and_(deliveries.c.state == PENDING, deliveries.c.due <= database_now())
    return sa.and_(sa.or_(due, lapsed(deliveries)), sa.not_(waits))


def _delivery(connection: sa.Connection, row: sa.Row[Any]) -> Delivery:
    this = sa.and_(alerts.c.alert_id == row.alert_id, alerts.c.revision == row.revision)
    packed = connection.execute(sa.select(alerts.c.alert).where(this)).scalar_one()
    return Delivery(
        delivery=row.delivery,
        alert=unpack(Alert, packed),
        sink=row.sink,
        ledger=row.ledger,
        due=row.due,
        tries=row.tries,
    )


def _record(connection: sa.Connection, result: DeliveryResult) -> None:
    this = deliveries.c.delivery == result.delivery
    row = connection.execute(sa.select(deliveries).where(this, deliveries.c.state.in_(_OPEN)).with_for_update()).first()
    if row is None:
        return
    values: dict[str, Any] = {**RELEASED, "tries": row.tries + 1, "message": result.message}
    if result.delivered:
        values |= {"state": DELIVERED, "ended_at": database_now()}
    elif result.retry_at is not None:
        values |= {"due": result.retry_at}
    else:
        values |= {"state": DEAD, "ended_at": database_now()}
        _bury(connection, row, result.message)
    connection.execute(deliveries.update().where(this).values(**values))


def _bury(connection: sa.Connection, row: sa.Row[Any], message: str) -> None:
    delivery = _delivery(connection, row)
    now = connection.execute(sa.select(database_now())).scalar_one()
    letter = DeadLetter(
        step="DeliverAlerts",
        reason="undelivered",
        message=message or f"sink {row.sink!r} did not take the alert; see that it works, then redrive this",
        subject=f"{row.alert_id}.{row.revision} to {row.sink}",
        input=pack(delivery),
        delivery=row.delivery,
        first_seen=now,
        last_seen=now,
        tries=row.tries + 1,
    )
    letters.write(connection, letter)


def post(connection: sa.Connection, ledger: str, alert: Alert) -> None:
    """Leave one delivery a sink of a new revision; an earlier one that is still held, and never tried, is replaced."""
    for sink in sorted(set(alert.sinks)):
        held = sa.and_(
            deliveries.c.alert_id == alert.id,
            deliveries.c.sink == sink,
            deliveries.c.revision < alert.revision,
            deliveries.c.state == PENDING,
            deliveries.c.tries == 0,
            deliveries.c.due > alert.raised,
        )
        connection.execute(deliveries.update().where(held).values(state=SUPERSEDED, ended_at=database_now()))
        values = {
            "alert_id": alert.id,
            "revision": alert.revision,
            "sink": sink,
            "ledger": ledger,
            "state": PENDING,
            "due": alert.due,
            "tries": 0,
        }
        connection.execute(insert(connection, deliveries).values(values).on_conflict_do_nothing())
