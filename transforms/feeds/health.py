"""How a feed is doing: what is the matter with it, why we think so, what a person can do; pure.

Silent and dropped are told by two conditions each, because one alone cries wolf. So few entries must be next to
impossible at these hours of the week (transforms.feeds.rarity: UNLIKELY), and they must be far outside what the feed has
done in the weeks kept: a pause half as long again as its longest, or fewer than half of the entries of its poorest
stretch. So nights, weekends, a bank holiday and a feed that publishes once a month are no news, and a young feed is not
judged before its third week.
"""

from urllib.parse import urlsplit

from transforms.config import PollingConfig
from transforms.feeds import rarity
from transforms.feeds.history import HOUR, FeedHistory
from transforms.feeds.poll import ADOPT_AFTER
from transforms.model import FeedCondition, FeedCursor, FeedHealth, FeedStatus, Seconds
from transforms.words import plural, span

UNLIKELY = 1e-3
"""Chance a week: so few entries are taken for trouble where their chance is below this, divided by the entries of a usual
week, for as many times a week it might happen."""
LONGER = 1.5
"""Times its longest pause that a silence must last."""
FEWER = 0.5
"""Share of its poorest stretch below which its entries must fall."""
NORMAL_AGAIN = 0.7
"""Share of the usual from which a drop is over."""
LEARNT = 14 * rarity.DAY
"""Hours of history that a judgement needs."""
KNOWN = 8
"""Entries of history that it needs."""
LATEST = 2 * rarity.DAY
"""Hours in which a drop must still show, and its end."""
STRETCHES = (rarity.DAY, 3 * rarity.DAY, rarity.WEEK)
"""Hours over which entries are counted: up to three days for feeds that publish every day, a week for all."""
FAILING_AFTER = 86400.0
"""Seconds without a success, and failures in a row, from which a feed counts as failing."""
FAILURES = 3
NEVER_FAILURES = 5
MISSES_LAST = 3 * 86400.0
"""Seconds for which a feed that missed entries is said to."""
_STEPS = (
    (86400.0, "1d"),
    (43200.0, "12h"),
    (21600.0, "6h"),
    (10800.0, "3h"),
    (7200.0, "2h"),
    (3600.0, "1h"),
    (1800.0, "30m"),
    (900.0, "15m"),
    (600.0, "10m"),
    (300.0, "5m"),
    (120.0, "2m"),
    (60.0, "1m"),
)
"""Paces that may be advised, in seconds and as an OPML file has them."""


