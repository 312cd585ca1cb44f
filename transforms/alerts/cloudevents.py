"""An alert for programs: a CloudEvents 1.0 event in JSON. What stands here is a contract; fields are only ever added.

The event's id is `<alert id>.<revision>` and has one content for ever: its time is the moment of the decision, not of
the sending. docs/schemas/alert.json is generated from AlertData, feed_health.json from FeedHealthData: an alert about a
feed's health is an event of a type of its own, so that programs which read stories need not know it.
"""

import json
import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from transforms.model import Alert, AlertMember, AlertState, FeedCondition, FeedHealth, Origin, Relation

CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
SOURCE = "urn:wirewatch:alerts"
SCHEMA = "urn:wirewatch:schema:alert:1"
HEALTH_SCHEMA = "urn:wirewatch:schema:feed_health:1"
TYPES = {
    AlertState.NEW: "org.wirewatch.alert.raised",
    AlertState.REVISED: "org.wirewatch.alert.revised",
    AlertState.MERGED: "org.wirewatch.alert.merged",
}

Time = Annotated[str, Meta(description="RFC 3339, UTC", extra_json_schema={"format": "date-time"})]
Count = Annotated[int, Meta(ge=0)]


class Data(msgspec.Struct, frozen=True):
    """Base of what an event's data is made of."""


class OriginData(Data, frozen=True):
    """Who reported first, as far as the evidence shows."""

    name: str
    domain: Annotated[str, Meta(description="registrable domain; empty when it is not known")]
    in_feeds: Annotated[bool, Meta(description="is it one of the person's own feeds?")]
    evidence: Annotated[str, Meta(description="the words or the link that say so")]


class MemberData(Data, frozen=True):
    """One article of the story, with the evidence for its place in it."""

    article_id: str
    url: str
    title: str
    outlet: str
    published: Time
    relation: Relation
    score: Annotated[float, Meta(ge=0, le=1, description="how surely it belongs to the story")]
    reason: Annotated[str, Meta(description="why it belongs to the story, in words")]
    matched: Annotated[str | None, Meta(description="article_id of the member it was matched with")]
    credit: Annotated[str | None, Meta(description="the words that credit another outlet")]
    share: Annotated[float | None, Meta(description="of a copy: the share of the original's words it keeps, 0 to 1")]
    unread: Annotated[str | None, Meta(description="why only the feed's summary could be read")]


class MatchData(Data, frozen=True):
    """What of the story answers the topic."""

    what: Annotated[str, Meta(description="the part of the query, or of the description, that was found")]
    field: Annotated[str, Meta(description="title, lead, text or meaning")]
    count: Count
    snippet: str


class TopicData(Data, frozen=True):
    """The topic that the alert is about."""

    id: Annotated[str, Meta(description="never changes")]
    name: str


class AlertData(Data, frozen=True):
    """One revision of an alert; it replaces the one before."""

    alert_id: str
    revision: Annotated[int, Meta(ge=1)]
    state: AlertState
    topic: TopicData
    story_id: str
    title: str
    raised: Annotated[Time, Meta(description="when this revision was decided; RFC 3339, UTC")]
    first_raised: Annotated[Time, Meta(description="when the alert's first revision was decided; RFC 3339, UTC")]
    origin: Annotated[OriginData | None, Meta(description="null: not known")]
    outlets: Annotated[int, Meta(ge=0, description="outlets that carry the story")]
    independent_origin_count: Count
    independent_origins: list[OriginData]
    members: Annotated[list[MemberData], Meta(description="in order of publication")]
    matched: list[MatchData]
    reasons: Annotated[list[str], Meta(description="why these are one story, in words")]
    changes: Annotated[list[str], Meta(description="what changed since the revision before, in words")]
    facts: Annotated[list[str], Meta(description='numbers with what they count: "12 killed"')]
    merged_into: Annotated[str | None, Meta(description="state merged: the alert_id that carries on")]
    follow_up: Annotated[str | None, Meta(description="the story that this one follows up, in words")]


