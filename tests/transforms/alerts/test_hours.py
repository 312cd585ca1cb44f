"""Quiet hours by the clock on the wall, where clocks are put forward and back too."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.alerts.hours import after_quiet, parse_quiet, parse_zone


def seconds(text):
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(
    ("at", "quiet", "zone", "then"),
    [
        ("2026-04-27T21:59:59+00:00", "22:00-06:00", "UTC", "2026-04-27T21:59:59+00:00"),
        ("2026-04-27T22:00:00+00:00", "22:00-06:00", "UTC", "2026-04-28T06:00:00+00:00"),
        ("2026-04-28T05:59:59+00:00", "22:00-06:00", "UTC", "2026-04-28T06:00:00+00:00"),
        ("2026-04-28T06:00:00+00:00", "22:00-06:00", "UTC", "2026-04-28T06:00:00+00:00"),
        ("2026-04-27T20:00:00+00:00", "22:00-06:00", "Europe/Kyiv", "2026-04-28T03:00:00+00:00"),
        ("2026-04-27T12:30:00+00:00", "12:00-13:15", "UTC", "2026-04-27T13:15:00+00:00"),
        ("2026-12-31T23:00:00+00:00", "22:00-06:00", "UTC", "2027-01-01T06:00:00+00:00"),
        # clocks go from 03:00 to 04:00 on 29 March: the night is an hour shorter
        ("2026-03-28T21:00:00+00:00", "22:00-06:00", "Europe/Kyiv", "2026-03-29T03:00:00+00:00"),
        # ... and quiet hours that would end at 03:30, which never comes, end at 04:30
        ("2026-03-28T21:00:00+00:00", "22:00-03:30", "Europe/Kyiv", "2026-03-29T01:30:00+00:00"),
        # clocks go from 04:00 to 03:00 on 25 October: 03:30 comes twice
        ("2026-10-24T22:00:00+00:00", "22:00-03:30", "Europe/Kyiv", "2026-10-25T00:30:00+00:00"),
        ("2026-10-25T01:10:00+00:00", "22:00-03:30", "Europe/Kyiv", "2026-10-25T01:30:00+00:00"),
        ("2026-10-24T22:00:00+00:00", "22:00-06:00", "Europe/Kyiv", "2026-10-25T04:00:00+00:00"),
        ("2026-04-27T22:00:00+00:00", "", "UTC", "2026-04-27T22:00:00+00:00"),
    ],
)
def test_quiet_hours_end_when_the_wall_clock_says_so(at, quiet, zone, then):
    found = after_quiet(seconds(at), parse_quiet(quiet), parse_zone(zone))
    assert datetime.fromtimestamp(found, UTC) == datetime.fromisoformat(then)


ZONES = ["UTC", "Europe/Kyiv", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns"]
CLOCK = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.integers(0, 59))


@given(st.integers(1_700_000_000, 1_900_000_000), CLOCK, CLOCK, st.sampled_from(ZONES))
def test_what_is_held_comes_out_later_within_a_day_and_not_in_quiet_hours(at, start, end, zone):
    if start == end:
        return
    quiet, where = parse_quiet(f"{start}-{end}"), parse_zone(zone)
    then = after_quiet(at, quiet, where)
    assert at <= then <= at + 25 * 3600
    assert not quiet.holds(datetime.fromtimestamp(then, where).time())
    assert after_quiet(then, quiet, where) == then
    if not quiet.holds(datetime.fromtimestamp(at, where).time()):
        assert then == at


@pytest.mark.parametrize("text", ["22-06", "24:00-06:00", "22:00", "22:00-22:00", "a", "22:00-06:60"])
def test_what_is_no_quiet_hours_is_refused_with_the_remedy(text):
    with pytest.raises(ValueError, match="quiet is"):
        parse_quiet(text)


@pytest.mark.parametrize("name", ["Kyiv", "", "../etc/passwd", "Europe/", "\x00"])
def test_what_is_no_time_zone_is_refused_with_the_remedy(name):
    with pytest.raises(ValueError, match="time_zone is"):
        parse_zone(name)
