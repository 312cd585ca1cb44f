"""Stories and comparisons explained."""

import msgspec
import pytest

from pipeline.render.stories import Surroundings, comparison_text, story_text
from pipeline.render.terminal import Page
from tests.transforms.alerts.fakes import AXIOS, NOON
from transforms.model import Article, Evidence, Membership, Relation, Relevance, Signal, Story
from transforms.stories.explain import Explanation

FIRST = Article("a1", "http://eastern-desk.newsroom/n/114", "US weighs talks", "text", NOON - 1740, "Eastern Desk")
SECOND = Article("a2", "http://kwr.newsroom/us-dprk", "Talks weighed - Axios", "text", NOON, "Kyiv Wire Review")
SIGNALS = (Signal("names", 0.31, "9 names shared", 0.1), Signal("credited outlet", 0.6, "Axios in both"))
MEMBERS = [
    (FIRST, Membership("a1", "4f2a", "4f2a", Relation.FIRST)),
    (
        SECOND,
        Membership(
            *("a2", "4f2a", "99cc", Relation.REWRITE, 0.91, "same credited outlet", "a1", SIGNALS, "77c1", 0.41),
        ),
    ),
]
ENVOY = Story("99cc", "en", "Envoy in town", NOON, NOON, "a3")
STORY = Story("4f2a", "en", "US weighs talks", NOON - 1740, NOON, "a1", 2, 2, AXIOS, (AXIOS,))


