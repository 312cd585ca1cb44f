"""Dates as publishers write them."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.articles.dates import EARLIEST, parse_date, parse_moment, plausible


@pytest.mark.parametrize(
    ("text", "expected", "precise"),
    [
        ("2024-05-01T10:00:00Z", "2024-05-01T10:00:00+00:00", True),
        ("2024-05-01T10:00:00.250+02:00", "2024-05-01T08:00:00.250+00:00", True),
        ("2024-05-01T10:00:00+0200", "2024-05-01T08:00:00+00:00", True),
        ("2024-05-01T10:00:00 +02", "2024-05-01T08:00:00+00:00", True),
        ("2024-05-01 10:00 UTC", "2024-05-01T10:00:00+00:00", True),
        ("2024-05-01T10:00:00-05:00[America/Lima]", "2024-05-01T15:00:00+00:00", True),
        ("2024-05-01T10:00", "2024-05-01T10:00:00+00:00", False),
        ("2024-05-01", "2024-05-01T00:00:00+00:00", False),
        ("20240501", "2024-05-01T00:00:00+00:00", False),
        ("Wed, 01 May 2024 10:00:00 GMT", "2024-05-01T10:00:00+00:00", True),
        ("Wed, 1 May 2024 10:00:00 +0300", "2024-05-01T07:00:00+00:00", True),
        ("Wed, 01 May 2024 10:00:00 EST", "2024-05-01T15:00:00+00:00", True),
        ("Wed, 01 May 2024 10:00:00 MSK", "2024-05-01T07:00:00+00:00", True),
        ("May 4, 2024 10:15 a.m. ET", "2024-05-04T14:15:00+00:00", True),
        ("January 4, 2024 10:15 a.m. ET", "2024-01-04T15:15:00+00:00", True),
        ("4 May 2024", "2024-05-04T00:00:00+00:00", False),
        ("01.05.2024 10:00", "2024-05-01T10:00:00+00:00", False),
        ("05/01/2024", "2024-05-01T00:00:00+00:00", False),
        ("1714557600", "2024-05-01T10:00:00+00:00", True),
        ("1714557600000", "2024-05-01T10:00:00+00:00", True),
    ],
)
def test_a_date_is_read(text: str, expected: str, precise: bool) -> None:
    moment = parse_moment(f"  {text}\n")
    assert moment == (datetime.fromisoformat(expected).timestamp(), precise)
    assert parse_date(text) == moment.seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2024",
        "May 2024",
        "0000-00-00",
        "2024-02-30",
        "2024-05-01T25:00:00Z",
        "Thu, 32 May 2024 10:00:00 GMT",
        "1" * 20,
        "x" * 200,
        "version 2.1 2024 of 13 parts of it",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_date(text) is None


@given(
    st.one_of(st.text(max_size=60), st.from_regex(r"[0-9]{1,4}[-/. ][0-9]{1,2}[-/. ][0-9]{1,4}[T ]?[0-9:+Z-]{0,14}"))
)
def test_no_text_breaks_the_reading(text: str) -> None:
    found = parse_date(text)
    assert found is None or isinstance(found, float)


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        (None, 2e9),
        (2e9 + 1, 2e9),
        (2e9 + 90000, 2e9),
        (1.9e9, 1.9e9),
        (0.0, 2e9),
        (-62135596800.0, 2e9),
        (EARLIEST, EARLIEST),
    ],
)
def test_implausible_times_are_now(published: float | None, expected: float) -> None:
    assert plausible(published, 2e9) == expected
