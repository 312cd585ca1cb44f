"""When a change in a feed's health is told, and as what."""

import msgspec

from tests.transforms.alerts.fakes import NOON
from transforms.alerts.cloudevents import to_cloudevent
from transforms.alerts.health import HealthTold, health_change, our_fault
from transforms.config import AlertsConfig
from transforms.model import AlertState, FeedCondition, FeedHealth

URL = "http://post.test/feed"
SINKS = ("desk",)


def health(condition: FeedCondition, **changes) -> FeedHealth:
    return FeedHealth(URL, "The Post", condition, "What was seen.", "What to do.", **changes)


def tell(*conditions: FeedCondition, told: HealthTold | None = None, config: AlertsConfig | None = None):
    """The alerts of a feed that is found so, an hour apart, and what is told at the end."""
    told, alerts = told or HealthTold(), []
    for hours, condition in enumerate(conditions):
        now = NOON + 3600 * hours
        change = health_change(health(condition), told, sinks=SINKS, config=config or AlertsConfig(), now=now)
        if change is not None:
            assert change.before == told
            alerts.append(change.alert)
            told = change.told
    return alerts, told


def test_a_well_feed_is_no_news():
    assert tell(FeedCondition.NORMAL, FeedCondition.NORMAL) == ([], HealthTold())


def test_a_trouble_is_one_alert_revised_as_it_changes_and_closed_with_it():
    well, silent, gone = FeedCondition.NORMAL, FeedCondition.SILENT, FeedCondition.GONE
    alerts, told = tell(well, silent, silent, gone, gone, well, well)
    assert [(one.revision, one.state, one.feed.condition) for one in alerts] == [
        (1, AlertState.NEW, silent),
        (2, AlertState.REVISED, gone),
        (3, AlertState.REVISED, well),
    ]
    assert len({one.id for one in alerts}) == 1
    assert {one.first_raised for one in alerts} == {NOON + 3600}
    assert [one.changes for one in alerts] == [
        (),
        ("silent until now, first told 2 h ago",),
        ("gone until now, first told 4 h ago",),
    ]
    assert [one.title for one in alerts] == [
        "The Post has gone silent",
        "The Post is gone",
        "The Post is well again",
    ]
    assert not told.open


def test_the_next_trouble_is_an_alert_of_its_own():
    alerts, told = tell(*([FeedCondition.SILENT, FeedCondition.NORMAL] * 2))
    assert [one.revision for one in alerts] == [1, 2, 1, 2]
    assert len({one.id for one in alerts}) == 2
    assert told.episode == 2


def test_ids_are_the_same_whoever_finds_it():
    assert [one.id for one in tell(FeedCondition.GONE)[0]] == [one.id for one in tell(FeedCondition.FAILING)[0]]


def test_it_waits_for_the_end_of_quiet_hours():
    ((alert,), _) = tell(FeedCondition.GONE, config=AlertsConfig(quiet="11:00-13:00"))
    assert alert.due == NOON + 3540


def test_most_feeds_failing_at_once_is_our_fault():
    failing, well = FeedCondition.FAILING, FeedCondition.NORMAL
    assert our_fault([failing] * 4 + [well] * 3)
    assert not our_fault([failing] * 4 + [well] * 4)
    assert not our_fault([failing] * 3)
    assert not our_fault([])


def test_programs_get_events_of_a_type_of_its_own():
    alerts, _ = tell(FeedCondition.SILENT, FeedCondition.GONE, FeedCondition.NORMAL)
    events = [to_cloudevent(one) for one in alerts]
    assert [event["type"] for event in events] == [
        f"org.wirewatch.feed.{name}" for name in ("raised", "revised", "closed")
    ]
    assert [event["data"]["state"] for event in events] == ["new", "revised", "closed"]
    assert [event["id"] for event in events] == [f"{alerts[0].id}.{revision}" for revision in (1, 2, 3)]
    assert {(event["subject"], event["dataschema"]) for event in events} == {
        (URL, "urn:wirewatch:schema:feed_health:1")
    }
    assert events[0]["data"]["condition"] == "silent"


def test_an_alert_on_health_survives_the_store():
    ((alert,), _) = tell(FeedCondition.GONE)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(alert), type=type(alert)) == alert