class AlertEvent(Data, frozen=True):
    """The envelope: a CloudEvents 1.0 event in structured JSON."""

    specversion: Annotated[str, Meta(pattern=r"^1\.0$")]
    id: Annotated[str, Meta(description="<alert id>.<revision>; a repeat under the same id is the same event")]
    source: str
    type: Annotated[str, Meta(pattern=r"^org\.wirewatch\.alert\.(raised|revised|merged)$")]
    subject: Annotated[str, Meta(description="topics/<topic id>/stories/<story id>")]
    time: Time
    datacontenttype: str
    dataschema: str
    data: AlertData


class HealthState(StrEnum):
    """What a revision about a feed's health says."""

    NEW = "new"
    REVISED = "revised"
    CLOSED = "closed"
    """The feed is well again."""


class FeedHealthData(Data, frozen=True):
    """One revision of an alert about a feed's health; it replaces the one before."""

    alert_id: str
    revision: Annotated[int, Meta(ge=1)]
    state: HealthState
    feed_url: str
    feed_name: Annotated[str, Meta(description="the outlet's name; empty: not known")]
    condition: FeedCondition
    title: str
    what: Annotated[str, Meta(description="what was seen, in words")]
    advice: Annotated[str, Meta(description="what to do, in words")]
    since: Annotated[Time | None, Meta(description="when the trouble began; null: not known")]
    raised: Annotated[Time, Meta(description="when this revision was decided; RFC 3339, UTC")]
    first_raised: Annotated[Time, Meta(description="when the alert's first revision was decided; RFC 3339, UTC")]
    last_success: Annotated[Time | None, Meta(description="last good answer; null: never")]
    last_new_entry: Annotated[Time | None, Meta(description="null: none yet")]
    failures: Annotated[int, Meta(ge=0, description="polls that failed in a row")]
    cause: Annotated[str, Meta(description="why the last poll failed; empty: it did not")]
    usual_week: Annotated[float | None, Meta(description="new entries of a usual week; null: not known yet")]
    last_week: Annotated[int | None, Meta(description="new entries of the last seven days")]


class FeedHealthEvent(Data, frozen=True):
    """The envelope: a CloudEvents 1.0 event in structured JSON."""

    specversion: Annotated[str, Meta(pattern=r"^1\.0$")]
    id: Annotated[str, Meta(description="<alert id>.<revision>; a repeat under the same id is the same event")]
    source: str
    type: Annotated[str, Meta(pattern=r"^org\.wirewatch\.feed\.(raised|revised|closed)$")]
    subject: Annotated[str, Meta(description="the feed's URL")]
    time: Time
    datacontenttype: str
    dataschema: str
    data: FeedHealthData


HEALTH_TYPES = {
    HealthState.NEW: "org.wirewatch.feed.raised",
    HealthState.REVISED: "org.wirewatch.feed.revised",
    HealthState.CLOSED: "org.wirewatch.feed.closed",
}


def event_id(alert: Alert) -> str:
    """The id under which one revision is known everywhere."""
    return f"{alert.id}.{alert.revision}"


def to_cloudevent(alert: Alert, source: str = SOURCE) -> dict[str, Any]:
    """The event of one revision, as plain values.

    Args:
        alert: the revision.
        source: URI that tells this installation's alerts from others'.
    """
    event = _alert_event(alert, source) if alert.feed is None else _health_event(alert, alert.feed, source)
    plain: dict[str, Any] = msgspec.to_builtins(event)
    return plain


def health_state(alert: Alert, health: FeedHealth) -> HealthState:
    """What a revision about a feed's health says."""
    if health.condition is FeedCondition.NORMAL:
        return HealthState.CLOSED
    return HealthState.NEW if alert.state is AlertState.NEW else HealthState.REVISED


