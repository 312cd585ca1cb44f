from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.config import PollingConfig
from transforms.feeds.schedule import freshness, next_poll, wait_after_failure, wait_after_success
from transforms.model import Feed, FeedCursor, PollHints

POLLING = PollingConfig()
HOUR, DAY = 3600.0, 86400.0
NOW = datetime(2024, 1, 1, 12, 30, tzinfo=UTC).timestamp()  # a Monday
DATE = "Mon, 01 Jan 2024 12:30:00 GMT"


def cursor(every=None, **hints) -> FeedCursor:
    return FeedCursor(feed=Feed("http://x.test/", every=every), hints=PollHints(**hints))


@pytest.mark.parametrize(
    ("cursor", "headers", "wait"),
    [
        (cursor(), {}, HOUR),
        (cursor(conditional=True), {}, HOUR),
        (cursor(conditional=False), {}, DAY),
        (cursor(every=60.0, conditional=False), {"cache-control": "max-age=99999"}, 60.0),
        (cursor(), {"cache-control": "public, max-age=7200"}, 7200.0),
        (cursor(), {"cache-control": "max-age=7200", "age": "600"}, 6600.0),
        (cursor(), {"cache-control": "max-age=60"}, HOUR),
        (cursor(), {"cache-control": "s-maxage=9999"}, HOUR),
        (cursor(), {"cache-control": "max-age=9999999"}, DAY),
        (cursor(), {"expires": "Mon, 01 Jan 2024 14:30:00 GMT"}, 2 * HOUR),
        (cursor(), {"expires": "Mon, 01 Jan 2024 14:30:00 GMT", "date": "Mon, 01 Jan 2024 11:30:00 GMT"}, 3 * HOUR),
        (cursor(), {"expires": "0"}, HOUR),
        (cursor(), {"expires": "Mon, 01 Jan 2024 14:30:00 GMT", "cache-control": "max-age=0"}, HOUR),
        (cursor(ttl=3 * HOUR), {}, 3 * HOUR),
        (cursor(ttl=3 * HOUR), {"cache-control": "max-age=14400"}, 4 * HOUR),
        (cursor(ttl=99 * DAY), {}, DAY),
        (cursor(changed=NOW - DAY), {}, HOUR),
        (cursor(changed=NOW - 7 * DAY), {}, 7 * HOUR),
        (cursor(changed=NOW - 99 * DAY), {}, DAY),
        (cursor(changed=NOW - 99 * DAY, every=60.0), {}, 60.0),
        (cursor(changed=NOW + DAY), {}, HOUR),
    ],
)
def test_wait_follows_the_person_then_the_server_within_bounds(cursor, headers, wait):
    assert wait_after_success(cursor, headers, POLLING, NOW) == wait


def test_no_feed_is_polled_more_often_than_at_least():
    eager = PollingConfig(every=1.0, at_least=300.0)
    assert wait_after_success(cursor(), {}, eager, NOW) == 300.0


@pytest.mark.parametrize(
    ("failures", "every", "wait"),
    [(1, None, HOUR), (2, None, 2 * HOUR), (4, None, 8 * HOUR), (9, None, DAY), (5000, None, DAY), (2, 60.0, 120.0)],
)
def test_failures_back_off_to_a_day(failures, every, wait):
    failed = FeedCursor(feed=Feed("http://x.test/", every=every), failures=failures)
    assert wait_after_failure(failed, POLLING) == wait


@pytest.mark.parametrize(
    ("hints", "expected"),
    [
        (PollHints(), "2024-01-01T13:30"),
        (PollHints(skip_hours=(13, 14)), "2024-01-01T15:30"),
        (PollHints(skip_hours=tuple(range(24))), "2024-01-01T13:30"),
        (PollHints(skip_days=(0,)), "2024-01-02T00:30"),
        (PollHints(skip_days=(0, 1, 2)), "2024-01-02T12:30"),  # no further than at_most
    ],
)
def test_skipped_hours_and_days_are_passed_over(hints, expected):
    moment = next_poll(HOUR, hints, POLLING, NOW, 0.0, chosen=False)
    assert datetime.fromtimestamp(moment, UTC).isoformat()[:16] == expected
    assert next_poll(HOUR, hints, POLLING, NOW, 0.0, chosen=True) == NOW + HOUR


def test_skipped_hours_are_passed_over_by_the_longest_wait_too():
    assert next_poll(DAY, PollHints(skip_hours=(12, 13)), POLLING, NOW, 0.0, chosen=False) == NOW + DAY + 2 * HOUR
    all_but_one = PollHints(skip_hours=tuple(hour for hour in range(24) if hour != 11))
    assert next_poll(DAY, all_but_one, POLLING, NOW, 0.0, chosen=False) == NOW + 1.5 * DAY


@given(st.floats(0, 1), st.floats(1, DAY))
def test_jitter_only_adds_up_to_a_tenth(roll, wait):
    moment = next_poll(wait, PollHints(), POLLING, NOW, roll, chosen=False)
    assert NOW + wait <= moment <= NOW + 1.1001 * wait


@given(st.dictionaries(st.sampled_from(["cache-control", "expires", "date", "age"]), st.text(max_size=40)))
def test_no_header_breaks_the_schedule(headers):
    assert freshness(headers, NOW) >= 0.0
