"""What delivering alerts needs of a store and of sinks, as protocols; pipeline.store and pipeline.sinks implement them."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from transforms.model import Alert, Delivery, DeliveryResult


class SinkError(Exception):
    """A sink did not take an alert.

    Args:
        message: for a person: what happened and what to do.
        final: no later try can help (a 400, a bad address); False: try again.
        retry_after: seconds the sink asked for.
        disable: the sink is to get nothing more (410).
    """

    def __init__(
        self, message: str, *, final: bool = False, retry_after: float | None = None, disable: bool = False
    ) -> None:
        super().__init__(message)
        self.final = final
        self.retry_after = retry_after
        self.disable = disable


class Sink(Protocol):
    """A destination of alerts; idempotent by alert id and revision where the destination allows it."""

    name: str

    def send(self, alert: Alert) -> None:
        """Deliver one revision; raises SinkError."""
        ...


@runtime_checkable
class BatchSink(Sink, Protocol):
    """A sink to which many alerts cost hardly more than one, such as a file that is replaced as a whole."""

    def send_all(self, alerts: Sequence[Alert]) -> None:
        """Deliver all or none; raises SinkError."""
        ...


class Outbox(Protocol):
    """The store as DeliverAlerts sees it; leases run on the database's clock."""

    def take(self, ledger: str, sink: str, owner: str, limit: int) -> list[Delivery]:
        """Lease deliveries that are due; revision n + 1 of an alert waits until n is delivered or dead."""
        ...

    def record(self, results: Sequence[DeliveryResult]) -> None:
        """A try's answer: delivered, or when to try again, or given up (then a dead letter of step DeliverAlerts)."""
        ...

    def give_back(self, deliveries: Sequence[int], owner: str) -> None:
        """Untouched deliveries are due again, uncounted."""
        ...
