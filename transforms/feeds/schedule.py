"""When to poll a feed next: the person's wish, the server's hints, what went wrong; pure, the dice handed in."""

import re
from datetime import UTC, datetime, timedelta

from transforms.config import PollingConfig
from transforms.feeds.answers import http_date
from transforms.model import FeedCursor, PollHints

JITTER = 0.1
"""Up to this share is added to each wait, so that feeds added together drift apart."""

QUIET_SHARE = 1 / 24
"""Of the time since a feed last changed, that it may go unasked: what has rested long is likely to rest on. A feed that
changed within a day is asked each hour, one that has been quiet for a week every seven hours, for 24 days once a day."""

_MAX_AGE = re.compile(r'(?:^|[\s,])max-age\s*=\s*"?(\d{1,12})', re.IGNORECASE)
_DOUBLINGS = 12


def wait_after_success(cursor: FeedCursor, headers: dict[str, str], polling: PollingConfig, now: float) -> float:
    """Seconds to the next poll after an answer, before jitter and skipped hours.

    The person's own `every` for this feed wins over everything. Else it is the settings' interval (a longer one for
    servers that never answer conditionally), or longer where max-age, Expires, ttl or sy:update* ask for it or the
    feed has been quiet for long, within at_least and at_most.
    """
    if cursor.feed.every is not None:
        return cursor.feed.every
    usual = polling.every if cursor.hints.conditional is not False else max(polling.every, polling.every_unconditional)
    wished = max(usual, freshness(headers, now), cursor.hints.ttl or 0.0, QUIET_SHARE * quiet_for(cursor.hints, now))
    return min(max(wished, polling.at_least), polling.at_most)


def quiet_for(hints: PollHints, now: float) -> float:
    """Seconds since the feed's entries last changed; 0 where that is not known."""
    return max(0.0, now - hints.changed) if hints.changed is not None else 0.0


def wait_after_failure(cursor: FeedCursor, polling: PollingConfig) -> float:
    """Seconds to the next try after `cursor.failures` failures in a row: doubles from the usual interval to at_most."""
    usual = cursor.feed.every if cursor.feed.every is not None else max(polling.every, polling.at_least)
    return min(usual * 2.0 ** min(max(cursor.failures - 1, 0), _DOUBLINGS), max(polling.at_most, usual))


def freshness(headers: dict[str, str], now: float) -> float:
    """Seconds for which an answer says it holds: Cache-Control's max-age less Age, else Expires (RFC 9111 4.2.1)."""
    max_age = _MAX_AGE.search(headers.get("cache-control", ""))
    if max_age:
        age = headers.get("age", "")
        return max(0.0, float(max_age[1]) - (float(age[:12]) if age.isascii() and age.isdigit() else 0.0))
    expires = http_date(headers.get("expires", ""))
    if expires is None:
        return 0.0
    sent = http_date(headers.get("date", ""))
    return max(0.0, expires - (now if sent is None else sent))


def next_poll(wait: float, hints: PollHints, polling: PollingConfig, now: float, roll: float, *, chosen: bool) -> float:
    """The moment after a wait, with jitter, moved out of the hours and days the feed asks to skip.

    Args:
        wait: seconds.
        hints: skipped hours and days.
        polling: at_most bounds how far skipping moves it; a wait that is as long already is drawn out by half at most.
        now: seconds since the epoch.
        roll: a random number, 0 to 1.
        chosen: a person chose the interval of this very feed: nothing is skipped.
    """
    moment = now + wait * (1.0 + JITTER * roll)
    if chosen:
        return moment
    return min(_after_skipped(moment, hints), max(now + polling.at_most, moment + polling.at_most / 2))


def _after_skipped(moment: float, hints: PollHints) -> float:
    if not hints.skip_hours and not hints.skip_days:
        return moment
    at = datetime.fromtimestamp(moment, UTC)
    for _ in range(8 * 24):
        if at.hour not in hints.skip_hours and at.weekday() not in hints.skip_days:
            return at.timestamp()
        at = at.replace(minute=at.minute, second=at.second) + timedelta(hours=1)
    return moment  # it asks never to be polled: not taken at its word
