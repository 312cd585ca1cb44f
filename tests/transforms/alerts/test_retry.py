"""When a failed delivery is tried again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.alerts.ports import SinkError
from transforms.alerts.retry import RetryPolicy, next_try

POLICY = RetryPolicy()


@pytest.mark.parametrize(
    ("error", "tries", "random_number", "wait"),
    [
        (SinkError("down"), 1, 1.0, 5.0),
        (SinkError("down"), 1, 0.0, 2.5),
        (SinkError("down"), 2, 1.0, 20.0),
        (SinkError("down"), 7, 1.0, 20480.0),
        (SinkError("down"), 8, 1.0, None),
        (SinkError("slow down", retry_after=60.0), 1, 1.0, 60.0),
        (SinkError("slow down", retry_after=1.0), 2, 1.0, 20.0),
        (SinkError("slow down", retry_after=1e9), 1, 1.0, 86400.0),
        (SinkError("no", final=True), 1, 1.0, None),
        (SinkError("gone", disable=True, retry_after=5.0), 1, 1.0, None),
    ],
)
def test_waits_grow_and_end(error, tries, random_number, wait):
    found = next_try(error, tries, 8, 1000.0, random_number, POLICY)
    assert found == (None if wait is None else 1000.0 + wait)


def test_eight_tries_outlast_ten_minutes_however_the_jitter_falls():
    assert sum(next_try(SinkError(""), n, 8, 0.0, 0.0, POLICY) for n in range(1, 8)) > 3600


@given(st.integers(1, 10**6), st.floats(0, 1), st.none() | st.floats(0, 1e12))
def test_a_wait_is_ahead_and_within_its_bounds(tries, random_number, retry_after):
    found = next_try(SinkError("", retry_after=retry_after), tries, 10**7, 0.0, random_number, POLICY)
    assert 0 < found <= max(POLICY.cap, POLICY.retry_after_cap)
