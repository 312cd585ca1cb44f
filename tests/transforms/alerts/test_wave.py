"""What a wave's end has to tell."""

import msgspec

from tests.transforms.alerts.fakes import NOON
from tests.transforms.alerts.test_decide import REUTERS, TOPIC, view
from transforms.alerts.wave import DecideAlerts
from transforms.config import AlertsConfig
from transforms.model import AlertState

GRAIN = msgspec.structs.replace(TOPIC, id="grain", sinks=())
decide = DecideAlerts(lambda: [TOPIC, GRAIN], AlertsConfig(), ("desk", "file"))


def on_both(shown):
    judged = shown.relevance["north-korea"]
    both = {"north-korea": judged, "grain": msgspec.structs.replace(judged, topic="grain")}
    return msgspec.structs.replace(shown, relevance=both)


def by_id(alerts):
    return {alert.id: alert for alert in alerts}


def test_each_topic_has_its_alert_and_one_that_names_no_sinks_has_all():
    raised = decide([on_both(view())], {}, {}, NOON)
    assert [(a.topic, a.sinks, a.revision) for a in raised] == [
        ("north-korea", ("desk",), 1),
        ("grain", ("desk", "file"), 1),
    ]
    assert decide([on_both(view())], {}, by_id(raised), NOON + 60) == []


def test_a_story_that_merged_twice_passes_its_alert_to_the_last_survivor_in_one_revision():
    raised = decide([view("s1")], {}, {}, NOON)
    told = decide([view("s3", origin=REUTERS)], {"s1": "s2", "s2": "s3"}, by_id(raised), NOON + 60)
    assert [(a.id, a.revision, a.story) for a in told] == [(raised[0].id, 2, "s3")]


def test_a_merge_of_two_told_stories_ends_one_and_revises_the_other():
    raised = decide([view("s1"), view("s2")], {}, {}, NOON)
    told = decide([view("s2", outlets=2)], {"s1": "s2"}, by_id(raised), NOON + 60)
    assert [(a.id, a.state, a.merged_into) for a in told] == [
        (raised[0].id, AlertState.MERGED, raised[1].id),
        (raised[1].id, AlertState.REVISED, ""),
    ]
    assert decide([view("s2", outlets=2)], {}, by_id([*raised, *told]), NOON + 90) == []


def test_a_merge_into_a_story_out_of_sight_tells_nothing():
    raised = decide([view("s1")], {}, {}, NOON)
    assert decide([], {"s1": "s2"}, by_id(raised), NOON) == []
