import msgspec
import numpy as np
import pytest

from tests.articles import DAY, HOUR, NO_OUTLETS, START, article, judged
from transforms.model import Article, Credit, CreditKind, Membership, Relation, Story
from transforms.stories.ports import KnownArticle
from transforms.stories.view import Member, kept_share, story_now, story_view, youngest_news

replace = msgspec.structs.replace
STORY = Story(id="s", ledger="en", title="", started=0.0, latest=0.0, first_article="")


def member(
    read: Article, number: int = 1, relation: Relation = Relation.FIRST, *topics: str, **fields: object
) -> Member:
    made = judged(read, *topics)
    known = KnownArticle(read, made.fingerprint, made.relevance, decided=number, seq=number)
    return known, Membership(read.id, "s", "s", relation, seq=number, **fields)


def in_feeds(_name: str, _domain: str) -> bool:
    return True


def test_a_story_is_what_its_members_make_it():
    first, early = article(hours=5), article(variant=1, hours=1)
    unnamed = article(variant=2, hours=9, outlet="")
    members = [member(one, number) for number, one in enumerate((first, early, unnamed), start=1)]
    story = story_now(STORY, members, NO_OUTLETS, in_feeds)
    assert (story.title, story.size, story.outlets) == (first.title, 3, 3)
    assert (story.started, story.latest) == (START + HOUR, START + 9 * HOUR)
    assert (story.id, story.ledger) == ("s", "en")
    again = story_now(story, [*members, member(article("bank", variant=1), 4)], NO_OUTLETS, in_feeds)
    assert (again.size, again.outlets) == (4, 3), "an outlet counts once"


NOW = START + 2 * DAY


@pytest.mark.parametrize(
    ("fields", "decided_now", "youngest"),
    [
        ({}, True, NOW),
        ({}, False, START),
        ({"seen": START + DAY}, True, NOW),
        ({"seen": START + DAY + 1}, True, START),
        ({"backfilled": True}, True, None),
    ],
    ids=["news of this wave", "news of another", "just young", "old at hand-over", "backfilled"],
)
def test_what_counts_as_news(fields, decided_now, youngest):
    one = article(**fields)
    assert youngest_news([member(one)], {one.id} if decided_now else set(), NOW, DAY) == youngest


def test_the_newest_member_counts():
    old, backfilled = member(article()), member(article(variant=1, hours=40, backfilled=True))
    assert youngest_news([old, backfilled, member(article(variant=2, hours=9))], set(), NOW, DAY) == START + 9 * HOUR
    assert youngest_news([], set(), NOW, DAY) is None


def test_a_view_tells_each_member_with_its_evidence():
    credit = Credit("Axios", evidence="Source: Axios", weight=0.9)
    cited = Credit("BBC", kind=CreditKind.CITED, evidence="told the BBC", weight=1.0)
    first, copy = article(hours=2), article(variant=1, hours=1, outlet="", unread="403")
    known, placed = member(copy, 2, Relation.NEAR_COPY, "ports", matched=first.id, score=0.8, reason="same words")
    known = replace(known, fingerprint=replace(known.fingerprint, credits=(cited, credit)))
    view = story_view(STORY, [member(first, 1, Relation.FIRST, "ports", "money"), (known, placed)], 7.0, "Before")
    told, original = view.members
    assert [told.article_id, original.article_id] == [copy.id, first.id], "in order of publication"
    assert (told.outlet, told.unread, told.credit) == ("gazette1.example", "403", "Source: Axios")
    assert (told.relation, told.score, told.reason, told.matched) == (Relation.NEAR_COPY, 0.8, "same words", first.id)
    assert told.share == 1.0
    assert (original.share, original.credit, original.outlet) == (None, "", "Gazette 0")
    assert (view.youngest, view.follow_up, set(view.relevance)) == (7.0, "Before", {"ports", "money"})
    assert view.reasons == ("same words",)


def test_no_share_is_told_where_the_original_is_elsewhere():
    view = story_view(STORY, [member(article(variant=1), 1, Relation.COPY, matched="gone")], None)
    assert view.members[0].share is None


def joined(number: int, relation: Relation, score: float, reason: str) -> Member:
    return member(article(name=str(number)), number, relation, score=score, reason=reason)


STARTS = joined(1, Relation.FIRST, 1.0, "nothing like it")
COPY = joined(2, Relation.COPY, 0.9, "same words")


@pytest.mark.parametrize(
    ("members", "reasons"),
    [
        ([STARTS], ()),
        ([STARTS, COPY], ("same words",)),
        ([STARTS, COPY, joined(3, Relation.REWRITE, 0.6, "a; b; c; d; e")], ("a", "b", "c", "d")),
        ([joined(3, Relation.REWRITE, 0.6, "weak"), joined(4, Relation.SAME_EVENT, 0.7, "sure")], ("sure",)),
        ([joined(3, Relation.REWRITE, 0.6, "earlier"), joined(4, Relation.REWRITE, 0.6, "later")], ("earlier",)),
        ([STARTS, joined(3, Relation.REWRITE, 0.6, "")], ()),
    ],
    ids=["alone", "a copy", "no copy before a copy", "the surest", "the earlier", "no reason"],
)
def test_the_reasons_are_the_surest_members(members, reasons):
    assert story_view(STORY, members, None).reasons == reasons


@pytest.mark.parametrize(
    ("copy", "original", "share"),
    [((1, 2, 3), (1, 2, 3), 1.0), ((1, 9), (1, 2, 3, 4), 0.25), ((), (1,), 0.0), ((1,), (), 0.0)],
)
def test_the_share_that_a_copy_keeps(copy, original, share):
    assert kept_share(*(np.array(sketch, dtype=np.uint32) for sketch in (copy, original))) == share
