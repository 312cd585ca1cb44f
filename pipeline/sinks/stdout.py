"""Alerts as text for a person, on standard output."""

import itertools
import sys
import threading

from pipeline.render.terminal import Page
from pipeline.render.text import alert_text
from transforms.alerts.ports import SinkError
from transforms.model import Alert

# A process prints on one terminal, so its alerts are numbered together, whichever pass or sink prints them.
_numbers = itertools.count(1)
_printing = threading.Lock()


class StdoutSink:
    """Prints each revision once it is due; a repeat after a crash is printed again."""

    def __init__(self, name: str, time_zone: str = "UTC") -> None:
        self.name = name
        self._time_zone = time_zone

    def send(self, alert: Alert) -> None:
        """Print one revision; raises SinkError when nobody reads any more."""
        with _printing:
            stream = sys.stdout
            text = alert_text(alert, next(_numbers), Page.of(stream, self._time_zone))
            try:
                stream.write(text + "\n\n")
                stream.flush()
            except (OSError, ValueError) as error:
                reason = getattr(error, "strerror", None) or str(error)
                raise SinkError(f"sink {self.name!r}: standard output cannot be written: {reason}") from None