def _alert_event(alert: Alert, source: str) -> AlertEvent:
    return AlertEvent(
        specversion="1.0",
        id=event_id(alert),
        source=source,
        type=TYPES[alert.state],
        subject=f"topics/{alert.topic}/stories/{alert.story}",
        time=rfc3339(alert.raised),
        datacontenttype="application/json",
        dataschema=SCHEMA,
        data=_data(alert),
    )


def _health_event(alert: Alert, health: FeedHealth, source: str) -> FeedHealthEvent:
    state = health_state(alert, health)
    return FeedHealthEvent(
        specversion="1.0",
        id=event_id(alert),
        source=source,
        type=HEALTH_TYPES[state],
        subject=health.url,
        time=rfc3339(alert.raised),
        datacontenttype="application/json",
        dataschema=HEALTH_SCHEMA,
        data=FeedHealthData(
            alert_id=alert.id,
            revision=alert.revision,
            state=state,
            feed_url=health.url,
            feed_name=health.name,
            condition=health.condition,
            title=alert.title,
            what=health.what,
            advice=health.advice,
            since=_time(health.since),
            raised=rfc3339(alert.raised),
            first_raised=rfc3339(alert.first_raised),
            last_success=_time(health.last_success),
            last_new_entry=_time(health.last_new),
            failures=health.failures,
            cause=health.cause,
            usual_week=health.usual,
            last_week=health.recent,
        ),
    )


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else rfc3339(seconds)


def encode_event(alert: Alert, source: str = SOURCE) -> bytes:
    """The event as one line of JSON, without its end, safe to print, to split into lines and to put into a page."""
    text = json.dumps(to_cloudevent(alert, source), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return _UNSAFE.sub(_escape, text).encode()


def rfc3339(seconds: float) -> str:
    """Seconds since the epoch -> "2026-04-27T09:41:00Z", with milliseconds where there are any."""
    moment = datetime.fromtimestamp(round(seconds, 3), UTC)
    parts = "milliseconds" if moment.microsecond else "seconds"
    return moment.isoformat(timespec=parts).replace("+00:00", "Z")


# JSON allows these inside strings as they are, but programs split lines at some (NEL, LS, PS), terminals obey others
# (DEL, C1), readers are misled by the direction marks, and "<" ends a script element.
_UNSAFE = re.compile("[<\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return "\\ufffd" if 0xD800 <= code <= 0xDFFF else f"\\u{code:04x}"  # half a surrogate pair is no character


def _data(alert: Alert) -> AlertData:
    return AlertData(
        alert_id=alert.id,
        revision=alert.revision,
        state=alert.state,
        topic=TopicData(alert.topic, alert.topic_name),
        story_id=alert.story,
        title=alert.title,
        raised=rfc3339(alert.raised),
        first_raised=rfc3339(alert.first_raised),
        origin=None if alert.origin is None else _origin(alert.origin),
        outlets=alert.outlets,
        independent_origin_count=len(alert.independent_origins),
        independent_origins=[_origin(origin) for origin in alert.independent_origins],
        members=[_member(member) for member in alert.members],
        matched=[MatchData(piece.what, piece.field, piece.count, piece.snippet) for piece in alert.matched],
        reasons=list(alert.reasons),
        changes=list(alert.changes),
        facts=list(alert.facts),
        merged_into=alert.merged_into or None,
        follow_up=alert.follow_up or None,
    )


def _origin(origin: Origin) -> OriginData:
    return OriginData(origin.name, origin.domain, origin.in_feeds, origin.evidence)


def _member(member: AlertMember) -> MemberData:
    return MemberData(
        article_id=member.article_id,
        url=member.url,
        title=member.title,
        outlet=member.outlet,
        published=rfc3339(member.published),
        relation=member.relation,
        score=member.score,
        reason=member.reason,
        matched=member.matched or None,
        credit=member.credit or None,
        share=member.share,
        unread=member.unread or None,
    )
