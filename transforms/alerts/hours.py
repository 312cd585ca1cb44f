"""Quiet hours: when a person is not to be told, by the clock on their wall."""

import re
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from transforms.model import Record

_QUIET = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]\d|2[0-3]):([0-5]\d)")


class QuietHours(Record, frozen=True):
    """Local hours from start up to, not including, end; they may span midnight."""

    start: time
    end: time

    def holds(self, wall: time) -> bool:
        """Is this local time a quiet one?"""
        if self.start < self.end:
            return self.start <= wall < self.end
        return wall >= self.start or wall < self.end


@lru_cache(maxsize=64)
def parse_quiet(text: str) -> QuietHours | None:
    """Reads "22:00-06:00"; empty: None.

    Raises:
        ValueError: not two different times of day.
    """
    if not text.strip():
        return None
    match = _QUIET.fullmatch(text.strip())
    if match is None:
        raise ValueError(f'quiet is {text!r}; write two times of day, "22:00-06:00", or leave it empty')
    start, end = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
    if start == end:
        raise ValueError(f"quiet is {text!r}, which begins as it ends; leave it empty for no quiet hours")
    return QuietHours(start, end)


@lru_cache(maxsize=64)
def parse_zone(name: str) -> ZoneInfo:
    """A time zone by its IANA name.

    Raises:
        ValueError: there is no such zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f'time_zone is {name!r}; write an IANA name such as "Europe/Kyiv" or "UTC"') from error


def after_quiet(at: float, quiet: QuietHours | None, zone: ZoneInfo) -> float:
    """The first moment from `at` on that is not quiet; seconds since the epoch.

    Where clocks are put forward over the end of the quiet hours, they end when the clock has jumped; where it is put
    back over the end, they end at its first occurrence that is not past.
    """
    if quiet is None:
        return at
    local = datetime.fromtimestamp(at, UTC).astimezone(zone)
    if not quiet.holds(local.time()):
        return at
    end = local.replace(hour=quiet.end.hour, minute=quiet.end.minute, second=0, microsecond=0, fold=0)
    if local.time() >= quiet.end:
        end += timedelta(days=1)
    seconds = end.timestamp()
    return seconds if seconds > at else end.replace(fold=1).timestamp()