def test_a_story_explains_each_membership():
    topics = {
        "North Korea": Relevance("north-korea", True, 0.8, (Evidence("DPRK", "title"),)),
        "Grain": Relevance("grain", False, 0.1),
    }
    assert (
        story_text(STORY, MEMBERS, Page(100), topics, Surroundings({"99cc": ENVOY}))
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
    Matched with Eastern Desk, 'US weighs talks': same credited outlet
      +0.03  names            9 names shared [0.31 of 1, weight 0.10]
          -  credited outlet  Axios in both [0.60 of 1, tells the relation]
    First placed in story 99cc ('Envoy in town'); it has been here since a later look.
    Nearest other story when it came: 77c1, 0.41. Not that one: 0.50 is needed."""
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
        "Started the story: no story of the last 7 days is near",
        "Read from the feed only: 403",
        "Matched with an article that is here no longer (not in this story now)",
        "(no title)",
        "UTC  ?",
    ):
        assert says in text
    assert "\x1b" not in text


WHY_NOT = {
    "too far": ({"nearest_other_score": 0.31}, "0.31. Not that one: 0.50 is needed."),
    "the second best": ({"nearest_other_score": 0.61}, "0.61. It would have done, but this one fitted better (0.91)."),
    "merged since": ({"nearest_other": "77c1"}, "('Talks'), 0.41. It is part of this one now."),
    "started by it": ({"relation": Relation.FIRST, "matched": ""}, "('Envoy in town'), 0.41. Not that one: 0.50 is"),
    "moved since": ({"placed": "99cc", "nearest_other_score": 0.61}, "Nearest other story when it came: 99cc ('Envoy"),
}


@pytest.mark.parametrize(("changes", "says"), WHY_NOT.values(), ids=WHY_NOT.keys())
def test_the_nearest_other_story_is_named_and_why_not_that_one(changes, says):
    around = Surroundings(
        {"99cc": ENVOY, "77c1": msgspec.structs.replace(ENVOY, id="77c1", title="Talks", merged_into="4f2a")}
    )
    membership = msgspec.structs.replace(MEMBERS[1][1], **{"placed": "4f2a", "nearest_other": "99cc", **changes})
    text = " ".join(story_text(STORY, [MEMBERS[0], (SECOND, membership)], Page(200), None, around).split())
    assert says in text


def test_an_article_of_another_story_is_named_where_one_was_matched_with_it():
    elsewhere = Article("gone", "http://x.example/1", "Talks near", "text", NOON, "Quay Post")
    lonely = msgspec.structs.replace(MEMBERS[1][1], matched="gone")
    text = story_text(STORY, [MEMBERS[0], (SECOND, lonely)], Page(200), None, Surroundings({}, {"gone": elsewhere}))
    assert "Matched with Quay Post, 'Talks near' (not in this story now): same credited outlet" in text


def test_what_the_signals_say_is_not_said_twice():
    told = msgspec.structs.replace(MEMBERS[1][1], reason="9 names shared; Axios in both")
    text = story_text(STORY, [MEMBERS[0], (SECOND, told)], Page(200))
    assert "Matched with Eastern Desk, 'US weighs talks'\n" in text
    assert text.count("9 names shared") == 1


def test_a_comparison_gives_its_verdict_and_each_signal():
    found = Explanation(True, 0.91, 0.62, Relation.REWRITE, SIGNALS, "one story (0.91, needs 0.62): 9 names shared")
    assert (
        comparison_text(FIRST, SECOND, found, Page(80))
        == """\
ONE STORY                                         the two alone 0.91, needs 0.62

  27 Apr 11:32 UTC  Eastern Desk
    US weighs talks
    http://eastern-desk.newsroom/n/114

  27 Apr 12:01 UTC  Kyiv Wire Review
    Talks weighed - Axios
    http://kwr.newsroom/us-dprk

  The later one rewrites the earlier.
  The two alone: one story (0.91, needs 0.62)
  +0.03  names            9 names shared [0.31 of 1, weight 0.10]
      -  credited outlet  Axios in both [0.60 of 1, tells the relation]"""
    )


APART = Explanation(
    False, 0.3, 0.5, Relation.SAME_EVENT, SIGNALS[:1], "two stories (0.30, needs 0.50): a little alike in names"
)
HERE, THERE = (
    MEMBERS[0][1],
    Membership("a2", "99cc", "99cc", Relation.FIRST, nearest_other="4f2a", nearest_other_score=0.3),
)
TOGETHER = Explanation(True, 0.91, 0.5, Relation.REWRITE, SIGNALS, "one story (0.91, needs 0.50): 9 names shared")
DECIDED = {
    "two stories": (
        APART,
        [HERE, THERE],
        """\
TWO STORIES the two alone 0.30, needs 0.50
They are in two stories: 4f2a ('US weighs talks') and 99cc ('Envoy in town').
When Kyiv Wire Review came, the other's story was the nearest that it did not join: 0.30, 0.50 is needed.
The two alone: two stories (0.30, needs 0.50): a little alike in names
+0.03  names  9 names shared [0.31 of 1, weight 0.10]""",
    ),
    "two stories, though alike": (
        TOGETHER,
        [HERE, msgspec.structs.replace(THERE, nearest_other="")],
        """\
TWO STORIES the two alone 0.91, needs 0.50
They are in two stories: 4f2a ('US weighs talks') and 99cc ('Envoy in town').
The two alone would be one: in their surroundings many articles are as much alike, or a person parted them.
The two alone: one story (0.91, needs 0.50)
+0.03  names            9 names shared [0.31 of 1, weight 0.10]
-  credited outlet  Axios in both [0.60 of 1, tells the relation]""",
    ),
    "one story, though little alike": (
        APART,
        [HERE, msgspec.structs.replace(THERE, story_id="4f2a")],
        """\
ONE STORY the two alone 0.30, needs 0.50
Both are in story 4f2a ('US weighs talks').
The two alone would not be one: the story's other articles hold them together.
They report the same event, each in its own words.
The two alone: two stories (0.30, needs 0.50): a little alike in names
+0.03  names  9 names shared [0.31 of 1, weight 0.10]""",
    ),
}


@pytest.mark.parametrize(("found", "decided", "says"), DECIDED.values(), ids=DECIDED.keys())
def test_a_comparison_says_where_the_two_are_and_how_that_agrees_with_it(found, decided, says):
    text = comparison_text(FIRST, SECOND, found, Page(200), decided, Surroundings({"4f2a": STORY, "99cc": ENVOY}))
    told = [line.strip() for line in text.splitlines() if line.strip()]
    head = " ".join(told[0].split())
    assert [head, *told[7:]] == says.splitlines()
