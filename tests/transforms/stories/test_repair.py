"""Second looks: young stories grouped anew, by the memory and the number alone."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tests.transforms.stories.press import (
    BANK,
    BANK_RETOLD,
    FIRE,
    PORT,
    PORT_RETOLD,
    STRIKE,
    filled,
    judged,
    known_of,
    membership_of,
    take,
)
from transforms.config import StoriesConfig
from transforms.model import Relation, Story
from transforms.stories.affinity import GROWN, crowd, fits, link, story_crowd
from transforms.stories.decide import decide
from transforms.stories.grouping import group
from transforms.stories.memory import StoriesMemory
from transforms.stories.repair import EVERY, Merge, Move, repair
from transforms.stories.weights import shipped_weights


def sixteen() -> list:
    """Sixteen articles on four events, in turn."""
    texts = {"port": (PORT, PORT_RETOLD), "bank": (BANK, BANK_RETOLD), "strike": (STRIKE,), "fire": (FIRE,)}
    titles = {
        "port": "Karlshavn basin shut",
        "bank": "Brenner Bank dismisses Hlavka",
        "strike": "Drivers walk out",
        "fire": "Film archive burnt",
    }
    return [
        judged(f"{event}{turn}", titles[event], versions[turn % len(versions)], minutes=turn)
        for turn in range(4)
        for event, versions in texts.items()
    ]


def placed(articles, story_of) -> StoriesMemory:
    """A memory in which each article stands where story_of says, whatever it is like."""
    memory = StoriesMemory(StoriesConfig())
    for number, one in enumerate(articles, start=1):
        decision = msgspec.structs.replace(decide(one, memory), story_id=story_of(one))
        if memory.story(decision.story_id) is None:
            memory.put_story(
                Story(id=decision.story_id, ledger="en", title="", started=0.0, latest=0.0, first_article="")
            )
        memory.remember(known_of(one, number), membership_of(one, decision, number))
    return memory


def event(one) -> str:
    return one.article.outlet.rstrip("0123456789").lower()


def test_nothing_is_done_between_the_fixed_numbers():
    memory = placed(sixteen(), lambda one: one.article.id)
    assert [number for number in range(1, 17) if repair(memory, number)] == [EVERY]


def test_right_stories_are_left_alone():
    assert repair(placed(sixteen(), event), EVERY) == ()


def test_an_empty_or_single_memory_needs_nothing():
    assert repair(StoriesMemory(StoriesConfig()), EVERY) == ()
    assert repair(filled(judged("a", "Crane falls", PORT)), EVERY) == ()


def test_two_stories_of_one_event_merge():
    memory = placed(sixteen(), lambda one: f"port{one.article.published % 120}" if event(one) == "port" else event(one))
    changes = repair(memory, EVERY)
    assert [type(change) for change in changes] == [Merge]
    assert {story[:4] for story in changes[0].stories} == {"port"}
    assert changes[0].score > 0.5


def test_an_article_in_the_wrong_story_moves():
    articles = sixteen()
    wrong = articles[-1]
    changes = repair(placed(articles, lambda one: "port" if one is wrong else event(one)), EVERY)
    assert [(change.article_id, change.story_id) for change in changes] == [(wrong.article.id, "fire")]
    assert changes[0].relation is Relation.COPY
    assert "closest to an article there" in changes[0].reason


def test_an_article_that_fits_nowhere_gets_a_story_of_its_own():
    articles = sixteen()[:-1]
    alone = judged(
        "alone",
        "Chess title for Ilmari Koski",
        "Ilmari Koski won the chess title in Turku after nine draws.",
        minutes=9,
    )
    memory = placed([*articles, alone], lambda one: "port" if one is alone else event(one))
    (change,) = repair(memory, EVERY)
    assert isinstance(change, Move)
    assert (change.article_id, change.relation, change.matched) == (alone.article.id, Relation.FIRST, "")
    assert memory.story(change.story_id) is None


def test_two_events_in_one_story_part():
    changes = repair(placed(sixteen(), lambda one: "mixed" if event(one) in {"port", "bank"} else event(one)), EVERY)
    assert {type(change) for change in changes} == {Move}
    assert len({change.story_id for change in changes}) == 1
    assert len(changes) == 4


def test_what_hands_have_done_stays():
    memory = placed(sixteen(), lambda one: "mixed" if event(one) in {"port", "bank"} else event(one))
    memory.keep_together([(sixteen()[0].article.id, "mixed")])
    assert repair(memory, EVERY) == ()


def test_it_depends_on_memory_and_number_alone():
    memory = placed(sixteen(), lambda one: one.article.id)
    assert repair(memory, EVERY) == repair(memory, EVERY)


def test_a_grown_story_stays_together_and_takes_others_in():
    many = [judged(f"copy{n}", "Karlshavn basin shut", PORT, minutes=n) for n in range(GROWN + 1)]
    late = judged("late", "Karlshavn turns ships away", PORT_RETOLD, minutes=90)
    filler = sixteen()[1:4]
    articles = [*many, *filler, late, *(judged(f"f{n}", "Film archive burnt", FIRE, minutes=91) for n in range(EVERY))]
    total = len(articles) // EVERY * EVERY
    memory = placed(
        articles[:total], lambda one: "grown" if one in many else one.article.id if one is late else event(one)
    )
    changes = [
        change
        for change in repair(memory, total)
        if "grown" in getattr(change, "stories", (getattr(change, "story_id", ""),))
    ]
    assert changes == [] or all(isinstance(change, Merge) for change in changes)
    assert len(memory.member_ids("grown")) == GROWN + 1


def test_a_widely_copied_report_is_one_story():
    memory = filled(*(judged(f"copy{n}", f"Headline {n}", PORT, minutes=n) for n in range(60)))
    assert len(memory.stories()) == 1


class Few:
    """Neighbours by hand: articles a0, a1, ... all in one story, b in another."""

    weights = shipped_weights()

    def ranked(self, article_id):
        return [(0.16, f"a{n}") for n in range(30)] + [(0.1, f"b{n}") for n in range(30)]

    def likenesses(self, article_id):
        return [likeness for likeness, _ in self.ranked(article_id)]

    def story_of(self, article_id):
        return article_id[0]

    def member_ids(self, story_id, latest=0):
        return [f"{story_id}{n}" for n in range(50)][-latest:]

    def size_of(self, story_id):
        return len(self.member_ids(story_id))


def test_members_of_a_large_story_do_not_crowd_each_other():
    few = Few()
    assert crowd(few.ranked("x"), "a", few) < crowd(few.ranked("x"), "", few)
    assert crowd([(0.9, f"a{n}") for n in range(50)], "", few) == pytest.approx(few.weights.crowd.prior)
    assert crowd([(0.5, f"a{n}") for n in range(50)], "", few) == pytest.approx(few.weights.crowd.most)
    assert story_crowd("a", few) == pytest.approx(crowd(few.ranked("x"), "a", few))


def test_a_fit_is_link_less_crowd():
    few = Few()
    assert link([0.4, 0.2], 4) == pytest.approx(0.15)
    (best, story), _ = fits(few.ranked("x"), few, 2)
    assert (best, story) == (pytest.approx(0.16 - crowd(few.ranked("x"), "a", few)), "a")


def test_groups_are_joined_by_mean_fit():
    fits_ = np.array([[0, 0.9, 0.5, 0.0], [0.9, 0, 0.1, 0.0], [0.5, 0.1, 0, 0.0], [0, 0, 0, 0]])
    sizes = np.ones(4)
    assert group(fits_, sizes, 0.4).tolist() == [0, 0, 2, 3]
    assert group(fits_, sizes, 0.3).tolist() == [0, 0, 0, 3]
    assert group(fits_[:1, :1], sizes[:1], 0.3).tolist() == [0]


@given(arrays.arrays(np.float64, (7, 7), elements=st.floats(0, 1, width=16)), st.floats(0.05, 0.95))
def test_groups_agree_with_joining_step_by_step(values, needed):
    values = np.triu(values, 1) + np.triu(values, 1).T
    groups = [[one] for one in range(7)]
    while len(groups) > 1:
        pairs = [
            (float(np.mean([values[a, b] for a in one for b in other])), one, other)
            for one in groups
            for other in groups
            if one[0] < other[0]
        ]
        best = max(fit for fit, _, _ in pairs)
        if best < needed or sum(abs(fit - best) < 1e-9 for fit, _, _ in pairs) > 1:
            break
        _, one, other = max(pairs)
        groups = [each for each in groups if each not in (one, other)] + [sorted(one + other)]
    else:
        best = 0.0
    if best < needed - 1e-9 or len(groups) == 1:
        found = group(values, np.ones(7), needed)
        assert {frozenset(np.flatnonzero(found == name).tolist()) for name in set(found.tolist())} == {
            frozenset(one) for one in groups
        }


def test_decisions_are_the_same_whatever_the_chunks():
    one, other = StoriesMemory(StoriesConfig()), StoriesMemory(StoriesConfig())
    articles = sixteen()
    first = [take(one, article, number) for number, article in enumerate(articles, start=1)]
    second = [take(other, article, number) for number, article in enumerate(articles[:8], start=1)]
    carried = StoriesMemory(StoriesConfig())
    for number, (article, decision) in enumerate(zip(articles[:8], second, strict=True), start=1):
        carried.put_story(other.story(decision.story_id))
        carried.remember(known_of(article, number), membership_of(article, decision, number))
    second += [take(carried, article, number) for number, article in enumerate(articles[8:], start=9)]
    assert first == second