def judge_feed(
    cursor: FeedCursor,
    history: FeedHistory | None,
    *,
    polling: PollingConfig,
    now: Seconds,
    before: FeedCondition = FeedCondition.NORMAL,
) -> FeedHealth:
    """A feed's condition, the worst of those that it is in.

    Args:
        cursor: as its last poll left it.
        history: of its documents; None: none was read yet.
        polling: how often feeds are polled.
        now: seconds since the epoch.
        before: its condition at the last look; a drop ends later than it begins.
    """
    until = cursor.last_success
    volume = None if history is None or until is None else _Volume(history, int(until // HOUR))
    found = (
        _gone(cursor)
        or _failing(cursor, now)
        or (volume and (_silent(cursor, volume, until or now) or _dropped(cursor, volume, before)))
        or (history and _losing(cursor, history, polling, now))
        or _moved(cursor, now)
        or (FeedCondition.NORMAL, _notes(cursor, history, now), "", None)
    )
    condition, what, advice, since = found
    last_new = history.last_new if history and history.last_new else cursor.last_new_entry
    return FeedHealth(
        url=cursor.feed.url,
        name=cursor.feed.name or cursor.title,
        condition=condition,
        what=what,
        advice=advice,
        since=since,
        last_success=cursor.last_success,
        last_new=last_new,
        failures=cursor.failures,
        cause=cursor.cause,
        usual=None if volume is None or volume.young else round(sum(volume.week), 1),
        recent=None if volume is None or len(volume.counts) < rarity.WEEK else volume.came(rarity.WEEK),
    )


_Found = tuple[FeedCondition, str, str, Seconds | None]


class _Volume:
    """A feed's entries by hour up to its last success, and what is usual of them.

    Args:
        history: of its documents.
        end: the hour of the last success, not counted: it is not over.
    """

    def __init__(self, history: FeedHistory, end: int) -> None:
        self.history = history
        self.end = end
        counts = history.counts[: max(0, end - history.start)]
        self.counts = counts + bytes(max(0, end - history.start - len(counts)))
        known = self.end if history.last_new is None else int(history.last_new // HOUR) + 1
        self.week = rarity.usual_week(history.start, self.counts[: max(0, known - history.start)])
        """What is usual, by all that was before the silence, if it is one."""

    @property
    def young(self) -> bool:
        return len(self.counts) < LEARNT or sum(self.counts) < KNOWN

    def came(self, hours: int) -> int:
        return sum(self.counts[-hours:])

    def before(self, hours: int) -> bytes:
        """All but the latest hours."""
        return self.counts[: max(0, len(self.counts) - hours)]

    def usual(self, hours: int) -> float:
        """Entries usual of the latest hours, by what was before them."""
        week = rarity.usual_week(self.history.start, self.before(hours))
        return rarity.expected(week, self.end - hours, self.end)


def _gone(cursor: FeedCursor) -> _Found | None:
    if cursor.status is not FeedStatus.GONE:
        return None
    what = "Its server says that it is gone for good (410). It is not asked any more."
    advice = f"{_look_for_another(cursor)}; then take this address off your list."
    return FeedCondition.GONE, what, advice, cursor.last_poll


def _failing(cursor: FeedCursor, now: Seconds) -> _Found | None:
    if cursor.status not in {FeedStatus.FAILING, FeedStatus.NOT_A_FEED}:
        return None
    tries = plural(cursor.failures, "failed poll")
    if cursor.last_success is None:
        if cursor.failures < NEVER_FAILURES and cursor.status is not FeedStatus.NOT_A_FEED:
            return None
        what = f"It has never been read ({tries}): {cursor.cause}."
    elif cursor.failures < FAILURES or now - cursor.last_success < FAILING_AFTER:
        return None
    else:
        what = f"It could not be read for {span(now - cursor.last_success)} ({tries}): {cursor.cause}."
    if cursor.status is FeedStatus.NOT_A_FEED:
        advice = f"{_look_for_another(cursor)}."
    else:
        advice = f"Ask it now with `wirewatch feeds check {cursor.feed.url}`; if it stays so, {_another(cursor)}."
    return FeedCondition.FAILING, what, advice, cursor.last_success


def _silent(cursor: FeedCursor, volume: _Volume, until: Seconds) -> _Found | None:
    history = volume.history
    if history.last_new is None:
        return None
    last = int(history.last_new // HOUR) + 1
    past = volume.counts[: max(0, last - history.start)]
    if len(past) < LEARNT or sum(past) < KNOWN:
        return None
    silence, longest = until - history.last_new, rarity.longest_gap(past) * HOUR
    if silence <= LONGER * longest:
        return None
    week = rarity.usual_week(history.start, past)
    usual = rarity.expected(week, last, volume.end)
    if not _unlikely(0, usual, volume.end - last, history.start, past, week):
        return None
    what = (
        f"No new entry for {span(silence)}. In these hours of the week {_about(usual)} usual, and its longest pause in "
        f"{span(len(past) * HOUR)} was {span(longest)}."
    )
    advice = f"See whether {_site(cursor)} still publishes; if it does, its feed is broken or left behind: {_another(cursor)}."
    return FeedCondition.SILENT, what, advice, history.last_new


def _dropped(cursor: FeedCursor, volume: _Volume, before: FeedCondition) -> _Found | None:
    if volume.young:
        return None
    if before is FeedCondition.DROPPED:
        latest, usual = volume.came(LATEST), volume.usual(LATEST)
        over = usual >= 1 and latest >= NORMAL_AGAIN * usual
        return None if over else _drop(cursor, latest, usual, LATEST)
    history = volume.history
    for hours in STRETCHES:
        came, past = volume.came(hours), volume.before(hours)
        if hours < rarity.WEEK and not rarity.poorest(past, rarity.DAY):
            continue
        lowest = rarity.poorest(past, hours)
        cut_off = history.missed is not None and history.missed >= (volume.end - hours) * HOUR
        if len(past) < LEARNT or not came or lowest is None or came >= FEWER * lowest or cut_off:
            continue
        week = rarity.usual_week(history.start, past)
        usual = rarity.expected(week, volume.end - hours, volume.end)
        lasts = volume.came(LATEST) < NORMAL_AGAIN * volume.usual(LATEST)
        if lasts and not _back(volume, hours, week) and _unlikely(came, usual, hours, history.start, past, week):
            return _drop(cursor, came, usual, hours)
    return None


def _back(volume: _Volume, hours: int, week: list[float]) -> bool:
    """Were there few entries only because of a silence that is over?"""
    counts, past = volume.counts[-hours:], volume.before(hours)
    again = rarity.resumed(counts, LONGER * rarity.longest_gap(past))
    if again is None:
        return False
    usual = rarity.expected(week, volume.end - hours + again, volume.end)
    return sum(counts[again:]) >= NORMAL_AGAIN * usual


def _unlikely(came: int, usual: float, hours: int, start: int, past: bytes, week: list[float]) -> bool:
    """Are so few entries in so many hours next to impossible, where so many are usual, by the past hours?"""
    unsure = max(hours, rarity.WEEK) / len(past)
    chance = rarity.tail(came, usual, rarity.dispersion(start, past, week), unsure)
    return chance < UNLIKELY / max(1.0, sum(week))


def _drop(cursor: FeedCursor, came: int, usual: float, hours: int) -> _Found:
    what = f"{plural(came, 'new entry', 'new entries')} in the last {span(hours * HOUR)}, where {_about(usual)} usual."
    advice = f"See whether {_site(cursor)} publishes less; if it does not, part of it has left this feed: {_another(cursor)}."
    return FeedCondition.DROPPED, what, advice, None


def _losing(cursor: FeedCursor, history: FeedHistory, polling: PollingConfig, now: Seconds) -> _Found | None:
    if history.missed is None or history.missed_late or now - history.missed > MISSES_LAST:
        return None
    covers = f", which cover {span(history.missed_span)}" if history.missed_span is not None else ""
    what = (
        f"Some entries were probably missed {span(now - history.missed)} ago: none of the "
        f"{history.missed_listed} that it listed{covers}, had been there {span(history.missed_between)} earlier."
    )
    pace = cursor.feed.every if cursor.feed.every is not None else polling.every
    wanted = min(history.missed_between, history.missed_span or history.missed_between) / 2
    every = next(((seconds, name) for seconds, name in _STEPS if seconds <= wanted), _STEPS[-1])
    if every[0] < min(pace, history.missed_between):
        advice = f'Poll it faster: every="{every[1]}" beside its xmlUrl in your OPML file.'
    else:
        advice = f"It cannot sensibly be polled faster; add its section feeds instead: {_another(cursor)}."
    return FeedCondition.LOSING, what, advice, history.missed


def _moved(cursor: FeedCursor, now: Seconds) -> _Found | None:
    since = cursor.moved_since
    if cursor.status is not FeedStatus.MOVED or since is None or now - since < ADOPT_AFTER:
        return None
    what = f"It has moved for good to {cursor.moved_to}, which is asked directly since its move has lasted {span(ADOPT_AFTER)}."
    return FeedCondition.MOVED, what, "Put the new address in place of the old one on your list.", since


def _notes(cursor: FeedCursor, history: FeedHistory | None, now: Seconds) -> str:
    """What else there is to know of a feed that has no trouble."""
    notes = []
    if cursor.last_poll is None:
        notes.append("Not polled yet.")
    elif cursor.failures:
        notes.append(f"{plural(cursor.failures, 'poll')} failed lately: {cursor.cause}.")
    if cursor.status is FeedStatus.MOVED and cursor.moved_since is not None:
        left = ADOPT_AFTER - (now - cursor.moved_since)
        notes.append(f"It redirects to {cursor.moved_to}; if that lasts for another {span(left)}, it counts as moved.")
    if history is not None and history.missed is not None and now - history.missed <= MISSES_LAST:
        notes.append(
            f"It was not read for {span(history.missed_between)} until {span(now - history.missed)} ago, and entries of "
            "that time may be missing."
        )
    if history is not None and cursor.last_success is not None:
        age = min(cursor.last_success - history.since, cursor.last_success - history.start * HOUR)
        if age < LEARNT * HOUR:
            notes.append(f"Silence and drops can be told in {span(LEARNT * HOUR - age)}.")
        elif sum(history.counts) < KNOWN:
            notes.append("It publishes too rarely to tell a silence from a pause.")
    return " ".join(notes)


def _about(usual: float) -> str:
    """How many are usual, with the verb."""
    count = round(usual)
    return f"about {count:,} are" if count > 1 else "about 1 is"


def _site(cursor: FeedCursor) -> str:
    parts = urlsplit(cursor.moved_to or cursor.feed.url)
    return f"{parts.scheme}://{parts.netloc}/"


def _another(cursor: FeedCursor) -> str:
    return f"`wirewatch feeds add {_site(cursor)}` names the feeds that it offers"


def _look_for_another(cursor: FeedCursor) -> str:
    return f"Look for another feed of it: {_another(cursor)}"
