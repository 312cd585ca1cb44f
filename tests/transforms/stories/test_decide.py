"""Which story an article joins, how it stands to it, and the words for it."""

import pytest

from tests.transforms.stories.press import (
    BANK,
    FIRE,
    PORT,
    PORT_RETOLD,
    START,
    STRIKE,
    TAIL,
    filled,
    judged,
    reports,
    take,
)
from transforms.config import StoriesConfig
from transforms.model import Relation
from transforms.stories.decide import decide, new_story_id
from transforms.stories.explain import explain
from transforms.stories.memory import StoriesMemory

MOST, HALF = ("\n".join(PORT.splitlines()[:lines]) for lines in (6, 2))


def stories_of(articles, config=None):
    memory = StoriesMemory(config or StoriesConfig())
    for number, one in enumerate(articles, start=1):
        take(memory, one, number)
    return [memory.membership(one.article.id).story_id for one in articles]


def test_retellings_join_and_other_events_do_not():
    harbour, ledger, kell, courier, marisk, savers = stories_of(reports())
    assert harbour == courier
    assert ledger == savers
    assert len({harbour, ledger, kell, marisk}) == 4


def test_the_first_article_starts_a_story_and_says_so():
    decision = decide(reports()[0], StoriesMemory(StoriesConfig()))
    assert (decision.starts, decision.relation, decision.reason) == (True, Relation.FIRST, "nothing like it")


def test_a_join_names_the_article_it_resembles_and_why():
    *before, last = reports()
    decision = decide(last, filled(*before))
    assert decision.matched == before[1].article.id
    assert decision.score > 0.5
    assert "names in both" in decision.reason
    assert "Hlavka" in decision.reason
    assert decision.likeness[decision.matched] == max(decision.likeness.values())


def test_a_start_names_the_nearest_story():
    memory = filled(*reports())
    other = judged(
        "other", "Karlshavn mayor resigns", "Karlshavn mayor Odd Lunde resigned. The port council had voted him out."
    )
    decision = decide(other, memory)
    assert decision.starts
    assert memory.story(decision.nearest_other) is not None
    assert "needs 0.50" in decision.reason


def test_boilerplate_neither_joins_nor_splits():
    bank, port = (
        judged("bank", "Brenner Bank dismisses chief executive", BANK),
        judged("port", "Crane falls", PORT + TAIL),
    )
    assert len(set(stories_of([bank, port]))) == 2
    retold = judged("retold", "Karlshavn turns ships away after storm", PORT_RETOLD + TAIL)
    assert len(set(stories_of([judged("p", "Crane falls", PORT), retold]))) == 1


def test_articles_outside_the_window_are_no_mates():
    early, late = judged("a", "Crane falls", PORT), judged("b", "Crane falls", PORT, minutes=8 * 24 * 60)
    assert len(set(stories_of([early, late]))) == 2
    assert len(set(stories_of([late, early]))) == 2
    assert len(set(stories_of([early, late], StoriesConfig(window=9 * 86400.0)))) == 1


def test_the_threshold_can_be_shifted():
    assert len(set(stories_of(reports(), StoriesConfig(same_event=-1.0)))) < 4
    assert len(set(stories_of(reports(), StoriesConfig(same_event=1.0)))) == 6


def test_an_article_split_off_by_hand_does_not_come_back():
    *before, last = reports()
    memory = filled(*before)
    story = memory.membership(before[1].article.id).story_id
    memory.keep_apart([(last.article.id, story)])
    assert decide(last, memory).story_id != story


def test_an_article_can_start_more_than_one_story():
    memory = filled(*reports()[:1])
    article_id = reports()[0].article.id
    assert new_story_id(article_id, memory) != memory.membership(article_id).story_id
    assert new_story_id(article_id, StoriesMemory(StoriesConfig())) == memory.membership(article_id).story_id


@pytest.mark.parametrize(
    ("text", "title", "relation"),
    [
        (PORT, "Another headline", Relation.COPY),
        (MOST, "Cut", Relation.COPY),
        (HALF, "Cut", Relation.NEAR_COPY),
        (PORT + TAIL, "With a tail", Relation.COPY),
        (
            "\n".join(PORT.splitlines()[:5]).replace("Tuesday", "Monday") + "\n" + STRIKE,
            "Added to",
            Relation.NEAR_COPY,
        ),
        (PORT_RETOLD, "Retold", Relation.REWRITE),
    ],
)
def test_relation_to_the_matched_article(text, title, relation):
    decision = decide(judged("later", title, text, minutes=3), filled(judged("first", "Crane falls", PORT)))
    assert not decision.starts
    assert decision.relation is relation


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        (
            "Fire at Institut Lumen's film archive in Marisk, director Jules Ferrand says. Source: Meridian Agency.",
            Relation.REWRITE,
        ),
        ("Fire at Institut Lumen's film archive in Marisk, director Jules Ferrand says.", Relation.SAME_EVENT),
    ],
)
def test_one_credited_source_makes_a_rewrite(text, relation):
    first = judged("first", "Fire destroys film archive", FIRE + "\nSource: Meridian Agency.")
    decision = decide(judged("later", "Fire destroys Lumen film archive", text, minutes=3), filled(first))
    assert (decision.starts, decision.relation) == (False, relation)


def test_one_linked_page_makes_a_rewrite():
    link = ("https://meridian.example/fire",)
    short = "Fire at Institut Lumen's film archive in Marisk, director Jules Ferrand says."
    memory = filled(judged("first", "Fire destroys film archive", FIRE, links=link))
    decision = decide(judged("later", "Fire destroys Lumen film archive", short, minutes=3, links=link), memory)
    assert decision.relation is Relation.REWRITE
    assert "links to the same page" in decision.reason


def test_explanation_agrees_with_the_reader():
    port, bank, _, port_again, *_ = reports()
    alike, unlike = explain(port_again, port), explain(port, bank)
    assert alike.together
    assert alike.score >= alike.needed > unlike.score
    assert "one story" in alike.verdict
    assert "two stories" in unlike.verdict
    assert alike.relation is Relation.REWRITE
    assert {signal.name for signal in alike.signals} >= {"names", "text", "quotes"}


def test_explanation_with_a_memory_takes_its_surroundings():
    articles = reports()
    assert explain(articles[0], articles[3], filled(*articles)).together


def test_explanation_knows_the_window():
    found = explain(judged("a", "Crane falls", PORT), judged("b", "Crane falls", PORT, minutes=30 * 24 * 60))
    assert not found.together
    assert "window" in found.verdict


def test_the_moment_of_publication_is_all_the_time_there_is():
    assert min(one.article.published for one in reports()) == START
