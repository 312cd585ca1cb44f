"""Which alert a story raises or revises on a topic, when, and what became of alerts when two stories merge.

Pure: the clock, the settings and what was told before come as arguments.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise

import msgspec

from transforms.alerts.facts import changed_facts
from transforms.alerts.hours import after_quiet, parse_quiet, parse_zone
from transforms.config import AlertsConfig
from transforms.model import Alert, AlertMember, AlertState, Origin, Record, Relevance, Seconds, Story, Topic


class StoryView(Record, frozen=True):
    """A story as an alert tells it."""

    story: Story
    members: tuple[AlertMember, ...] = ()
    """In order of publication."""
    relevance: dict[str, Relevance] = msgspec.field(default_factory=dict)
    """Topic id -> its judgement, merged over the members (transforms.alerts.relevance.merge_by_topic)."""
    reasons: tuple[str, ...] = ()
    """Why these are one story, in words."""
    youngest: Seconds | None = None
    """Publication time of the newest member that counts as news (not a backfilled one); None: none does."""
    facts: tuple[str, ...] = ()
    """What the members state (transforms.alerts.facts.story_facts)."""
    follow_up: str = ""
    """For a person: the story that this one follows up."""
    corrected: str = ""
    """What a person has changed about the story just now: worth a revision of each alert that it has, however old."""


class ReviseOn(Record, frozen=True):
    """What is worth a revision, as AlertsConfig.revise_on names it."""

    origin: bool = False
    """Another origin, or another number of independent origins."""
    outlets: tuple[int, ...] = ()
    """Numbers of outlets at which a story is told again."""
    facts: bool = False
    """A material fact changed."""


def alert_id(topic_id: str, story_id: str) -> str:
    """An alert's id: 16 hex digits of the SHA-256 of (topic id, story id at first raising)."""
    return hashlib.sha256(json.dumps([topic_id, story_id]).encode()).hexdigest()[:16]


@lru_cache(maxsize=64)
def parse_revise_on(names: tuple[str, ...]) -> ReviseOn:
    """Reads ("origin", "outlets:2,5,10,20", "facts").

    Raises:
        ValueError: a name that is none of these, or numbers of outlets that do not grow from 2 on.
    """
    origin = facts = False
    outlets: tuple[int, ...] = ()
    for name in names:
        if name == "origin":
            origin = True
        elif name == "facts":
            facts = True
        elif match := re.fullmatch(r"outlets:\s*(\d{1,6}(?:\s*,\s*\d{1,6})*)", name):
            outlets = tuple(int(number) for number in match[1].split(","))
            if outlets[0] < 2 or any(b <= a for a, b in pairwise(outlets)):
                raise ValueError(f'revise_on has {name!r}; numbers of outlets grow from 2 on, "outlets:2,5,10,20"')
        else:
            raise ValueError(f'revise_on has {name!r}; it may hold "origin", "outlets:2,5,10,20" and "facts"')
    return ReviseOn(origin, outlets, facts)


def decide_alert(
    view: StoryView, topic: Topic, previous: Alert | None, now: float, config: AlertsConfig
) -> Alert | None:
    """The alert to raise, the next revision, or None: nothing to tell.

    Args:
        view: the story as it stands.
        topic: the topic it may concern.
        previous: the latest revision of this story's alert on the topic; None: it has none.
        now: seconds since the epoch; in a replay the greatest publication time so far.
        config: when a person is told.
    """
    if view.corrected and previous is not None and previous.state is not AlertState.MERGED:
        changes = (view.corrected, *what_changed(previous, view, parse_revise_on(config.revise_on)))
        return _compose(view, topic, previous, now, config, changes)
    judgement = view.relevance.get(topic.id)
    fresh = view.youngest is not None and now - view.youngest <= config.max_age
    if view.story.merged_into or judgement is None or not judgement.relevant or not fresh:
        return None
    if previous is None:
        return _compose(view, topic, None, now, config, ())
    if previous.state is AlertState.MERGED:
        return None
    changes = what_changed(previous, view, parse_revise_on(config.revise_on))
    return _compose(view, topic, previous, now, config, changes) if changes else None


def what_changed(previous: Alert, view: StoryView, revise_on: ReviseOn) -> tuple[str, ...]:
    """What a revision would tell, in words; empty: nothing that is worth one."""
    changes: list[str] = []
    story = view.story
    if revise_on.origin:
        if not _same_origin(previous.origin, story.origin):
            changes.append(f"origin: {_origin_name(previous.origin)}, now {_origin_name(story.origin)}")
        before, after = len(previous.independent_origins), len(story.independent_origins)
        if before != after:
            changes.append(f"independent origins: {before}, now {after}")
    if any(previous.outlets < threshold <= story.outlets for threshold in revise_on.outlets):
        changes.append(f"outlets: {previous.outlets}, now {story.outlets}")
    if revise_on.facts:
        changes.extend(changed_facts(previous.facts, view.facts))
    return tuple(changes)


