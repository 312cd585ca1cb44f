"""Alerts as CloudEvents, one JSON object a line, in a file that is whole at every moment.

The method: under a lock, the file is copied beside itself, the new lines are added to the copy, the copy is forced to
the disk and renamed over the file. A reader, and a crash at any byte, so find the file with or without the new lines
and never a part of one, which appending cannot promise (a killed process may leave half a write). The price is a copy
a send: alerts are few, and where there are many they come in batches (send_all), a batch a copy.

An event that the file holds already, by its id, is not written again. The lock is on the folder and costs no file;
several processes may write to one file. What others have put into the file stays as it is.
"""

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from transforms.alerts.cloudevents import encode_event, event_id
from transforms.alerts.ports import SinkError
from transforms.model import Alert

_Stamp = tuple[int, int, int]


class JsonlSink:
    """A file of events.

    Args:
        name: the sink's.
        path: the file; its folder is made when there is none.

    Raises:
        SinkError: the file cannot be made.
    """

    def __init__(self, name: str, path: str | Path) -> None:
        self.name = name
        self._path = Path(path).resolve()
        self._ids: set[str] = set()
        self._stamp: _Stamp | None = None
        with self._told(), self._locked():
            self._path.touch()

    def send(self, alert: Alert) -> None:
        """Write one revision; raises SinkError."""
        self.send_all([alert])

    def send_all(self, alerts: Sequence[Alert]) -> None:
        """Write revisions, all or none; raises SinkError."""
        with self._told(), self._locked():
            self._read()
            new = {event_id(alert): alert for alert in alerts if event_id(alert) not in self._ids}
            if new:
                self._replace(b"".join(encode_event(alert) + b"\n" for alert in new.values()))
                self._ids |= new.keys()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._stamp = None
            raise SinkError(
                f"sink {self.name!r}: {str(self._path)!r} cannot be written: {error.strerror}; "
                "make room or change its path"
            ) from error

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def _read(self) -> None:
        """Know the ids in the file, read anew only when another hand has changed it."""
        try:
            stamp = _stamp(self._path)
        except FileNotFoundError:
            self._ids, self._stamp = set(), None
            return
        if stamp != self._stamp:
            with self._path.open("rb") as lines:
                self._ids = {found for line in lines if (found := _id(line))}
            self._stamp = stamp

    def _replace(self, lines: bytes) -> None:
        # One name for all writers: they take turns, and what a killed one left is overwritten by the next.
        copy = self._path.with_name(f".{self._path.name}.tmp")
        with contextlib.suppress(FileNotFoundError):
            copy.unlink()
        if self._path.exists():
            shutil.copy2(self._path, copy)
        with copy.open("ab+") as file:
            if file.tell() and not _ends_a_line(file.fileno(), file.tell()):
                file.write(b"\n")
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
        copy.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self._stamp = _stamp(self._path)


def _ends_a_line(file: int, size: int) -> bool:
    return os.pread(file, 1, size - 1) == b"\n"


def _stamp(path: Path) -> _Stamp:
    stat = path.stat()
    return (stat.st_ino, stat.st_size, stat.st_mtime_ns)


def _id(line: bytes) -> str:
    try:
        event = json.loads(line)
    except ValueError:
        return ""
    found = event.get("id") if isinstance(event, dict) else None
    return found if isinstance(found, str) else ""
