"""Does feed health cry wolf, and how late is it? python -m bench.health [--weeks N] [--seed N].

Feeds of many kinds publish at random: Poisson by the hour, with the day's and the week's rhythm, singly or in bursts, with
a bank holiday (a working day like a Sunday) every fourth week. Each is judged every six hours from its third week on. The
first table counts what is told of feeds that are well; the second silences each for good, the third cuts it to a tenth,
and tell how many of its usual entries had failed to come when it was told (half of the feeds within, nine tenths within).
"""

import argparse
import math
import random
import statistics
import sys
from collections import Counter
from typing import NamedTuple

from transforms.config import PollingConfig
from transforms.feeds.health import judge_feed
from transforms.feeds.history import FeedHistory, surplus
from transforms.feeds.rarity import DAY, WEEK
from transforms.model import Feed, FeedCondition, FeedCursor, FeedStatus

HOUR = 3600.0
START = 20_000 * DAY
"""An hour since the epoch, at midnight."""
EVERY = 6
POLLING = PollingConfig()
PATIENCE = 15 * WEEK
LEFT = 0.1
"""Of its entries, in a drop."""


class Kind(NamedTuple):
    """A sort of feed: entries a day on working days, share of them at weekends and at night, size of bursts."""

    name: str
    rate: float
    weekend: float
    night: float
    burst: int


KINDS = (
    Kind("agency, 300 a day", 300, 0.6, 0.3, 1),
    Kind("paper, 60 a day", 60, 0.4, 0.05, 1),
    Kind("paper, 40 a day, in fives", 40, 0.5, 0.05, 5),
    Kind("weekdays only, 15 a day", 15, 0.0, 0.0, 1),
    Kind("weekdays only, in threes", 12, 0.0, 0.0, 3),
    Kind("blog, 2 a day", 2, 0.5, 0.1, 1),
    Kind("weekly, 1 a week", 0.2, 0.0, 0.0, 1),
    Kind("monthly, 1 a month", 0.05, 0.0, 0.0, 1),
)


def usual(kind: Kind, hour: int) -> float:
    """Entries that an hour brings on average."""
    day, clock = hour // DAY, hour % DAY
    weekday = (day + 3) % 7
    holiday = weekday == (day // 28) % 5 and day % 28 < 7
    share = 1.0 if 6 <= clock < 20 else kind.night
    return kind.rate * share / (14 + 10 * kind.night) * (kind.weekend if weekday >= 5 or holiday else 1.0)


def poisson(mean: float, dice: random.Random) -> int:
    """A Poisson number, by Knuth's product."""
    left, count, product = math.exp(-mean), 0, dice.random()
    while product > left:
        count += 1
        product *= dice.random()
    return count


class Simulated:
    """A feed with all that has come of it, hour by hour."""

    def __init__(self, kind: Kind, dice: random.Random) -> None:
        self.kind, self._dice = kind, dice
        self.hour = START + dice.randrange(WEEK)
        self._since = self.hour
        self._counts = bytearray()
        self._last_new: float | None = None
        self.condition = FeedCondition.NORMAL

    def pass_hours(self, hours: int, share: float = 1.0) -> float:
        """Publish on; how many entries fewer than usual that is to be expected to bring."""
        fewer = 0.0
        for hour in range(self.hour, self.hour + hours):
            mean = usual(self.kind, hour)
            fewer += mean * (1 - share)
            count = sum(self.kind.burst for _ in range(poisson(mean * share / self.kind.burst, self._dice)))
            self._counts.append(min(count, 255))
            if count:
                self._last_new = (hour + self._dice.random()) * HOUR
        self.hour += hours
        return fewer

    def judged(self) -> FeedCondition:
        """Its condition now."""
        now = self.hour * HOUR
        counts = bytes(self._counts[surplus(self._counts) :])
        history = FeedHistory(self._since * HOUR, self.hour - len(counts), counts, self._last_new)
        cursor = FeedCursor(Feed("http://x.example/feed"), status=FeedStatus.OK, last_poll=now, last_success=now)
        self.condition = judge_feed(cursor, history, polling=POLLING, now=now, before=self.condition).condition
        return self.condition


def false_alarms(kind: Kind, weeks: int, dice: random.Random) -> Counter[FeedCondition]:
    """What is told of one feed that is well."""
    feed, told, before = Simulated(kind, dice), Counter[FeedCondition](), FeedCondition.NORMAL
    for _ in range(weeks * WEEK // EVERY):
        feed.pass_hours(EVERY)
        condition = feed.judged()
        if condition is not before and condition is not FeedCondition.NORMAL:
            told[condition] += 1
        before = condition
    return told


def delay(kind: Kind, share: float, dice: random.Random) -> tuple[float, float] | None:
    """(entries that failed to come, hours) until trouble is told; None: not within fifteen weeks."""
    feed = Simulated(kind, dice)
    feed.pass_hours(26 * WEEK + dice.randrange(WEEK))
    fewer = 0.0
    for hours in range(EVERY, PATIENCE, EVERY):
        fewer += feed.pass_hours(EVERY, share)
        if feed.judged() is not FeedCondition.NORMAL:
            return fewer, float(hours)
    return None


def delays(kind: Kind, share: float, feeds: int, dice: random.Random) -> str:
    """One line of a table of delays."""
    found = [delay(kind, share, dice) for _ in range(feeds)]
    told = sorted(one for one in found if one is not None)
    line = f"  {kind.name:<28}{len(told):>4} of {feeds}"
    if len(told) < 2:
        return line
    entries = [one[0] for one in told]
    hours = sorted(one[1] for one in told)
    return (
        f"{line}{statistics.median(entries):>12.1f}{entries[int(0.9 * len(entries))]:>12.1f}"
        f"{statistics.median(hours):>10.0f} h{hours[int(0.9 * len(hours))]:>10.0f} h"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weeks", type=int, default=500, help="simulated weeks a kind of feed")
    parser.add_argument("--feeds", type=int, default=20, help="feeds a kind for the delays")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", help="not needed; every bench takes it")
    arguments = parser.parse_args()
    dice = random.Random(arguments.seed)
    print(f"Of feeds that are well, told in {arguments.weeks} weeks a kind (a life of 25 weeks each):")
    total: Counter[FeedCondition] = Counter()
    for kind in KINDS:
        told = sum((false_alarms(kind, 25, dice) for _ in range(arguments.weeks // 25)), Counter())
        total += told
        print(f"  {kind.name:<28}{told[FeedCondition.SILENT]:>4} silent{told[FeedCondition.DROPPED]:>4} dropped")
    weeks = len(KINDS) * (arguments.weeks // 25) * 25
    print(f"  false alarms in 1,000 feed-weeks: {1000 * sum(total.values()) / weeks:.2f}")
    for words, share in (("silenced for good", 0.0), (f"cut to {LEFT:.0%}", LEFT)):
        print(f"Feeds {words}: told of; entries that failed to come by then, median and 90 %; hours, median and 90 %")
        for kind in KINDS:
            print(delays(kind, share, arguments.feeds, dice))
    return 0


if __name__ == "__main__":
    sys.exit(main())
