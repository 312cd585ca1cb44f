"""When a change in a feed's health is told, and as what: one alert a trouble, revised as it changes, closed with it; pure.

What was told last stands in the store beside the feed, written together with the alert: so no state is told twice.
"""

import hashlib
import json
from collections.abc import Sequence

from transforms.alerts.hours import after_quiet, parse_quiet, parse_zone
from transforms.config import AlertsConfig
from transforms.model import Alert, AlertState, FeedCondition, FeedHealth, Record, Seconds
from transforms.words import span

LEDGER = "feeds"
"""The road of these alerts in the outbox; no story's ledger is called so."""
TITLES = {
    FeedCondition.GONE: "is gone",
    FeedCondition.FAILING: "cannot be read",
    FeedCondition.SILENT: "has gone silent",
    FeedCondition.DROPPED: "publishes far less than usual",
    FeedCondition.LOSING: "loses entries between polls",
    FeedCondition.MOVED: "has moved for good",
    FeedCondition.NORMAL: "is well again",
}
OURS = 4
"""Feeds, of which more than half fail at once, from which the fault is looked for on our side and not told feed by feed."""


class HealthTold(Record, frozen=True):
    """What was told last of a feed's health."""

    condition: FeedCondition = FeedCondition.NORMAL
    episode: int = 0
    """Troubles told so far."""
    alert_id: str = ""
    revision: int = 0
    first_raised: Seconds = 0.0

    @property
    def open(self) -> bool:
        """Is a trouble told and not closed?"""
        return self.condition is not FeedCondition.NORMAL


class HealthChange(Record, frozen=True):
    """A revision with what it changes."""

    url: str
    alert: Alert
    before: HealthTold
    told: HealthTold


def health_alert_id(url: str, episode: int) -> str:
    """An alert's id: 16 hex digits of the SHA-256 of the feed's URL and the number of its trouble."""
    return hashlib.sha256(json.dumps(["feed", url, episode]).encode()).hexdigest()[:16]


def our_fault(conditions: Sequence[FeedCondition]) -> bool:
    """Do so many feeds fail at once that the network here is to be suspected?"""
    failing = sum(condition is FeedCondition.FAILING for condition in conditions)
    return failing >= OURS and 2 * failing > len(conditions)


def health_change(
    health: FeedHealth, told: HealthTold, *, sinks: tuple[str, ...], config: AlertsConfig, now: Seconds
) -> HealthChange | None:
    """The revision that a feed's condition calls for; None: it was told.

    Args:
        health: as it is now.
        told: what was told last.
        sinks: where it goes.
        config: quiet hours.
        now: seconds since the epoch.
    """
    if health.condition is told.condition:
        return None
    is_new = not told.open
    episode = told.episode + 1 if is_new else told.episode
    alert_id = health_alert_id(health.url, episode) if is_new else told.alert_id
    revision = 1 if is_new else told.revision + 1
    first = now if is_new else told.first_raised
    alert = Alert(
        id=alert_id,
        revision=revision,
        state=AlertState.NEW if is_new else AlertState.REVISED,
        topic="",
        topic_name="Feed health",
        story="",
        title=f"{health.name or health.url} {TITLES[health.condition]}",
        raised=now,
        first_raised=first,
        outlets=0,
        changes=() if is_new else (_change(told, now),),
        sinks=sinks,
        due=after_quiet(now, parse_quiet(config.quiet), parse_zone(config.time_zone)),
        feed=health,
    )
    return HealthChange(health.url, alert, told, HealthTold(health.condition, episode, alert_id, revision, first))


def _change(told: HealthTold, now: Seconds) -> str:
    return f"{told.condition.value} until now, first told {span(max(0.0, now - told.first_raised))} ago"