def merge_alerts(
    survivor: StoryView,
    loser: str,
    alerts: Iterable[Alert],
    topics: Mapping[str, Topic],
    now: float,
    config: AlertsConfig,
) -> tuple[Alert, ...]:
    """The revisions that a merge of two stories leaves, at most one an alert.

    Where only the loser has an alert on a topic, it passes to the survivor as its next revision; where both have one,
    the loser's gets a last revision that names the survivor's. What the survivor's own alert then has to tell is
    decide_alert's business, with these as `previous`.

    Args:
        survivor: the surviving story as it stands after the merge.
        loser: id of the story that points to it now.
        alerts: the latest revisions of both stories' alerts.
        topics: topics by id; an alert of a topic that is followed no longer keeps what it said of it.
        now: seconds since the epoch.
        config: when a person is told.
    """
    open_alerts = [alert for alert in alerts if alert.state is not AlertState.MERGED]
    kept = {alert.topic: alert for alert in open_alerts if alert.story == survivor.story.id}
    left = []
    for alert in sorted(open_alerts, key=lambda a: (a.first_raised, a.id)):
        if alert.story != loser:
            continue
        if (other := kept.get(alert.topic)) is not None:
            left.append(_last(alert, other, now, config))
            continue
        topic = topics.get(alert.topic) or Topic(alert.topic, alert.topic_name, sinks=alert.sinks)
        same = f"one story with {survivor.story.title!r} now"
        changes = (same, *what_changed(alert, survivor, parse_revise_on(config.revise_on)))
        passed = _compose(survivor, topic, alert, now, config, changes)
        kept[alert.topic] = passed
        left.append(passed)
    return tuple(left)


def due(previous: Alert | None, now: float, config: AlertsConfig) -> float:
    """When a revision decided now may be delivered: now, or after the cooldown and the quiet hours.

    A revision that replaces one which is still held takes over its hold, so a story that moves all the time is told
    once a cooldown and never put off for good.
    """
    at = now
    if previous is not None:
        at = previous.due if previous.due > now else max(now, max(previous.raised, previous.due) + config.cooldown)
    return after_quiet(at, parse_quiet(config.quiet), parse_zone(config.time_zone))


def _compose(
    view: StoryView,
    topic: Topic,
    previous: Alert | None,
    now: float,
    config: AlertsConfig,
    changes: tuple[str, ...],
) -> Alert:
    story = view.story
    # A revision that takes the place of one not yet told says what that one would have said, too.
    held = previous is not None and previous.due > now
    if previous is None or (held and previous.state is AlertState.NEW):
        state, changes = AlertState.NEW, ()
    else:
        state = AlertState.REVISED
        changes = tuple(dict.fromkeys((*previous.changes, *changes))) if held else changes
    judgement = view.relevance.get(topic.id)
    return Alert(
        id=alert_id(topic.id, story.id) if previous is None else previous.id,
        revision=1 if previous is None else previous.revision + 1,
        state=state,
        topic=topic.id,
        topic_name=topic.name,
        story=story.id,
        title=story.title,
        raised=now,
        first_raised=now if previous is None else previous.first_raised,
        origin=story.origin,
        outlets=story.outlets,
        independent_origins=story.independent_origins,
        members=view.members,
        matched=judgement.evidence if judgement is not None else previous.matched if previous is not None else (),
        reasons=view.reasons,
        changes=changes,
        facts=view.facts,
        follow_up=view.follow_up,
        sinks=topic.sinks,
        due=due(previous, now, config),
    )


def _last(alert: Alert, other: Alert, now: float, config: AlertsConfig) -> Alert:
    """The last revision of an alert whose story has merged into another alert's."""
    content = {field: getattr(alert, field) for field in alert.__struct_fields__}
    content |= {
        "revision": alert.revision + 1,
        "state": AlertState.MERGED,
        "raised": now,
        "changes": (f"one story with {other.title!r} now",),
        "merged_into": other.id,
        "due": due(alert, now, config),
    }
    return Alert(**content)


def _same_origin(one: Origin | None, other: Origin | None) -> bool:
    if one is None or other is None:
        return one is other
    if one.domain and other.domain:
        return one.domain == other.domain
    return one.name.casefold() == other.name.casefold()


def _origin_name(origin: Origin | None) -> str:
    return "unknown" if origin is None else origin.name
