"""DeliverAlerts: sends what the outbox holds and is due, marks what a sink has taken."""

import dataclasses
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from typing import Any

import apache_beam as beam
from apache_beam import typehints
from apache_beam.pvalue import DoOutputsTuple, PCollection, TaggedOutput
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.shared import Shared
from apache_beam.utils.timestamp import Timestamp
from apache_beam.utils.windowed_value import WindowedValue

from transforms.alerts.courier import Answers, Courier, CourierConfig
from transforms.alerts.ports import Outbox, Sink
from transforms.alerts.retry import RetryPolicy
from transforms.model import DeadLetter, DeliveryResult

DEAD = "dead"


class _Couriers:
    """A process's couriers, one a sink, shared by the step's DoFn instances; and turns that a bundle did not wait for."""

    def __init__(self, open_courier: Callable[[str], Courier]) -> None:
        self._open_courier = open_courier
        self._lock = threading.Lock()
        self._couriers: dict[str, Courier] = {}
        self._left: set[Future[Answers]] = set()

    def ask(self, ledger: str, sink: str) -> Future[Answers]:
        with self._lock:
            if sink not in self._couriers:
                self._couriers[sink] = self._open_courier(sink)
            return self._couriers[sink].ask(ledger)

    def leave(self, futures: set[Future[Answers]]) -> None:
        with self._lock:
            self._left |= futures

    def collect(self) -> set[Future[Answers]]:
        """Turns left by earlier bundles that have ended since; each is given out once."""
        with self._lock:
            ended = {future for future in self._left if future.done()}
            self._left -= ended
            return ended

    def stop(self) -> None:
        with self._lock:
            for courier in self._couriers.values():
                courier.stop()
            self._couriers.clear()


class _DeliverAlertsDoFn(beam.DoFn):
    def __init__(self, step: "DeliverAlerts") -> None:
        self._step = dataclasses.replace(step)
        self._shared = Shared()  # type: ignore[no-untyped-call, unused-ignore]
        self._due: dict[tuple[str, str], Timestamp] = {}

    def setup(self) -> None:
        self._couriers: _Couriers = self._shared.acquire(self._open)

    def _open(self) -> _Couriers:
        step, outbox = self._step, self._step.open_outbox()
        config = CourierConfig(
            owner=step.owner,
            retry=step.retry,
            clock=step.clock,
            random_number=step.random_number,
        )

        def courier(name: str) -> Courier:
            tries = step.max_tries.get(name, config.max_tries)
            return Courier(name, step.open_sink, outbox, dataclasses.replace(config, max_tries=tries))

        return _Couriers(courier)

    def start_bundle(self) -> None:
        self._due = {}

    def process(self, due: tuple[str, str], at: Any = beam.DoFn.TimestampParam) -> None:
        self._due[due] = at  # a hundred alerts of one ledger for one sink are one turn

    def finish_bundle(self) -> Iterator[Any]:
        asked = {self._couriers.ask(ledger, sink) for ledger, sink in sorted(self._due)}
        done, slow = wait(asked, timeout=self._step.patience)
        self._couriers.leave(slow)
        at = max(self._due.values(), default=Timestamp(0))
        for future in done | self._couriers.collect():
            for answer in future.result():
                value = WindowedValue(answer, at, (GlobalWindow(),))
                yield TaggedOutput(DEAD, value) if isinstance(answer, DeadLetter) else value

    def teardown(self) -> None:
        self._couriers.stop()


@dataclass
class DeliverAlerts(beam.PTransform[PCollection[tuple[str, str]], DoOutputsTuple]):
    """(ledger, sink) pairs that may have something due -> `main`: DeliveryResult a try; `dead`: DeadLetter a given-up one.

    A try is recorded in the outbox after its answer, so a crash between the two sends again: at least once, under the
    same event id. A bundle waits `patience` seconds; what a slow sink then still has under way goes on beside it and its
    answers come out with a later bundle (the outbox has them at once). Sinks do not wait for each other.

    Args:
        open_outbox: picklable; opens the store's outbox, once a process.
        open_sink: picklable; opens a sink by name, once a process; raises SinkError when it cannot.
        owner: under whose name deliveries are leased.
        max_tries: sink name -> tries before a delivery is given up; 8 where nothing is said.
        retry: the waits between tries.
        patience: seconds a bundle waits: a pass can afford a minute, a stream two seconds.
        clock: seconds since the epoch.
        random_number: 0 to 1, for the jitter.
    """

    open_outbox: Callable[[], Outbox]
    open_sink: Callable[[str], Sink]
    owner: str = ""
    max_tries: dict[str, int] = field(default_factory=dict)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    patience: float = 60.0
    clock: Callable[[], float] = time.time
    random_number: Callable[[], float] = random.random

    @typehints.no_annotations  # Beam has no hint for several outputs and would warn
    def expand(self, due: PCollection[tuple[str, str]]) -> DoOutputsTuple:
        deliver = beam.ParDo(_DeliverAlertsDoFn(self))  # type: ignore[no-untyped-call, unused-ignore]
        typed = deliver.with_output_types(DeliveryResult, **{DEAD: DeadLetter})  # type: ignore[no-untyped-call, unused-ignore]
        return due | "Deliver" >> typed.with_outputs(DEAD, main="main")
