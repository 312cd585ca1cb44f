"""What is said of a feed, by its cursor and its history."""

import math
import random

import msgspec
import pytest

from transforms.config import PollingConfig
from transforms.feeds import rarity
from transforms.feeds.health import judge_feed
from transforms.feeds.history import FeedHistory
from transforms.feeds.poll import ADOPT_AFTER
from transforms.feeds.rarity import DAY, WEEK
from transforms.model import Feed, FeedCondition, FeedCursor, FeedStatus

HOUR = 3600.0
MONDAY = 19_730 * DAY  # 8 January 2024, 00:00 UTC, in hours
FEED = Feed("http://post.test/feed", "The Post")
GOOD = {"status": FeedStatus.OK, "last_poll": 1.0}


def office(hour: int) -> int:
    """Three an hour from 8 to 18 on working days."""
    return 3 if (hour // DAY + 3) % 7 < 5 and 8 <= hour % DAY < 18 else 0


def agency(hour: int) -> int:
    return 5 if 6 <= hour % DAY < 22 else 2


def monthly(hour: int) -> int:
    return int(hour % (30 * DAY) == 9)


def history_of(usual, weeks: int, then=(), **changes) -> FeedHistory:
    """Whole weeks up to Monday 00:00 as usual, then these hours."""
    counts = bytes([*(usual(hour) for hour in range(MONDAY - weeks * WEEK, MONDAY)), *then])
    start = MONDAY - weeks * WEEK
    last = max((at for at, count in enumerate(counts, start) if count), default=None)
    told = {"since": start * HOUR, "last_new": None if last is None else last * HOUR + 1800}
    return FeedHistory(**{"start": start, "counts": counts, **told, **changes})


def judged(history, hours: float = 0.0, before=FeedCondition.NORMAL, *, polling=None, now=None, **cursor):
    """Its health so many hours after Monday 00:00."""
    now = now or (MONDAY + hours) * HOUR
    cursor = {"title": "Its title", "last_success": now, **GOOD, **cursor}
    feed = cursor.pop("feed", FEED)
    return judge_feed(FeedCursor(feed, **cursor), history, polling=polling or PollingConfig(), now=now, before=before)


QUIET_WEEK = [0] * WEEK
WELL = {
    "nights and weekends are no silence": (history_of(office, 6), 8),
    "a bank holiday is no silence": (history_of(office, 6), 30),
    "nor is one that is half worked": (history_of(office, 6, [0] * 12 + [1]), 48),
    "an agency's pause of two hours": (history_of(agency, 6), 2),
    "a feed of one week": (history_of(agency, 1, [2] * 6), 24),
    "once a month": (history_of(monthly, 26), 60 * DAY),
    "never yet an entry": (history_of(lambda _: 0, 8), 0),
    "a day at half of the usual": (history_of(agency, 6, [agency(h) // 2 for h in range(DAY)]), DAY),
    "a week of two bank holidays": (history_of(office, 6, [0] * 2 * DAY + [office(h + MONDAY) for h in range(2 * DAY, WEEK)]), WEEK),
    "no history at all": (None, 0),
}  # fmt: skip


@pytest.mark.parametrize(("history", "hours"), WELL.values(), ids=WELL.keys())
def test_a_feed_is_well(history, hours):
    health = judged(history, hours)
    assert (health.condition, health.advice) == (FeedCondition.NORMAL, "")


SILENT = {
    "an agency's fifth hour in the morning": (history_of(agency, 6, [2] * 6), 13),
    "an office's third day": (history_of(office, 6), 3 * DAY),
}


@pytest.mark.parametrize(("history", "hours"), SILENT.values(), ids=SILENT.keys())
def test_a_feed_is_silent(history, hours):
    health = judged(history, hours)
    assert health.condition is FeedCondition.SILENT
    assert health.since == history.last_new
    assert "wirewatch feeds add http://post.test/" in health.advice


def test_silence_is_told_in_figures():
    health = judged(history_of(agency, 6, [2] * 6), 13)
    assert health.what == (
        "No new entry for 8 h. In these hours of the week about 35 are usual, and its longest pause in 42 d was 60 min."
    )
    assert (health.usual, health.recent) == (672.0, 637)


def test_silence_is_known_only_up_to_the_last_good_answer():
    history = history_of(agency, 6, [2] * 6)
    health = judged(history, 40, last_success=(MONDAY + 7) * HOUR, failures=1, cause="503")
    assert health.condition is FeedCondition.NORMAL
    assert "1 poll failed lately: 503." in health.what


@pytest.mark.parametrize("days", [1, 3, 5])
def test_a_feed_that_comes_back_is_well_at_once(days):
    counts = [0] * days * DAY + [agency(hour) for hour in range(10)]
    for hours in range(1, 10):
        history = history_of(agency, 6, counts[: days * DAY + hours])
        assert judged(history, days * DAY + hours, FeedCondition.SILENT).condition is FeedCondition.NORMAL


def test_a_drop_is_told_until_the_latest_days_are_near_the_usual_again():
    tenth = [int(hour % 3 == 0) for hour in range(DAY)]
    history = history_of(agency, 6, tenth)
    dropped = judged(history, DAY)
    assert dropped.condition is FeedCondition.DROPPED
    assert dropped.what == "8 new entries in the last 24 h, where about 96 are usual."
    half = history_of(agency, 6, [*tenth, *([2, 3] * 36)])
    assert judged(half, 4 * DAY).condition is FeedCondition.NORMAL
    assert judged(half, 4 * DAY, FeedCondition.DROPPED).condition is FeedCondition.DROPPED
    full = history_of(agency, 6, [*tenth, *(agency(hour) for hour in range(2 * DAY))])
    assert judged(full, 3 * DAY, FeedCondition.DROPPED).condition is FeedCondition.NORMAL


def test_a_feed_with_free_days_drops_by_the_week():
    week = [int(office(MONDAY + hour) > 0 and hour % 10 == 0) for hour in range(5 * DAY)]
    assert judged(history_of(office, 6, week), 5 * DAY).condition is FeedCondition.DROPPED
    assert judged(history_of(office, 6, week[:DAY]), DAY).condition is FeedCondition.NORMAL


def test_few_entries_are_no_drop_where_entries_were_missed():
    tenth = [int(hour % 3 == 0) for hour in range(DAY)]
    history = history_of(agency, 6, tenth, missed=(MONDAY + 3) * HOUR, missed_late=True)
    assert judged(history, DAY).condition is FeedCondition.NORMAL


MISSED = {"missed": MONDAY * HOUR, "missed_between": 3600.0, "missed_span": 1500.0, "missed_listed": 20}


def test_a_feed_that_loses_entries_is_to_be_polled_faster():
    health = judged(history_of(agency, 1, **MISSED), 2)
    assert (health.condition, health.since) == (FeedCondition.LOSING, MONDAY * HOUR)
    assert health.what == (
        "Some entries were probably missed 2 h ago: none of the 20 that it listed, which cover 25 min, had been there "
        "60 min earlier."
    )
    assert health.advice == 'Poll it faster: every="10m" beside its xmlUrl in your OPML file.'
    assert judged(history_of(agency, 1, **MISSED), 73, last_success=MONDAY * HOUR).condition is FeedCondition.NORMAL


@pytest.mark.parametrize(
    ("span", "between", "every", "told"),
    [
        (None, 3600.0, None, 'every="30m"'),
        (86400.0, 7200.0, None, 'every="1h"'),
        (1500.0, 600.0, 600.0, 'every="5m"'),
        (20.0, 60.0, 60.0, "section feeds"),
    ],
)
def test_the_pace_that_is_advised_fits_what_it_lists(span, between, every, told):
    history = history_of(agency, 1, **{**MISSED, "missed_span": span, "missed_between": between})
    feed = msgspec.structs.replace(FEED, every=every)
    assert told in judged(history, 2, feed=feed, polling=PollingConfig(every=3600.0 * 3)).advice


def test_entries_missed_because_nobody_polled_are_told_without_alarm():
    history = history_of(agency, 1, **{**MISSED, "missed_late": True, "missed_between": 3 * 86400.0})
    health = judged(history, 2)
    assert health.condition is FeedCondition.NORMAL
    assert "It was not read for 3 d until 2 h ago, and entries of that time may be missing." in health.what


TROUBLES = {
    "gone": ({"status": FeedStatus.GONE, "failures": 1, "cause": "410"}, FeedCondition.GONE, "410"),
    "failing for a day": (
        {"status": FeedStatus.FAILING, "failures": 5, "cause": "404", "last_success": (MONDAY - 24) * HOUR},
        FeedCondition.FAILING,
        "It could not be read for 24 h (5 failed polls): 404.",
    ),
    "a page at its address": (
        {"status": FeedStatus.NOT_A_FEED, "failures": 3, "cause": "HTML", "last_success": (MONDAY - 48) * HOUR},
        FeedCondition.FAILING,
        "HTML",
    ),
    "never read": (
        {"status": FeedStatus.FAILING, "failures": 5, "cause": "404", "last_success": None},
        FeedCondition.FAILING,
        "It has never been read (5 failed polls): 404.",
    ),
    "a page from the start": (
        {"status": FeedStatus.NOT_A_FEED, "failures": 1, "cause": "HTML", "last_success": None},
        FeedCondition.FAILING,
        "It has never been read (1 failed poll): HTML.",
    ),
    "failing for an hour": (
        {"status": FeedStatus.FAILING, "failures": 3, "cause": "404", "last_success": (MONDAY - 1) * HOUR},
        FeedCondition.NORMAL,
        "3 polls failed lately: 404.",
    ),
    "failing twice in two days": (
        {"status": FeedStatus.FAILING, "failures": 2, "cause": "404", "last_success": (MONDAY - 48) * HOUR},
        FeedCondition.NORMAL,
        "2 polls failed lately",
    ),
    "moved for a week": (
        {"status": FeedStatus.MOVED, "moved_to": "http://new.test/f", "moved_since": MONDAY * HOUR - ADOPT_AFTER},
        FeedCondition.MOVED,
        "It has moved for good to http://new.test/f",
    ),
    "moved a day ago": (
        {"status": FeedStatus.MOVED, "moved_to": "http://new.test/f", "moved_since": (MONDAY - 24) * HOUR},
        FeedCondition.NORMAL,
        "if that lasts for another 6 d",
    ),
    "not polled": ({"status": FeedStatus.NEW, "last_poll": None, "last_success": None}, FeedCondition.NORMAL, "Not polled"),
}  # fmt: skip


@pytest.mark.parametrize(("cursor", "condition", "told"), TROUBLES.values(), ids=TROUBLES.keys())
def test_what_polls_show(cursor, condition, told):
    health = judged(history_of(agency, 6), **cursor)
    assert health.condition is condition
    assert told in health.what
    assert bool(health.advice) == (condition is not FeedCondition.NORMAL)


def test_of_two_troubles_the_worse_is_told():
    history = history_of(agency, 6, [2] * 6, **MISSED)
    moved = {"status": FeedStatus.MOVED, "moved_to": "http://new.test/f", "moved_since": 0.0}
    assert judged(history, 13, **moved).condition is FeedCondition.SILENT
    assert judged(history, 13, status=FeedStatus.GONE).condition is FeedCondition.GONE


@pytest.mark.parametrize(("history", "told"), [(history_of(agency, 1), "told in 7 d"), (history_of(monthly, 8), "too rarely")])  # fmt: skip
def test_it_is_said_what_cannot_be_judged(history, told):
    assert told in judged(history, 1).what


# --- the statistics


def test_the_tail_without_scatter_is_poissons():
    exact = sum(math.exp(-12.0) * 12.0**k / math.factorial(k) for k in range(4))
    assert rarity.tail(3, 12.0, 1.0, 0.0) == pytest.approx(exact)


def test_the_tail_is_that_of_numbers_that_scatter_so():
    dice = random.Random(7)
    mean, spread = 30.0, 4.0
    shape = mean / (spread - 1.0)
    drawn = [dice.gammavariate(shape, spread - 1.0) for _ in range(200_000)]
    below = sum(math.exp(-rate) * sum(rate**k / math.factorial(k) for k in range(11)) for rate in drawn) / len(drawn)
    assert rarity.tail(10, mean, spread, 0.0) == pytest.approx(below, rel=0.03)


@pytest.mark.parametrize("count", [0, 5, 30, 200])
def test_chances_grow_with_the_count_the_scatter_and_with_not_knowing(count):
    assert 0.0 <= rarity.tail(count, 40.0, 1.0, 0.0) <= rarity.tail(count + 1, 40.0, 1.0, 0.0) <= 1.0
    if count < 40:
        assert (
            rarity.tail(count, 40.0, 1.0, 0.0) < rarity.tail(count, 40.0, 3.0, 0.0) < rarity.tail(count, 40.0, 3.0, 1.0)
        )


def test_a_week_begins_on_monday():
    week = rarity.usual_week(MONDAY - 24, bytes([*([0] * 24), 7, *([0] * (WEEK - 1)), 5]))
    assert (week[0], sum(week)) == (6.0, 6.0)
    assert rarity.expected(week, MONDAY, MONDAY + 2 * WEEK + 1) == 18.0
    assert rarity.expected(week, MONDAY + 1, MONDAY) == 0.0


@pytest.mark.parametrize(
    ("counts", "gap", "lowest"),
    [(b"", 0, None), (b"\0\0\0", 0, 0), (b"\0\1\0", 0, 1), (b"\1\1", 1, 2), (b"\1\0\0\2\0\3", 3, 0)],
)
def test_gaps_and_poorest_stretches(counts, gap, lowest):
    assert rarity.longest_gap(counts) == gap
    assert rarity.poorest(counts, 2) == lowest
