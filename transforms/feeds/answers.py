"""What comes of a request, as values, and what its headers say of time."""

import hashlib
from email.utils import parsedate_to_datetime

from transforms.model import Record, Seconds

HOLDING = frozenset({429, 503})
"""Answers whose Retry-After counts (RFC 9110 10.2.3, RFC 6585)."""
NOT_ASKED = frozenset(("host-busy", "host-held"))
"""Reasons of failures for which nobody was asked."""


def body_hash(body: bytes) -> str:
    """Tells an unchanged document."""
    return hashlib.blake2b(body, digest_size=16).hexdigest()


class Fetched(Record, frozen=True):
    """A usable answer: 200, or 304 to a conditional request."""

    url: str
    """The final URL, after redirects."""
    status: int
    headers: dict[str, str] = {}  # noqa: RUF012 - msgspec copies it
    """Those that later decisions need, names in lower case, values byte-exact."""
    body: bytes = b""
    moved_to: str = ""
    """Where permanent redirects, counted from the first hop, lead; empty: nowhere."""
    received: Seconds = 0.0


class FetchFailure(Record, frozen=True):
    """No usable answer, and why."""

    url: str
    """The URL that failed, after redirects."""
    reason: str
    """A stable code: forbidden-address, robots, http-404, timeout-headers, too-large, ..."""
    message: str
    lasting: bool = False
    """Asking again soon cannot help."""
    status: int = 0
    retry_after: float | None = None
    """Seconds from the answer on that the server asks to be left alone."""
    moved_to: str = ""


def retry_after(headers: dict[str, str], now: float) -> float | None:
    """Seconds that Retry-After asks for, in both its forms (RFC 9110 10.2.3); a date counts from the answer's own Date."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:12])
    until = http_date(value)
    if until is None:
        return None
    sent = http_date(headers.get("date", ""))
    return max(0.0, until - (now if sent is None else sent))


def http_date(value: str) -> float | None:
    """An HTTP date as seconds since the epoch; None where it is none."""
    try:
        return parsedate_to_datetime(value).timestamp() if value else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
