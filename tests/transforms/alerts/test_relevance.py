"""A topic's judgement of a story."""

import pytest

from transforms.alerts.relevance import MOST, merge_by_topic, merge_relevance
from transforms.model import Evidence, Relevance


def test_evidence_of_the_relevant_articles_is_added_up_titles_first():
    merged = merge_relevance(
        [
            Relevance("t", True, 0.5, (Evidence("Kim", "text", 3), Evidence("talks", "meaning", 1, "first"))),
            Relevance("t", False, 0.9, (Evidence("no", "title"),)),
            Relevance(
                "t",
                True,
                0.7,
                (Evidence("Kim", "title"), Evidence("Kim", "text", 2, "s"), Evidence("talks", "meaning")),
            ),
        ]
    )
    assert merged == Relevance(
        "t",
        True,
        0.7,
        (Evidence("Kim", "title"), Evidence("Kim", "text", 5, "s"), Evidence("talks", "meaning", 1, "first")),
    )


def test_a_story_none_of_whose_articles_is_relevant_is_not():
    assert merge_relevance([Relevance("t", False, 0.2), Relevance("t", False, 0.4)]) == Relevance("t", False, 0.4)


def test_evidence_is_capped():
    many = Relevance("t", True, 1.0, tuple(Evidence(str(n), "text") for n in range(99)))
    assert len(merge_relevance([many]).evidence) == MOST


def test_articles_judgements_are_merged_by_topic():
    merged = merge_by_topic([[Relevance("a", True, 1.0), Relevance("b", False, 0.0)], [Relevance("b", True, 0.3)], []])
    assert {topic: judged.relevant for topic, judged in merged.items()} == {"a": True, "b": True}


@pytest.mark.parametrize("rows", [[], [Relevance("a", True, 1.0), Relevance("b", True, 1.0)]])
def test_judgements_of_none_or_of_two_topics_are_not_merged(rows):
    with pytest.raises(ValueError, match="one topic"):
        merge_relevance(rows)
