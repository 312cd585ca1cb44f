import math

import numpy as np
import pytest

from tests.transforms.topics.queries import article
from transforms.model import Evidence, Fingerprint, Require, Topic
from transforms.topics.document import LEAD_WORDS
from transforms.topics.judge import MEANING, MOST_EVIDENCE, NEAR_MISS, TopicSet, judge

NORTH_KOREA = Topic("north-korea", "North Korea", '("North Korea" OR "Kim Jong*" OR Pyongyang) AND NOT title:football')
TAIL = "\nLatest news:\nLet's remember Daily Ledger wrote, Gold Prices Rise Again In The City"


def vector(*values: float) -> bytes:
    """A unit vector of two dimensions, as int8."""
    return np.rint(np.array(values) / math.hypot(*values) * 127).astype(np.int8).tobytes()


def embed(text: str) -> bytes:
    return vector(1, 0) if text.startswith("east") else vector(0, 1)


def fingerprint(packed: bytes = b"") -> Fingerprint:
    return Fingerprint("a", "1", packed, {}, {}, {}, {})


def judged(read, *topics, packed=b""):
    return judge(read, fingerprint(packed), TopicSet.of(topics, embed))


def test_a_yes_comes_with_what_where_and_how_often():
    read = article(
        "Talks with North Korea",
        "North Korea's Kim Jong Un spoke. North Korea waits. " + "so " * LEAD_WORDS + "Pyongyang.",
    )
    (relevance,) = judged(read, NORTH_KOREA)
    assert (relevance.topic, relevance.relevant, relevance.score) == ("north-korea", True, 1.0)
    assert [(piece.what, piece.field, piece.count) for piece in relevance.evidence] == [
        ("North Korea", "title", 3),
        ("Kim Jong*", "lead", 1),
        ("Pyongyang", "text", 1),
    ]
    assert relevance.evidence[1].snippet.startswith("North Korea's Kim Jong Un spoke.")


@pytest.mark.parametrize(
    ("title", "text", "score"),
    [
        ("Pyongyang", "", 1.0),
        ("", "Pyongyang", 0.8),
        ("", "so " * LEAD_WORDS + "Pyongyang", 0.6),
    ],
)
def test_the_score_is_that_of_the_best_place(title, text, score):
    assert [relevance.score for relevance in judged(article(title, text), NORTH_KOREA)] == [score]


def test_a_no_leaves_nothing():
    assert judged(article("North Korea wins football match", "Pyongyang"), NORTH_KOREA) == ()
    assert judged(article("Weather", "Rain"), NORTH_KOREA) == ()


def test_the_promotional_tail_makes_nothing_relevant():
    gold = Topic("gold", "Gold", "gold OR title:gold")
    text = "The ministers met on Monday in the capital to talk about the harvest.\nThey agreed on most points of the plan, officials said."
    assert judged(article("Ministers meet", text + TAIL), gold) == ()
    assert judged(article("Ministers meet", text + " Gold rose." + TAIL), gold)[0].evidence[0].count == 1


def test_terms_under_not_and_in_other_alternatives_are_no_evidence():
    topic = Topic("t", "T", "(grain AND wheat) OR (port AND NOT storm) OR barley")
    (relevance,) = judged(article("Port and grain", "Quiet"), topic)
    assert [piece.what for piece in relevance.evidence] == ["port"]


def test_near_and_other_fields_are_evidence_too():
    topic = Topic("t", "T", 'lang:en ("port clos*" OR dock) NEAR/5 (grain OR wheat) outlet:post')
    read = article("Port closed: grain waits", "x", lang="en", outlet="Harbour Post")
    (relevance,) = judged(read, topic)
    assert relevance.evidence == (
        Evidence("port clos* NEAR grain", "title", 1, "Port closed: grain waits"),
        Evidence("en", "lang"),
        Evidence("post", "outlet"),
    )


def test_only_the_pair_that_is_named_is_counted():
    topic = Topic("t", "T", "(port OR ship*) NEAR/3 (grain OR wheat)")
    (relevance,) = judged(article("Ship of grain", "Port of wheat. Ships of grain. Ship, grain."), topic)
    assert [(piece.what, piece.count) for piece in relevance.evidence] == [("ship* NEAR grain", 4)]


def test_a_term_written_twice_is_one_piece_of_evidence():
    (relevance,) = judged(article("Grain"), Topic("t", "T", "grain OR (grain AND NOT port) OR GRAIN"))
    assert len(relevance.evidence) == 1


def test_evidence_is_bounded():
    words = [f"w{number}" for number in range(100)]
    (relevance,) = judged(article(" ".join(words)), Topic("t", "T", " OR ".join(words)))
    assert len(relevance.evidence) == MOST_EVIDENCE


def test_only_outlet_and_language_score_least():
    (relevance,) = judged(article("Any", lang="en"), Topic("t", "T", "lang:en"))
    assert relevance.score == 0.5


SOUTH = Topic("t", "T", "grain", "east", Require.QUERY)
CLOSE = vector(1, 0.2)
NEARLY = vector((MEANING + NEAR_MISS) / 2, 1)
FAR = vector(0, 1)


@pytest.mark.parametrize(
    ("require", "title", "packed", "relevant", "fields"),
    [
        (Require.QUERY, "Grain", CLOSE, True, ["title", "meaning"]),
        (Require.QUERY, "Grain", FAR, True, ["title"]),
        (Require.QUERY, "Storm", CLOSE, None, []),
        (Require.MEANING, "Storm", CLOSE, True, ["meaning"]),
        (Require.MEANING, "Grain", FAR, None, []),
        (Require.MEANING, "Storm", NEARLY, False, []),
        (Require.BOTH, "Grain", CLOSE, True, ["title", "meaning"]),
        (Require.BOTH, "Grain", FAR, None, []),
        (Require.BOTH, "Storm", CLOSE, None, []),
        (Require.BOTH, "Grain", NEARLY, False, []),
        (Require.EITHER, "Grain", FAR, True, ["title"]),
        (Require.EITHER, "Storm", CLOSE, True, ["meaning"]),
        (Require.EITHER, "Storm", FAR, None, []),
        (Require.EITHER, "Storm", NEARLY, False, []),
        (Require.EITHER, "Grain", b"", True, ["title"]),
    ],
)
def test_what_a_topic_requires(require, title, packed, relevant, fields):
    topic = Topic("t", "T", "grain", "east", require)
    answers = judged(article(title), topic, packed=packed)
    assert [answer.relevant for answer in answers] == ([] if relevant is None else [relevant])
    assert [piece.field for answer in answers for piece in answer.evidence] == fields
    assert all(0 < answer.score <= 1 for answer in answers)


def test_meaning_evidence_names_the_description():
    (answer,) = judged(article("x"), Topic("t", "T", "", "east of here", Require.MEANING), packed=vector(1, 0))
    assert answer.evidence == (Evidence("east of here", "meaning", 1, "cosine 1.00"),)


def test_without_an_embedding_descriptions_are_not_compared():
    topics = TopicSet.of([Topic("t", "T", "", "east", Require.MEANING)])
    assert judge(article("x"), fingerprint(vector(1, 0)), topics) == ()


def test_answers_are_in_the_order_of_the_topics():
    topics = [Topic(f"t{number}", "T", query) for number, query in enumerate(["lang:en", "grain", "port", "nothing"])]
    answers = judged(article("Port of grain", lang="en"), *topics)
    assert [answer.topic for answer in answers] == ["t0", "t1", "t2"]


def test_no_topics_say_nothing():
    assert judge(article("x"), fingerprint(b""), TopicSet(())) == ()
