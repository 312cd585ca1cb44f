"""How usual so few entries are for a feed at these hours of the week; pure.

What is usual of an hour of the week is the mean of that hour over the weeks kept. Entries come in bursts, so their number
in a stretch of hours is taken to be negative binomial: its mean is the sum of what is usual, its variance the mean times
the feed's own dispersion (how much its past days scattered round what was usual of them, at least 1: Poisson's), and more
the fewer weeks the usual itself was learnt from.
"""

import math
import re
from collections.abc import Sequence
from itertools import accumulate
from operator import sub

WEEK = 7 * 24
DAY = 24
_EMPTY = re.compile(b"\\0+")
_EPOCH = 3 * DAY
"""The epoch began on a Thursday; hours of the week are counted from Monday, UTC."""


def usual_week(start: int, counts: bytes) -> list[float]:
    """Mean entries of each hour of the week, from Monday 00:00 UTC.

    Args:
        start: the first hour, in hours since the epoch.
        counts: entries by hour.
    """
    week = [0.0] * WEEK
    for hour in range(min(WEEK, len(counts))):
        same = counts[hour::WEEK]
        week[(start + hour + _EPOCH) % WEEK] = sum(same) / len(same)
    return week


def expected(week: Sequence[float], first: int, end: int) -> float:
    """Entries that are usual from one hour up to, not including, another (hours since the epoch)."""
    weeks, rest = divmod(max(0, end - first), WEEK)
    return weeks * sum(week) + sum(week[(hour + _EPOCH) % WEEK] for hour in range(first, first + rest))


def dispersion(start: int, counts: bytes, week: Sequence[float]) -> float:
    """Variance over mean of the days' numbers round what is usual of them; at least 1."""
    scatter, days = 0.0, 0
    for at in range(0, len(counts) - DAY + 1, DAY):
        mean = expected(week, start + at, start + at + DAY)
        if mean > 0:
            scatter += (sum(counts[at : at + DAY]) - mean) ** 2 / mean
            days += 1
    weeks = len(counts) / WEEK
    free = days * (1 - 1 / weeks) if weeks > 1 else 0.0  # the means were made of these very days
    return max(1.0, scatter / free) if free else 1.0


def tail(count: int, mean: float, spread: float, unsure: float) -> float:
    """Probability of at most so many entries.

    Args:
        count: entries that came.
        mean: entries that are usual.
        spread: the feed's dispersion.
        unsure: hours counted (a week at least) over hours that the mean was learnt from.
    """
    if mean <= 0.0:
        return 1.0
    variance = spread * mean * (1.0 + unsure)
    if variance <= mean * (1 + 1e-9):
        return min(1.0, sum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1)))
    size = mean * mean / (variance - mean)
    log_p, log_q = math.log(size / (size + mean)), math.log(mean / (size + mean))
    terms = (
        math.lgamma(k + size) - math.lgamma(size) - math.lgamma(k + 1) + size * log_p + k * log_q
        for k in range(count + 1)
    )
    return min(1.0, sum(map(math.exp, terms)))


def longest_gap(counts: bytes) -> int:
    """Hours between the two consecutive hours with entries that lie furthest apart; 0 where there are no two."""
    inside = counts.strip(b"\0")
    empty = max(map(len, _EMPTY.findall(inside)), default=0)
    return empty + 1 if len(inside) > 1 else 0


def poorest(counts: bytes, hours: int) -> int | None:
    """The fewest entries of any so many hours on end; None where there are not so many."""
    if len(counts) < hours:
        return None
    sums = [0, *accumulate(counts)]
    return min(map(sub, sums[hours:], sums))


def resumed(counts: bytes, pause: float) -> int | None:
    """Where entries came again after the last pause longer than so many hours; None: there was none, or it lasts."""
    runs = [run.end() for run in _EMPTY.finditer(counts) if len(run[0]) + 1 > pause]
    return runs[-1] if runs and runs[-1] < len(counts) else None
