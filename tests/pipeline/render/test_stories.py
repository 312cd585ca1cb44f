"""Stories and comparisons explained."""

import msgspec

from pipeline.render.stories import comparison_text, story_text
from pipeline.render.terminal import Page
from tests.transforms.alerts.fakes import AXIOS, NOON
from transforms.model import Article, Evidence, Membership, Relation, Relevance, Signal, Story
from transforms.stories.explain import Explanation

FIRST = Article("a1", "http://eastern-desk.newsroom/n/114", "US weighs talks", "text", NOON - 1740, "Eastern Desk")
SECOND = Article("a2", "http://kwr.newsroom/us-dprk", "Talks weighed - Axios", "text", NOON, "Kyiv Wire Review")
SIGNALS = (Signal("names", 0.31, "9 names shared"), Signal("credited outlet", 0.6, "Axios in both"))
MEMBERS = [
    (FIRST, Membership("a1", "4f2a", "4f2a", Relation.FIRST)),
    (
        SECOND,
        Membership(
            *("a2", "4f2a", "99cc", Relation.REWRITE, 0.91, "same credited outlet", "a1", SIGNALS, "77c1", 0.41),
        ),
    ),
]
STORY = Story("4f2a", "en", "US weighs talks", NOON - 1740, NOON, "a1", 2, 2, AXIOS, (AXIOS,))


def test_a_story_explains_each_membership():
    topics = {
        "North Korea": Relevance("north-korea", True, 0.8, (Evidence("DPRK", "title"),)),
        "Grain": Relevance("grain", False, 0.1),
    }
    assert (
        story_text(STORY, MEMBERS, Page(100), topics)
        == """\
STORY 4f2a                                                      27 Apr 11:32 UTC to 27 Apr 12:01 UTC
  US weighs talks
  2 articles of 2 outlets. First reported by Axios (in no feed of yours): Source: Axios. 1
  independent origin: Axios.
  Topic North Korea (0.80): "DPRK" (title)

  27 Apr 11:32 UTC  Eastern Desk                                                         first, 1.00
    US weighs talks
    http://eastern-desk.newsroom/n/114

  27 Apr 12:01 UTC  Kyiv Wire Review                                                   rewrite, 0.91
    Talks weighed - Axios
    http://kwr.newsroom/us-dprk
    Matched with Eastern Desk (a1): same credited outlet
      +0.60  credited outlet  Axios in both
      +0.31  names            9 names shared
    Placed first in story 99cc, moved here by a repair.
    Next best was story 77c1 (0.41)."""
    )


def test_what_else_a_story_may_say():
    story = msgspec.structs.replace(
        STORY, origin=None, merged_into="00aa", follows="00bb", independent_origins=(), title="\x1b[2J"
    )
    lonely = msgspec.structs.replace(MEMBERS[1][1], matched="gone")
    because = msgspec.structs.replace(MEMBERS[0][1], reason="no story of the last 7 days is near")
    unread = msgspec.structs.replace(FIRST, unread="403", outlet="", title="")
    text = story_text(story, [(unread, because), (SECOND, lonely)], Page())
    for says in (
        "�[2J",
        "Merged into story 00aa: wirewatch stories show 00aa",
        "Follows up story 00bb: wirewatch stories show 00bb",
        "Who reported first is not known.",
        "Because: no story of the last 7 days is near",
        "Read from the feed only: 403",
        "Matched with an article that is here no longer (gone)",
        "(no title)",
        "UTC  ?",
    ):
        assert says in text
    assert "\x1b" not in text


def test_a_comparison_gives_its_verdict_and_each_signal():
    found = Explanation(True, 0.91, 0.62, Relation.REWRITE, SIGNALS, "one story: 0.91, needs 0.62")
    assert (
        comparison_text(FIRST, SECOND, found, Page(80))
        == """\
ONE STORY                                                       0.91, needs 0.62

  27 Apr 11:32 UTC  Eastern Desk
    US weighs talks
    http://eastern-desk.newsroom/n/114

  27 Apr 12:01 UTC  Kyiv Wire Review
    Talks weighed - Axios
    http://kwr.newsroom/us-dprk

  The later one rewrites the earlier.
  one story: 0.91, needs 0.62
  +0.60  credited outlet  Axios in both
  +0.31  names            9 names shared"""
    )
    apart = Explanation(False, 0.3, 0.62, Relation.SAME_EVENT, (), "two stories")
    text = comparison_text(FIRST, SECOND, apart, Page())
    assert text.startswith("TWO STORIES")
    assert "same event" not in text
