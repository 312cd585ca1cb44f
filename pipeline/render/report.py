"""A run's closing lines for a person."""

from collections import Counter
from collections.abc import Iterator

import msgspec

from pipeline.render.terminal import Page, clean, plural, span
from transforms.model import DeadLetter, FeedStatus, Record, Seconds

FEED_WORDS = {FeedStatus.NOT_A_FEED: "not a feed", FeedStatus.NEW: "not polled yet"}
MOST_CAUSES = 6
_MOST_WORDS = 160


class PassReport(Record, frozen=True):
    """What a run did, as counted from its results and the store."""

    now: Seconds
    seconds: float = 0.0
    """How long it took."""
    feeds: dict[str, int] = msgspec.field(default_factory=dict)
    """FeedStatus -> feeds that are in it now."""
    entries: int = 0
    """Entries accepted."""
    articles: int = 0
    stories: int = 0
    """Stories that the run's articles are in."""
    copies: int = 0
    """Articles folded as copies or near-copies."""
    alerts: int = 0
    """Alerts raised or revised."""
    silent_articles: int = 0
    """Articles in stories on no topic."""
    silent_stories: int = 0
    backfilled: int = 0
    """Articles older than alerts.max_age, which joined stories and raised nothing."""
    polled: int = 0
    """Feeds that were asked."""
    troubles: tuple[str, ...] = ()
    """Feeds that were asked in vain, each with its cause."""
    cut_off: tuple[str, ...] = ()
    """Feeds of which entries were probably missed between polls."""
    dead_letters: tuple[DeadLetter, ...] = ()
    written: tuple[tuple[str, int], ...] = ()
    """Files of sinks, with the number of alerts in them; and "store" names as (name, 0)."""
    store: str = ""
    """As shown to a person, without a password."""
    next_poll: Seconds | None = None
    later: int = 0
    """Pages and deliveries that wait for a later moment."""

    @property
    def happened(self) -> bool:
        """Was there anything to do?"""
        return bool(self.polled or self.entries or self.articles or self.dead_letters or self.alerts)


def pass_lines(report: PassReport, page: Page) -> Iterator[str]:
    """The closing lines of `run`, `demo` and, a pass, `watch`."""
    yield from _wrapped(_not_alerted(report), page)
    yield from _wrapped(_unread(report), page)
    yield from _wrapped(_cut_off(report), page)
    yield from _wrapped(_counts(report), page)
    yield from _wrapped(_written(report), page)


def nothing_due(next_poll: float | None, now: float, page: Page) -> Iterator[str]:
    """What `run` says when no feed is due."""
    if next_poll is None:
        text = "Nothing is due: there is no feed to poll. Add one: wirewatch feeds add https://..."
    else:
        text = f"Nothing is due; next poll {_in(next_poll, now)}. To poll every feed now: wirewatch run --all"
    yield from _wrapped(text, page)


def _wrapped(text: str, page: Page) -> Iterator[str]:
    yield from page.wrap(text, "", "  ")


def _not_alerted(report: PassReport) -> str:
    parts = []
    if report.silent_articles:
        articles, stories = plural(report.silent_articles, "article"), plural(report.silent_stories, "story", "stories")
        parts.append(f"{articles} in {stories} on no topic of yours")
    if report.backfilled:
        parts.append(f"{plural(report.backfilled, 'article')} too old for an alert joined stories silently")
    return f"Not alerted: {'; '.join(parts)}." if parts else ""


def _unread(report: PassReport) -> str:
    """Each cause by itself while they are few, else their number by reason."""
    letters, troubles = report.dead_letters, [_short(clean(trouble)) for trouble in report.troubles]
    if not letters and not troubles:
        return ""
    if len(troubles) > MOST_CAUSES:
        troubles = [*troubles[:MOST_CAUSES], f"{len(troubles) - MOST_CAUSES:,} more feeds (wirewatch feeds list)"]
    if len(letters) <= MOST_CAUSES:
        causes = [_cause(letter) for letter in letters]
    else:
        reasons = Counter(clean(letter.reason) for letter in letters)
        causes = [f"{count} {reason}" for reason, count in sorted(reasons.items(), key=lambda r: (-r[1], r[0]))]
    where = "wirewatch dead-letters list" if letters else "wirewatch feeds list"
    count = len(letters) + len(report.troubles)
    return f"Could not be read ({count:,}; {where}): {'; '.join([*troubles, *causes])}"


def _cut_off(report: PassReport) -> str:
    if not report.cut_off:
        return ""
    names = [_short(clean(name)) for name in report.cut_off[:MOST_CAUSES]]
    if len(report.cut_off) > MOST_CAUSES:
        names.append(f"{len(report.cut_off) - MOST_CAUSES:,} more")
    return f"Probably missed between polls: entries of {', '.join(names)} (wirewatch feeds health)"


def _cause(letter: DeadLetter) -> str:
    subject, message = clean(letter.subject), clean(letter.message)
    text = message if not subject or subject in message else f"{subject} {message}"
    return _short(text)


def _short(text: str) -> str:
    return text if len(text) <= _MOST_WORDS else text[:_MOST_WORDS] + "…"


def _counts(report: PassReport) -> str:
    statuses = [
        f"{count} {_feed_word(status)}" for status, count in sorted(report.feeds.items(), key=_feed_order) if count
    ]
    feeds = plural(sum(report.feeds.values()), "feed")
    if statuses:
        feeds += f" ({', '.join(statuses)})"
    counts = (
        feeds,
        plural(report.entries, "entry", "entries"),
        plural(report.articles, "article"),
        plural(report.stories, "story", "stories"),
        f"{plural(report.copies, 'copy', 'copies')} folded",
        plural(report.alerts, "alert"),
        span(report.seconds),
    )
    return ", ".join(counts)


def _feed_order(item: tuple[str, int]) -> int:
    known = [status.value for status in (FeedStatus.OK, *(s for s in FeedStatus if s is not FeedStatus.OK))]
    return known.index(item[0]) if item[0] in known else len(known)


def _feed_word(status: str) -> str:
    return next((word for known, word in FEED_WORDS.items() if known == status), status)


def _written(report: PassReport) -> str:
    places = [f"{clean(name)} ({count:,})" for name, count in report.written]
    if report.store:
        places.append(f"store {clean(report.store)}")
    parts = [f"Written: {', '.join(places)}."] if places else []
    ahead = ["Your own feeds: wirewatch feeds add https://..."]
    if report.later:
        ahead.append(f"{report.later:,} waiting for later")
    if report.next_poll is not None:
        ahead.append(f"next poll {_in(report.next_poll, report.now)}")
    return " ".join([*parts, "; ".join(ahead)])


def _in(then: float, now: float) -> str:
    return f"in {span(then - now)}" if then > now else "is due now"
