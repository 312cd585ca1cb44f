import pytest
from hypothesis import given

from tests.transforms.topics.queries import article, articles, naively_matches, nodes
from transforms.topics.document import LEAD_WORDS, Document, matches
from transforms.topics.query import parse
from transforms.topics.tree import Near, phrase

READ = article(
    title="Black Sea port closes after storm",
    text="Grain exports from the harbour stopped on Monday. North Korea's Kim Jong-un said nothing.\n"
    + "filler " * LEAD_WORDS
    + "Überraschung: Пхеньян і Пхеньяну. 北京の小麦",
    outlet="The Harbour Post",
    authors=("Ann Lee", "Bo Ray"),
    lang="en",
    domain="news.harbour-post.co.uk",
)


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("grain", True),
        ("GRAIN", True),
        ("grai", False),
        ("grai*", True),
        ("gr?in", True),
        ("gra?", False),
        ("*ports", True),
        ("x*ports", False),
        ('"north korea"', True),
        ('"korea north"', False),
        ('"north korea kim"', False),
        ("kim-jong-un", True),
        ('"closes after storm grain"', False),  # title and text are not one text
        ("uberraschung", True),
        ("überraschung", True),
        ("пхеньян*", True),
        ("北京", True),
        ("京北", False),
        ('"北京の小麦"', True),
        ("title:port", True),
        ("text:port", False),
        ("title:grain", False),
        ("lead:grain", True),
        ("lead:überraschung", False),
        ("text:überraschung", True),
        ("outlet:harbour", True),
        ('outlet:"harbour post"', True),
        ("outlet:tribune", False),
        ("author:lee", True),
        ('author:"lee bo"', False),
        ("lang:en", True),
        ("lang:uk", False),
        ("domain:harbour-post.co.uk", True),
        ("domain:co.uk", True),
        ("domain:news.harbour-post", False),
        ("grain NEAR/2 exports", True),
        ("exports NEAR/1 grain", True),
        ("grain NEAR/2 harbour", False),
        ("grain NEAR/4 harbour", True),
        ("grain NEAR storm", False),
        ("title:(storm NEAR/3 closes)", True),
        ("lead:(storm NEAR/3 closes)", False),
        ("grain NEAR/3 grain", False),
        ("(wheat OR grain) NEAR (barge OR harbour)", True),
        ('"grain exports" NEAR/4 "the harbour stopped"', True),
        ("grain AND NOT title:football", True),
        ("grain NOT storm", False),
        ("(wheat OR port) monday", True),
        ("NOT wheat", True),
    ],
)
def test_queries_answer(query, answer):
    assert matches(parse(query), Document(READ)) is answer


@given(nodes, articles)
def test_answers_are_those_of_a_plain_reading(node, read):
    assert matches(node, Document(read)) is naively_matches(node, read)


def test_what_is_outside_the_body_is_not_seen():
    assert not matches(parse("north"), Document(READ, "Grain exports"))


def test_each_near_is_found_once_a_side():
    document = Document(article(text="port a b grain c port port"))
    found = document.near(Near((phrase("grain"),), (phrase("port"),), 3), "text")
    assert [(pair.start, pair.end) for pair in found] == [(3, 6), (0, 4)]


def test_a_right_term_too_far_before_is_not_reached():
    document = Document(article(text="grain a b c d e f port"))
    assert document.near(Near((phrase("port"),), (phrase("grain"),), 3), "text") == []


def test_an_overlong_term_does_not_hide_a_nearer_one():
    text = "aa bb cc dd ee port"
    near = Near((phrase("port"),), (phrase("aa bb cc dd ee"), phrase("bb")), 4)
    assert matches(near, Document(article(text=text)))
    assert matches(Near((phrase("port"),), (phrase("cc dd ee port"), phrase("bb")), 4), Document(article(text=text)))


@pytest.mark.parametrize("field", ["title", "text"])
def test_a_snippet_shows_whole_words_around_the_hit(field):
    words = " ".join(f"word{number}" for number in range(100))
    document = Document(article(**{field: f"{words} Kim\nJong-un {words}"}))
    start = document.hits(phrase("kim jong un"), field)[0]
    snippet = document.snippet(field, start, start + 3)
    assert "Kim Jong-un word0 word1" in snippet
    assert snippet.startswith("… word")
    assert snippet.endswith(" …")
    assert len(snippet) < 200
    assert all(len(word) <= 7 for word in snippet.split())


def test_a_snippet_in_a_script_without_spaces_is_cut():
    text = "小麦" * 100 + "北京" + "小麦" * 100
    document = Document(article(text=text))
    assert "北京" in document.snippet("text", *_span(document, "北京"))
    assert len(document.snippet("text", *_span(document, "北京"))) < 200


def _span(document, term):
    start = document.hits(phrase(term), "text")[0]
    return start, start + 2


def test_an_unknown_field_is_a_mistake_of_the_program():
    with pytest.raises(ValueError, match="no field"):
        Document(READ).hits(phrase("grain"), "byline")
