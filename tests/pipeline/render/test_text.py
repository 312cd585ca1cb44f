"""Alerts as a person reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.render.terminal import Page
from pipeline.render.text import alert_text, evidence, matches
from tests.transforms.alerts.fakes import AXIOS, NOON, alert, member
from transforms.model import AlertState, Evidence, Origin, Relation

MERIDIAN = Origin("Meridian Agency", in_feeds=True)
COPIES = (
    member("o", NOON - 9000, outlet="Meridian Agency", relation=Relation.FIRST, reason=""),
    member("c1", NOON - 8000, outlet="Harbour Post", relation=Relation.COPY, share=1.0, reason=""),
    member("c2", NOON - 7000, outlet="Daily Ledger", relation=Relation.COPY, share=0.61, reason=""),
    member("c3", NOON, outlet="Sud-Kurier", relation=Relation.NEAR_COPY, share=0.38, reason=""),
)


def shown(page=None, **changes):
    return alert_text(alert(**changes), 1, page or Page())


def test_a_new_alert():
    assert (
        shown()
        == """\
ALERT 1  North Korea                                                                     new, 27 Apr 12:01 UTC
  US weighs new talks with Kim Jong Un
  First reported by Axios (in no feed of yours). Retold by 2 outlets. 1 independent origin.
    11:32  Eastern Desk      first    "Source: Axios."         http://kwr.newsroom/a1
    12:01  Kyiv Wire Review  rewrite  headline ends "- Axios"  http://kwr.newsroom/a2
  One story because: same credited outlet: Axios; 9 names shared
  Matched: "North Korea" (title, 11 times), "Kim Jong*" (text)                     wirewatch stories show 4f2a"""
    )


def test_a_revision_of_a_wire_report_on_a_narrow_page():
    text = shown(
        Page(60),
        members=COPIES,
        origin=MERIDIAN,
        outlets=4,
        state=AlertState.REVISED,
        revision=3,
        changes=("outlets: 1, now 4", "12 killed, now 20"),
        follow_up='"Second port reopens", story 77c1',
        reasons=(),
    )
    assert (
        text
        == """\
ALERT 1  North Korea           revised (3), 27 Apr 12:01 UTC
  US weighs new talks with Kim Jong Un
  First reported by Meridian Agency. 4 outlets: 1 original,
  3 copies cut to 100, 61, 38 %. 1 independent origin.
  Changed: outlets: 1, now 4; 12 killed, now 20
    09:31  Meridian Agency  first
           http://kwr.newsroom/o
    09:47  Harbour Post     copy       100 % of the original
           http://kwr.newsroom/c1
    10:04  Daily Ledger     copy       61 % of the original
           http://kwr.newsroom/c2
    12:01  Sud-Kurier       near-copy  38 % of the original
           http://kwr.newsroom/c3
  Follow-up: "Second port reopens", story 77c1
  Matched: "North Korea" (title, 11 times), "Kim Jong*"
    (text)                       wirewatch stories show 4f2a"""
    )


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"origin": None, "outlets": 1}, "Who reported first is not known. 1 outlet."),
        ({"origin": MERIDIAN}, "First reported by Meridian Agency. 2 outlets."),
        ({"members": (*COPIES, *COPIES[:1])}, ": 2 reports, 3 copies cut to 100, 61, 38 %."),
        ({"members": (member(relation=Relation.COPY),)}, ": 1 copy."),
        ({"independent_origins": (AXIOS, MERIDIAN)}, "2 independent origins."),
        ({"independent_origins": ()}, "Retold by 2 outlets.\n"),
        ({"state": AlertState.MERGED, "revision": 4, "merged_into": "00ff"}, "Carries on as alert 00ff"),
        ({"title": ""}, "(no title)"),
        ({"matched": ()}, "Matched: the topic"),
        ({"topic_name": ""}, "ALERT 1  north-korea "),
        ({"members": (member(outlet=""),)}, "12:01  ?  rewrite"),
        (
            {"members": tuple(member(str(n)) for n in range(20))},
            "... and 8 more: wirewatch alerts show 00a1b2c3d4e5f607",
        ),
    ],
)
def test_what_an_alert_says(changes, says):
    assert says in shown(Page(160), **changes)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"credit": "Source: Axios."}, '"Source: Axios."'),
        ({"credit": 'ends "- Axios"'}, 'ends "- Axios"'),
        ({"share": 0.614, "relation": Relation.COPY}, "61 % of the original"),
        ({"share": 1.0, "relation": Relation.FIRST, "reason": ""}, ""),
        ({"unread": "403", "reason": ""}, "text not readable: 403"),
        ({"unread": "403"}, "same credited outlet: Axios; text not readable: 403"),
    ],
)
def test_a_members_evidence(changes, says):
    assert evidence(member(**changes)) == says


def test_matches_are_counted_and_capped():
    assert matches(()) == ""
    assert matches((Evidence('"a b" NEAR c', "lead", 1200),)) == '"a b" NEAR c (lead, 1,200 times)'
    assert matches(tuple(Evidence(str(n), "text") for n in range(9))).endswith('"5" (text), and 3 more')


HOSTILE = "\x1b[2J\x1b]8;;http://evil\x07title\r\n\u202e<script>\x00"


def test_hostile_text_in_every_field_reaches_no_terminal():
    text = shown(
        title=HOSTILE,
        topic_name=HOSTILE,
        origin=Origin(HOSTILE),
        members=(member(title=HOSTILE, outlet=HOSTILE, credit=HOSTILE, url="http://x/\x1b[0m", unread=HOSTILE),) * 2,
        matched=(Evidence(HOSTILE, HOSTILE),),
        reasons=(HOSTILE,),
        changes=(HOSTILE,),
        follow_up=HOSTILE,
    )
    assert not any(char in text for char in "\x1b\x07\r\x00\u202e\u009b")
    assert all(line.startswith(("ALERT ", "  ")) for line in text.splitlines())


@given(st.text(), st.text(), st.integers(40, 160))
def test_any_title_and_outlet_can_be_printed(title, outlet, width):
    text = shown(Page(width), title=title, members=(member(outlet=outlet),))
    assert "http://kwr.newsroom/a1" in text


def test_a_terminal_shows_the_head_in_bold():
    head, title, *_ = shown(Page(colour=True)).splitlines()
    assert head.startswith("\x1b[1mALERT 1  North Korea\x1b[0m ")
    assert title == "\x1b[1m  US weighs new talks with Kim Jong Un\x1b[0m"
