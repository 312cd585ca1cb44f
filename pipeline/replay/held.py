"""The alerts that a replay's end finds held: after its last line no more time passes, so they are not waited for."""

import sqlalchemy as sa

from pipeline.store.leases import PENDING
from pipeline.store.schema import deliveries
from pipeline.store.store import Store
from transforms.alerts.ports import Sink
from transforms.model import Delivery, DeliveryResult

_AT_A_TIME = 500


def deliver_held(store: Store, sink: Sink, name: str, owner: str) -> int:
    """Deliver what cooldown or quiet hours still hold back, and what the sink did not take before.

    Args:
        store: owned.
        sink: a replay's only one.
        name: the sink's.
        owner: under whose name deliveries are leased.

    Returns:
        How many.

    Raises:
        SinkError: the sink does not take them; they stay in the store.
    """
    held = sa.and_(deliveries.c.sink == name, deliveries.c.state == PENDING)
    now_due = deliveries.update().where(held).values(due=0.0)
    store.database.write(lambda connection: connection.execute(now_due))
    count = 0
    for ledger, its_sink in store.feeds.due_deliveries():
        while its_sink == name and (taken := store.outbox.take(ledger, name, owner, _AT_A_TIME)):
            for delivery in taken:
                sink.send(delivery.alert)
            store.outbox.record([_taken(delivery) for delivery in taken])
            count += len(taken)
    return count


def _taken(delivery: Delivery) -> DeliveryResult:
    alert = delivery.alert
    return DeliveryResult(delivery.delivery, delivery.sink, alert.id, alert.revision, delivered=True)
