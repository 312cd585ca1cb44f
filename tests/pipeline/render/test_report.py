"""A run's closing lines."""

import msgspec
import pytest

from pipeline.render.report import PassReport, nothing_due, pass_lines
from pipeline.render.terminal import Page
from tests.transforms.alerts.fakes import NOON
from transforms.model import DeadLetter

REPORT = PassReport(
    now=NOON,
    seconds=21.2,
    feeds={"gone": 1, "ok": 13, "not-a-feed": 1, "moved": 1, "failing": 0},
    entries=86,
    articles=83,
    stories=22,
    copies=3,
    alerts=2,
    silent_articles=77,
    silent_stories=20,
    dead_letters=(
        DeadLetter("FollowFeeds", "http-410", "gone-gazette 410, feed retired", "gone-gazette"),
        DeadLetter("FollowFeeds", "robots", "forbidden by robots.txt", "evening-star/secret"),
    ),
    written=(("out/alerts.jsonl", 2),),
    store="out/demo.db",
    next_poll=NOON + 58 * 60,
)


def lines(report=REPORT, page=None, **changes):
    return list(pass_lines(msgspec.structs.replace(report, **changes), page or Page(150)))


def test_a_run_ends_with_what_it_did_and_what_comes_next():
    assert "\n".join(lines()) == (
        "Not alerted: 77 articles in 20 stories on no topic of yours.\n"
        "Could not be read (2; wirewatch dead-letters list): gone-gazette 410, feed retired; "
        "evening-star/secret forbidden by robots.txt\n"
        "16 feeds (13 ok, 1 moved, 1 gone, 1 not a feed), 86 entries, 83 articles, 22 stories, 3 copies folded, "
        "2 alerts, 21 s\n"
        "Written: out/alerts.jsonl (2), store out/demo.db. Your own feeds: wirewatch feeds add https://...; "
        "next poll in 58 min"
    )


def test_a_run_with_nothing_to_tell_is_short():
    assert lines(PassReport(now=NOON)) == [
        "0 feeds, 0 entries, 0 articles, 0 stories, 0 copies folded, 0 alerts, 0 s",
        "Your own feeds: wirewatch feeds add https://...",
    ]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"backfilled": 5}, "on no topic of yours; 5 articles too old for an alert joined stories silently."),
        (
            {"silent_articles": 0, "backfilled": 1},
            "Not alerted: 1 article too old for an alert joined stories silently.",
        ),
        ({"next_poll": NOON - 1}, "next poll is due now"),
        ({"later": 3}, "3 waiting for later; next poll"),
        ({"feeds": {"odd": 2, "ok": 1}}, "3 feeds (1 ok, 2 odd)"),
        ({"feeds": {"new": 1}}, "1 feed (1 not polled yet)"),
        (
            {"dead_letters": REPORT.dead_letters[:1] * 7},
            "Could not be read (7; wirewatch dead-letters list): 7 http-410",
        ),
        ({"dead_letters": (DeadLetter("s", "r", "m" * 999, "\x1b"),)}, "� " + "m" * 158 + "…"),
    ],
)
def test_what_the_closing_lines_say(changes, says):
    assert says in " ".join(lines(page=Page(400), **changes))


def test_lines_are_wrapped_to_the_page():
    assert all(len(line) <= 60 for line in lines(page=Page(60)))


def test_nothing_due():
    assert list(nothing_due(NOON + 3480, NOON, Page())) == [
        "Nothing is due; next poll in 58 min. To poll every feed now: wirewatch run --all"
    ]
    assert "there is no feed to poll" in next(nothing_due(None, NOON, Page()))
