"""The event for programs: its contract, and hostile text in it."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.alerts.fakes import NOON, alert, member
from transforms.alerts.cloudevents import AlertEvent, encode_event, event_id, rfc3339, to_cloudevent
from transforms.model import AlertState


def test_an_alert_is_a_cloudevent_with_everything_a_program_needs():
    assert to_cloudevent(alert()) == {
        "specversion": "1.0",
        "id": "00a1b2c3d4e5f607.1",
        "source": "urn:wirewatch:alerts",
        "type": "org.wirewatch.alert.raised",
        "subject": "topics/north-korea/stories/4f2a",
        "time": "2026-04-27T12:01:00Z",
        "datacontenttype": "application/json",
        "dataschema": "urn:wirewatch:schema:alert:1",
        "data": {
            "alert_id": "00a1b2c3d4e5f607",
            "revision": 1,
            "state": "new",
            "topic": {"id": "north-korea", "name": "North Korea"},
            "story_id": "4f2a",
            "title": "US weighs new talks with Kim Jong Un",
            "raised": "2026-04-27T12:01:00Z",
            "first_raised": "2026-04-27T12:01:00Z",
            "origin": {"name": "Axios", "domain": "axios.com", "in_feeds": False, "evidence": "Source: Axios."},
            "outlets": 2,
            "independent_origin_count": 1,
            "independent_origins": [
                {"name": "Axios", "domain": "axios.com", "in_feeds": False, "evidence": "Source: Axios."}
            ],
            "members": [
                {
                    "article_id": "a1",
                    "url": "http://kwr.newsroom/a1",
                    "title": "US weighs new talks with Kim Jong Un",
                    "outlet": "Eastern Desk",
                    "published": "2026-04-27T11:32:00Z",
                    "relation": "first",
                    "score": 0.91,
                    "reason": "same credited outlet: Axios",
                    "matched": None,
                    "credit": "Source: Axios.",
                    "share": None,
                    "unread": None,
                },
                {
                    "article_id": "a2",
                    "url": "http://kwr.newsroom/a2",
                    "title": "US weighs new talks with Kim Jong Un",
                    "outlet": "Kyiv Wire Review",
                    "published": "2026-04-27T12:01:00Z",
                    "relation": "rewrite",
                    "score": 0.91,
                    "reason": "same credited outlet: Axios",
                    "matched": "a1",
                    "credit": 'headline ends "- Axios"',
                    "share": None,
                    "unread": None,
                },
            ],
            "matched": [
                {"what": "North Korea", "field": "title", "count": 11, "snippet": ""},
                {"what": "Kim Jong*", "field": "text", "count": 1, "snippet": ""},
            ],
            "reasons": ["same credited outlet: Axios", "9 names shared"],
            "changes": [],
            "facts": [],
            "merged_into": None,
            "follow_up": None,
        },
    }


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (AlertState.NEW, "org.wirewatch.alert.raised"),
        (AlertState.REVISED, "org.wirewatch.alert.revised"),
        (AlertState.MERGED, "org.wirewatch.alert.merged"),
    ],
)
def test_the_type_says_what_happened(state, kind):
    event = to_cloudevent(alert(state=state, revision=3), source="urn:x")
    assert (event["type"], event["id"], event["source"]) == (kind, "00a1b2c3d4e5f607.3", "urn:x")


def test_an_alert_without_an_origin_has_null():
    assert to_cloudevent(alert(origin=None))["data"]["origin"] is None


HOSTILE = [
    "line\nfeed\r\nand\ttab",
    "next\u0085line \u2028 \u2029 separators",
    "\x1b[31mred\x1b]0;title\x07",
    "</script><script>alert(1)</script>",
    'quote " backslash \\ \\u0041',
    "\u202egnp.exe right to left \u2066\u2069",
    "\x00\x01\x7f\x9b",
    "\ufeffbom \u200bzero width",
    "<!everyone> @everyone =1+1",
    "Удар по Києву: «20» 🚀",
]


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_stays_one_harmless_line_and_reads_back_as_it_was(title):
    line = encode_event(alert(title=title, members=(member(title=title, outlet=title),)))
    text = line.decode()
    assert len(text.splitlines()) == 1
    assert not any(ord(char) < 32 or 127 <= ord(char) <= 159 for char in text)
    assert not set(text) & set("<\u2028\u2029\u202e\u200b\ufeff")
    assert json.loads(line)["data"]["title"] == title
    assert msgspec.json.decode(line, type=AlertEvent).data.members[0].outlet == title


def test_letters_stay_readable_and_half_a_surrogate_pair_is_replaced():
    line = encode_event(alert(title="Удар \ud800!"))
    assert "Удар \\ufffd!".encode() in line
    assert msgspec.json.decode(line)["data"]["title"] == "Удар \ufffd!"


@given(st.text(), st.floats(0, 4e9))
def test_any_text_and_time_gives_one_line_that_is_equal_each_time(title, raised):
    one = alert(title=title, raised=raised)
    assert encode_event(one) == encode_event(one)
    assert len(encode_event(one).decode().splitlines()) == 1


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "1970-01-01T00:00:00Z"),
        (NOON + 0.25, "2026-04-27T12:01:00.250Z"),
        (NOON + 0.99999, "2026-04-27T12:01:01Z"),
    ],
)
def test_times_are_rfc_3339_in_utc(seconds, text):
    assert rfc3339(seconds) == text


def test_the_event_id_is_the_alert_id_and_the_revision():
    assert event_id(alert(revision=7)) == "00a1b2c3d4e5f607.7"
