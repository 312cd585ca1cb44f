"""One sink's deliveries in one process: takes what is due from the outbox, sends it, records each answer."""

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

import msgspec

from transforms.alerts.ports import BatchSink, Outbox, Sink, SinkError
from transforms.alerts.retry import RetryPolicy, next_try
from transforms.model import DeadLetter, Delivery, DeliveryResult

STEP = "DeliverAlerts"
DOWN_AFTER = 2
"""Tries of different alerts that fail in a row for a passing reason before a sink is taken to be down."""

Answers = list[DeliveryResult | DeadLetter]


@dataclass(frozen=True)
class CourierConfig:
    """How a courier works; durations in seconds."""

    owner: str = ""
    """Under whose name deliveries are leased."""
    max_tries: int = 8
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    limit: int = 20
    """Deliveries leased at a time."""
    batch_limit: int = 500
    """The same for a sink that takes many at once."""
    hold: float = 30.0
    """After so long, what is leased and untouched goes back: a lease lasts 60 s, and a send up to its time limit."""
    clock: Callable[[], float] = time.time
    random_number: Callable[[], float] = random.random


class Courier:
    """Works one ledger after another on a thread of its own, which ends when there is nothing to do.

    A sink that hangs so holds up nothing but its own deliveries. A sink that fails twice in a row for a passing reason,
    or asks for time, is taken to be down: the rest of what is due counts the same answer without asking again.
    """

    def __init__(self, name: str, open_sink: Callable[[str], Sink], outbox: Outbox, config: CourierConfig) -> None:
        self.name = name
        self._open_sink = open_sink
        self._outbox = outbox
        self._config = config
        self._sink: Sink | None = None
        self._disabled = ""
        self._lock = threading.Lock()
        self._waiting: deque[tuple[str, Future[Answers]]] = deque()
        self._working = False
        self._stopped = False

    def ask(self, ledger: str) -> "Future[Answers]":
        """Deliver all that is due for a ledger; asked again before its turn came, it is the same turn."""
        with self._lock:
            for waiting, future in self._waiting:
                if waiting == ledger:
                    return future
            future = Future[Answers]()
            self._waiting.append((ledger, future))
            if not self._working:
                self._working = True
                threading.Thread(target=self._work, name=f"courier {self.name}", daemon=True).start()
            return future

    def stop(self) -> None:
        """After the send under way, give back what is leased and take no more."""
        self._stopped = True

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._working = False
                    return
                ledger, future = self._waiting.popleft()
            try:
                future.set_result(list(self._deliver(ledger)))
            except BaseException as error:  # noqa: BLE001 - it is raised where the bundle waits for the answer
                future.set_exception(error)

    def _deliver(self, ledger: str) -> Iterator[DeliveryResult | DeadLetter]:
        failures = 0
        down: SinkError | None = None
        met: set[int] = set()
        while not self._stopped:
            limit = self._config.batch_limit if isinstance(self._opened(), BatchSink) else self._config.limit
            taken = self._outbox.take(ledger, self.name, self._config.owner, limit)
            due = deque(delivery for delivery in taken if delivery.delivery not in met)
            fresh, since = bool(due), self._config.clock()
            while due and not self._stopped and self._config.clock() - since < self._config.hold:
                group = self._group(due)
                met.update(delivery.delivery for delivery in group)
                error = down or self._send(group)
                if error is None:
                    failures = 0
                elif not (error.final or error.disable):
                    failures += 1
                    if failures >= DOWN_AFTER or error.retry_after is not None:
                        down = error
                answers = [self._answer(delivery, error) for delivery in group]
                self._outbox.record(answers)
                for delivery, answer in zip(group, answers, strict=True):
                    yield answer
                    if error is not None and answer.retry_at is None:
                        yield self._dead_letter(delivery, answer, error)
            if untouched := [d.delivery for d in taken if d in due or not fresh]:
                self._outbox.give_back(untouched, self._config.owner)
            if not fresh:
                return

    def _group(self, due: deque[Delivery]) -> list[Delivery]:
        if isinstance(self._opened(), BatchSink):
            group = list(due)
            due.clear()
            return group
        return [due.popleft()]

    def _opened(self) -> Sink | SinkError:
        if self._sink is None:
            try:
                self._sink = self._open_sink(self.name)
            except SinkError as error:
                return error
        return self._sink

    def _send(self, group: Sequence[Delivery]) -> SinkError | None:
        """None: taken; else why not. Nothing more is sent to a sink that has said it is gone."""
        if self._disabled:
            return SinkError(self._disabled, final=True, disable=True)
        sink = self._opened()
        if isinstance(sink, SinkError):
            return sink
        try:
            if isinstance(sink, BatchSink):
                sink.send_all([delivery.alert for delivery in group])
            else:
                for delivery in group:
                    sink.send(delivery.alert)
        except SinkError as error:
            if error.disable:
                self._disabled = str(error)
            return error
        return None

    def _answer(self, delivery: Delivery, error: SinkError | None) -> DeliveryResult:
        retry_at = None
        if error is not None:
            config = self._config
            tries = delivery.tries + 1
            retry_at = next_try(error, tries, config.max_tries, config.clock(), config.random_number(), config.retry)
        return DeliveryResult(
            delivery=delivery.delivery,
            sink=self.name,
            alert_id=delivery.alert.id,
            revision=delivery.alert.revision,
            delivered=error is None,
            message="" if error is None else str(error),
            retry_at=retry_at,
        )

    def _dead_letter(self, delivery: Delivery, answer: DeliveryResult, error: SinkError) -> DeadLetter:
        now = self._config.clock()
        reason = "sink-gone" if error.disable else "sink-refused" if error.final else "gave_up"
        return DeadLetter(
            step=STEP,
            reason=reason,
            message=f"alert {answer.alert_id}.{answer.revision} did not reach sink {self.name!r}: {error}",
            subject=f"{answer.alert_id}.{answer.revision} to {self.name}",
            input=msgspec.msgpack.encode(delivery),
            delivery=delivery.delivery,
            first_seen=now,
            last_seen=now,
            tries=delivery.tries + 1,
        )
