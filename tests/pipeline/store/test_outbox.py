import sqlalchemy as sa

from pipeline.store import Store
from pipeline.store.schema import deliveries
from tests.pipeline.store.records import NOW, alert, raise_alerts
from transforms.model import DeadLetter, Delivery, DeliveryResult

FAR = 4_000_000_000.0


def take(store: Store, owner: str = "me", limit: int = 10, sink: str = "desk") -> list[Delivery]:
    return store.outbox.take("en", sink, owner, limit)


def answer(store: Store, delivery: Delivery, *, delivered: bool = True, retry_at: float | None = None) -> None:
    result = DeliveryResult(
        delivery=delivery.delivery,
        sink=delivery.sink,
        alert_id=delivery.alert.id,
        revision=delivery.alert.revision,
        delivered=delivered,
        message="" if delivered else "503",
        retry_at=retry_at,
    )
    store.outbox.record([result])


def states(store: Store) -> list[tuple[int, str, str, int]]:
    query = sa.select(deliveries).order_by(deliveries.c.delivery)
    rows = store.database.read(lambda connection: connection.execute(query).all())
    return [(row.revision, row.sink, row.state, row.tries) for row in rows]


def lapse(store: Store) -> None:
    out = deliveries.update().where(deliveries.c.state == "taken").values(leased_until=0.0)
    store.database.write(lambda connection: connection.execute(out))


def test_a_revision_leaves_one_delivery_a_sink(store: Store) -> None:
    raise_alerts(store, alert("x1", sinks=("desk", "file")), alert("x2", sinks=()))
    assert store.feeds.due_deliveries() == [("en", "desk"), ("en", "file")]
    (delivery,) = take(store)
    assert (delivery.alert, delivery.sink, delivery.ledger, delivery.tries) == (
        alert("x1", sinks=("desk", "file")),
        "desk",
        "en",
        0,
    )
    assert take(store) == []
    assert store.outbox.take("uk", "file", "me", 10) == []
    assert take(store, limit=0) == []
    answer(store, delivery)
    assert states(store) == [(1, "desk", "delivered", 1), (1, "file", "pending", 0)]


def test_a_held_revision_waits_until_it_is_due(store: Store) -> None:
    raise_alerts(store, alert("x1", due=FAR))
    assert store.feeds.due_deliveries() == []
    assert take(store) == []
    assert store.reading.next_due() == FAR


def test_a_later_revision_waits_for_the_one_before_it_at_the_same_sink(store: Store) -> None:
    raise_alerts(store, alert("x1", sinks=("desk", "file")))
    raise_alerts(store, alert("x1", 2, sinks=("desk", "file")))
    (first,) = take(store)
    assert first.alert.revision == 1
    assert take(store) == []
    (other,) = take(store, sink="file")
    answer(store, other)
    assert [delivery.alert.revision for delivery in take(store, sink="file")] == [2]
    answer(store, first, delivered=False, retry_at=FAR)
    assert take(store) == [], "the first is to be tried again, the second waits on"
    answer(store, first, delivered=False)
    assert [delivery.alert.revision for delivery in take(store)] == [2], "the first is dead"


def test_a_held_revision_never_tried_is_replaced_by_a_later_one(store: Store) -> None:
    raise_alerts(store, alert("x1"))
    raise_alerts(store, alert("x1", 2, due=NOW + 900, raised=NOW + 10))
    raise_alerts(store, alert("x1", 3, due=NOW + 900, raised=NOW + 20))
    assert states(store) == [(1, "desk", "pending", 0), (2, "desk", "superseded", 0), (3, "desk", "pending", 0)]


def test_a_revision_tried_or_due_is_not_replaced(store: Store) -> None:
    raise_alerts(store, alert("x1"), alert("x2"))
    tried = next(delivery for delivery in take(store) if delivery.alert.id == "x2")
    answer(store, tried, delivered=False, retry_at=FAR)
    raise_alerts(store, alert("x1", 2), alert("x2", 2))
    assert [state for _, _, state, _ in states(store)] == ["taken", "pending", "pending", "pending"]


def test_a_failed_try_is_counted_and_due_when_its_answer_says(store: Store) -> None:
    raise_alerts(store, alert("x1"))
    (delivery,) = take(store)
    answer(store, delivery, delivered=False, retry_at=NOW)
    (again,) = take(store)
    assert (again.delivery, again.tries, again.due) == (delivery.delivery, 1, NOW)


def test_a_dead_owners_delivery_is_due_and_a_late_answer_does_no_harm(store: Store) -> None:
    raise_alerts(store, alert("x1"))
    (delivery,) = take(store, "first")
    lapse(store)
    assert store.feeds.due_deliveries() == [("en", "desk")]
    (again,) = take(store, "second")
    answer(store, again)
    answer(store, delivery, delivered=False)
    assert states(store) == [(1, "desk", "delivered", 1)]
    assert store.dead_letters.listed() == []


def test_untouched_deliveries_are_given_back_uncounted_and_leases_renewed(store: Store) -> None:
    raise_alerts(store, alert("x1"))
    (delivery,) = take(store)
    lapse(store)
    store.outbox.renew([delivery.delivery], "me")
    assert take(store) == []
    store.outbox.give_back([delivery.delivery], "somebody else")
    assert take(store) == []
    store.outbox.give_back([delivery.delivery], "me")
    assert [again.tries for again in take(store)] == [0]


def test_a_delivery_given_up_is_one_dead_letter_with_the_steps_reason_and_can_be_redriven(store: Store) -> None:
    raise_alerts(store, alert("x1"))
    (delivery,) = take(store)
    answer(store, delivery, delivered=False)
    assert [kept.letter.reason for kept in store.dead_letters.listed()] == ["undelivered"]
    told = DeadLetter("DeliverAlerts", "sink-gone", "410", "x1.1", delivery=delivery.delivery, last_seen=NOW)
    store.dead_letters.record([told])
    (kept,) = store.dead_letters.listed()
    assert kept.letter.reason == "sink-gone"
    store.dead_letters.redrive(kept.number, NOW)
    assert store.dead_letters.listed() == []
    (again,) = take(store)
    assert (again.delivery, again.tries) == (delivery.delivery, 0)
