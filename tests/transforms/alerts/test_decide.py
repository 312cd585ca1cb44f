"""Which alert is raised or revised, when, and what becomes of alerts when stories merge."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.alerts.fakes import AXIOS, NOON, member
from transforms.alerts.decide import StoryView, alert_id, decide_alert, due, merge_alerts, parse_revise_on
from transforms.config import AlertsConfig
from transforms.model import AlertState, Evidence, Origin, Relevance, Story, Topic

HOUR = 3600.0
TOPIC = Topic("north-korea", "North Korea", sinks=("desk",))
REUTERS = Origin("Reuters", "reuters.com")
CONFIG = AlertsConfig()


def view(story="s1", *, relevant=True, youngest=NOON, facts=(), **changes) -> StoryView:
    fields = {"title": "Talks", "started": NOON, "latest": NOON, "first_article": "a1", "origin": AXIOS}
    fields |= {"independent_origins": (AXIOS,), "outlets": 1}
    return StoryView(
        story=Story(id=story, ledger="en", **(fields | changes)),
        members=(member("a1"),),
        relevance={"north-korea": Relevance("north-korea", relevant, 0.8, (Evidence("DPRK", "title"),))},
        reasons=("9 names shared",),
        youngest=youngest,
        facts=facts,
    )


def test_a_relevant_young_story_raises_an_alert_with_its_evidence():
    alert = decide_alert(view(facts=("3 killed",)), TOPIC, None, NOON + 60, CONFIG)
    assert alert is not None
    assert (alert.revision, alert.state, alert.id) == (1, AlertState.NEW, alert_id("north-korea", "s1"))
    assert (alert.raised, alert.first_raised, alert.due) == (NOON + 60,) * 3
    assert (alert.matched, alert.reasons) == ((Evidence("DPRK", "title"),), ("9 names shared",))
    assert (alert.origin, alert.sinks, alert.changes, alert.facts) == (AXIOS, ("desk",), (), ("3 killed",))


@pytest.mark.parametrize(
    ("silent", "now"),
    [
        (view(relevant=False), NOON),
        (view(), NOON + 24 * HOUR + 1),
        (view(youngest=None), NOON),
        (view(merged_into="s2"), NOON),
        (msgspec.structs.replace(view(), relevance={}), NOON),
    ],
    ids=["on no topic", "old news", "backfilled only", "merged", "not judged"],
)
def test_no_alert_is_raised(silent, now):
    assert decide_alert(silent, TOPIC, None, now, CONFIG) is None


@pytest.mark.parametrize(
    ("then", "changes"),
    [
        (view(), ()),
        (view(title="Talks, updated", size=9), ()),
        (view(origin=REUTERS), ("origin: Axios, now Reuters",)),
        (view(origin=Origin("AXIOS News", "axios.com")), ()),
        (view(origin=Origin("axios")), ()),
        (view(origin=None), ("origin: Axios, now unknown",)),
        (view(independent_origins=(AXIOS, REUTERS)), ("independent origins: 1, now 2",)),
        (view(outlets=2), ("outlets: 1, now 2",)),
        (view(outlets=7), ("outlets: 1, now 7",)),
        (view(outlets=0), ()),
        (view(facts=("20 killed",)), ("12 killed, now 20",)),
        (view(facts=("12 killed", "4 ships")), ()),
        (view(origin=REUTERS, outlets=2), ("origin: Axios, now Reuters", "outlets: 1, now 2")),
    ],
)
def test_a_revision_is_made_for_what_the_person_asked_for_only(then, changes):
    told = decide_alert(view(facts=("12 killed",)), TOPIC, None, NOON, CONFIG)
    revision = decide_alert(then, TOPIC, told, NOON + 2 * HOUR, CONFIG)
    assert (revision.changes if revision else ()) == changes
    if revision:
        assert (revision.revision, revision.state, revision.id) == (2, AlertState.REVISED, told.id)
        assert (revision.first_raised, revision.raised) == (NOON, NOON + 2 * HOUR)
    assert decide_alert(then, TOPIC, told, NOON + 2 * HOUR, AlertsConfig(revise_on=())) is None


def test_a_threshold_is_crossed_once():
    told = decide_alert(view(outlets=5), TOPIC, None, NOON, CONFIG)
    assert decide_alert(view(outlets=9), TOPIC, told, NOON, CONFIG) is None
    assert decide_alert(view(outlets=10), TOPIC, told, NOON, CONFIG).changes == ("outlets: 5, now 10",)


def test_a_revision_waits_for_the_cooldown_and_one_that_replaces_it_takes_over_its_hold():
    first = decide_alert(view(), TOPIC, None, NOON, CONFIG)
    second = decide_alert(view(outlets=2), TOPIC, first, NOON + 100, CONFIG)
    third = decide_alert(view(outlets=5), TOPIC, second, NOON + 200, CONFIG)
    fourth = decide_alert(view(outlets=10), TOPIC, third, NOON + 1000, CONFIG)
    assert [a.due - NOON for a in (first, second, third, fourth)] == [0, 900, 900, 1800]
    assert third.changes == ("outlets: 1, now 2", "outlets: 2, now 5")
    assert fourth.changes == ("outlets: 5, now 10",)
    assert [a.revision for a in (first, second, third, fourth)] == [1, 2, 3, 4]


def test_an_alert_not_yet_told_stays_new_when_it_is_revised_in_its_quiet_hours():
    config = AlertsConfig(quiet="11:00-18:00")
    first = decide_alert(view(), TOPIC, None, NOON, config)
    second = decide_alert(view(outlets=5), TOPIC, first, NOON + HOUR, config)
    assert second.due == first.due > NOON
    assert (second.state, second.changes, second.revision) == (AlertState.NEW, (), 2)


def test_a_merged_alert_is_not_revised():
    told = decide_alert(view(), TOPIC, None, NOON, CONFIG)
    merged = msgspec.structs.replace(told, state=AlertState.MERGED, merged_into="b")
    assert decide_alert(view(origin=REUTERS), TOPIC, merged, NOON, CONFIG) is None


def test_the_losers_only_alert_passes_to_the_survivor():
    loser = decide_alert(view("s1"), TOPIC, None, NOON, CONFIG)
    (passed,) = merge_alerts(view("s0", outlets=2), "s1", [loser], {TOPIC.id: TOPIC}, NOON + HOUR, CONFIG)
    assert (passed.id, passed.revision, passed.state, passed.story) == (loser.id, 2, AlertState.REVISED, "s0")
    assert passed.changes == ("one story with 'Talks' now", "outlets: 1, now 2")
    assert decide_alert(view("s0", outlets=2), TOPIC, passed, NOON + HOUR, CONFIG) is None


def test_where_both_stories_have_an_alert_the_losers_ends_naming_the_survivors():
    kept = decide_alert(view("s0"), TOPIC, None, NOON, CONFIG)
    loser = decide_alert(view("s1"), TOPIC, None, NOON, CONFIG)
    (last,) = merge_alerts(view("s0"), "s1", [kept, loser], {TOPIC.id: TOPIC}, NOON + HOUR, CONFIG)
    assert (last.id, last.revision, last.state, last.merged_into) == (loser.id, 2, AlertState.MERGED, kept.id)
    assert merge_alerts(view("s0"), "s1", [kept, last], {TOPIC.id: TOPIC}, NOON, CONFIG) == ()


def test_an_alert_of_a_topic_followed_no_longer_passes_with_what_it_said():
    loser = decide_alert(view("s1"), TOPIC, None, NOON, CONFIG)
    silent = msgspec.structs.replace(view("s0"), relevance={})
    (passed,) = merge_alerts(silent, "s1", [loser], {}, NOON, CONFIG)
    assert (passed.topic_name, passed.matched, passed.sinks) == ("North Korea", loser.matched, ("desk",))


@pytest.mark.parametrize("names", [("origins",), ("outlets",), ("outlets:5,2",), ("outlets:1",), ("outlets:a",)])
def test_what_is_no_reason_for_a_revision_is_refused_with_the_remedy(names):
    with pytest.raises(ValueError, match="revise_on has"):
        parse_revise_on(names)


STATES = st.lists(
    st.tuples(
        st.sampled_from([None, AXIOS, REUTERS]),
        st.integers(1, 30),
        st.sampled_from([(), ("3 killed",), ("9 killed",), ("9 ships",)]),
        st.booleans(),
        st.floats(0, 4000),
        st.sampled_from(["s0", "s1", "merge"]),
    ),
    max_size=25,
)


@given(STATES, st.sampled_from(["", "22:00-06:00", "12:05-12:30"]))
def test_a_story_however_it_moves_is_told_in_order_and_only_when_something_changed(states, quiet):
    config = AlertsConfig(quiet=quiet, max_age=HOUR)
    now, latest, contents, survivor = NOON, {}, {}, None

    def tell(alert):
        key = (alert.id, alert.revision)
        assert key not in contents, "one content a revision"
        contents[key] = alert
        before = latest.get(alert.id)
        assert alert.revision == (before.revision + 1 if before else 1)
        assert alert.due >= now == alert.raised
        if before:
            assert alert.changes or alert.state is AlertState.NEW
            assert alert.first_raised == before.first_raised
        latest[alert.id] = alert

    for origin, outlets, facts, relevant, wait, what in states:
        now += wait
        story = what if survivor is None and what != "merge" else "s0"
        shown = view(story, relevant=relevant, youngest=now - wait, facts=facts, origin=origin, outlets=outlets)
        if what == "merge" and survivor is None:
            survivor = "s0"
            for alert in merge_alerts(shown, "s1", latest.values(), {TOPIC.id: TOPIC}, now, config):
                tell(alert)
        previous = next((a for a in latest.values() if a.story == story and a.state is not AlertState.MERGED), None)
        alert = decide_alert(shown, TOPIC, previous, now, config)
        if alert is None:
            continue
        tell(alert)
        assert decide_alert(shown, TOPIC, alert, now, config) is None, "told once"
    still_open = [(a.topic, a.story) for a in latest.values() if a.state is not AlertState.MERGED]
    assert len(still_open) == len(set(still_open)), "one open alert a topic and story"


def test_due_is_now_where_nothing_holds():
    assert due(None, NOON, CONFIG) == NOON
