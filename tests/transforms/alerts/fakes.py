"""Records to alert on, an outbox in memory and sinks that do as told."""

import threading
from collections.abc import Callable, Sequence

from transforms.alerts.ports import SinkError
from transforms.model import (
    Alert,
    AlertMember,
    AlertState,
    Delivery,
    DeliveryResult,
    Evidence,
    Origin,
    Relation,
)

NOON = 1_777_291_260.0  # 27 April 2026, 12:01 UTC

AXIOS = Origin("Axios", "axios.com", in_feeds=False, evidence="Source: Axios.")


def member(article_id: str = "a1", published: float = NOON, **changes) -> AlertMember:
    fields = {
        "url": f"http://kwr.newsroom/{article_id}",
        "title": "US weighs new talks with Kim Jong Un",
        "outlet": "Kyiv Wire Review",
        "relation": Relation.REWRITE,
        "score": 0.91,
        "reason": "same credited outlet: Axios",
    }
    return AlertMember(article_id=article_id, published=published, **(fields | changes))


def alert(**changes) -> Alert:
    fields = {
        "id": "00a1b2c3d4e5f607",
        "revision": 1,
        "state": AlertState.NEW,
        "topic": "north-korea",
        "topic_name": "North Korea",
        "story": "4f2a",
        "title": "US weighs new talks with Kim Jong Un",
        "raised": NOON,
        "first_raised": NOON,
        "origin": AXIOS,
        "outlets": 2,
        "independent_origins": (AXIOS,),
        "members": (
            member("a1", NOON - 1740, outlet="Eastern Desk", credit="Source: Axios.", relation=Relation.FIRST),
            member("a2", NOON, credit='headline ends "- Axios"', matched="a1"),
        ),
        "matched": (Evidence("North Korea", "title", 11), Evidence("Kim Jong*", "text")),
        "reasons": ("same credited outlet: Axios", "9 names shared"),
        "sinks": ("desk",),
        "due": NOON,
    }
    return Alert(**(fields | changes))


class FakeOutbox:
    """The outbox as its port promises, in memory; `now` is the database's clock."""

    def __init__(self, rows: Sequence[Delivery] = (), now: Callable[[], float] = lambda: NOON) -> None:
        self.rows = {row.delivery: row for row in rows}
        self.leased: set[int] = set()
        self.results: list[DeliveryResult] = []
        self.given_back: list[int] = []
        self.takes = 0
        self._now = now
        self._lock = threading.Lock()

    def take(self, ledger: str, sink: str, owner: str, limit: int) -> list[Delivery]:
        with self._lock:
            self.takes += 1
            due = [
                row
                for row in sorted(self.rows.values(), key=lambda r: (r.due, r.delivery))
                if (row.ledger, row.sink) == (ledger, sink)
                and row.due <= self._now()
                and row.delivery not in self.leased
                and not any(
                    other.alert.id == row.alert.id and other.alert.revision < row.alert.revision
                    for other in self.rows.values()
                    if other.sink == sink
                )
            ][:limit]
            self.leased |= {row.delivery for row in due}
            return due

    def record(self, results: Sequence[DeliveryResult]) -> None:
        with self._lock:
            for result in results:
                self.results.append(result)
                self.leased.discard(result.delivery)
                row = self.rows.pop(result.delivery)
                if result.retry_at is not None:
                    again = {field: getattr(row, field) for field in row.__struct_fields__}
                    self.rows[row.delivery] = Delivery(**(again | {"due": result.retry_at, "tries": row.tries + 1}))

    def give_back(self, deliveries: Sequence[int], owner: str) -> None:
        with self._lock:
            self.given_back += deliveries
            self.leased -= set(deliveries)


class FakeSink:
    """Takes alerts, or answers as `answer` says."""

    def __init__(self, name: str, answer: Callable[[Alert], SinkError | None] = lambda _: None) -> None:
        self.name = name
        self.taken: list[str] = []
        self.asked: list[str] = []
        self._answer = answer

    def send(self, alert: Alert) -> None:
        event = f"{alert.id}.{alert.revision}"
        self.asked.append(event)
        if error := self._answer(alert):
            raise error
        self.taken.append(event)


def delivery(number: int, sink: str = "desk", ledger: str = "en", revision: int = 1, **changes) -> Delivery:
    fields = {"due": NOON - 100 + number, "tries": 0}
    one = alert(id=f"{number:016x}" if revision == 1 else f"{number - 1:016x}", revision=revision)
    return Delivery(delivery=number, alert=one, sink=sink, ledger=ledger, **(fields | changes))
