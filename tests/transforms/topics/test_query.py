import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.topics.queries import nodes
from transforms.topics.query import LONGEST_QUERY, QueryError, parse
from transforms.topics.tree import Near, Not, all_of, any_of, phrase, show


def near(left: str, right: str, distance: int = 10, field: str = "") -> Near:
    return Near((phrase(left),), (phrase(right),), distance, field)


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("Korea", phrase("Korea")),
        ('"North  Korea"', phrase("North Korea")),
        ("“North Korea”", phrase("North Korea")),
        ("grain port", all_of([phrase("grain"), phrase("port")])),
        ("grain AND port", all_of([phrase("grain"), phrase("port")])),
        ("a1 OR b1 c1", any_of([phrase("a1"), all_of([phrase("b1"), phrase("c1")])])),
        ("(a1 OR b1) c1", all_of([any_of([phrase("a1"), phrase("b1")]), phrase("c1")])),
        ("grain NOT port", all_of([phrase("grain"), Not(phrase("port"))])),
        ("NOT NOT grain", phrase("grain")),
        ("title:grain", phrase("grain", "title")),
        ("TITLE: grain", phrase("grain", "title")),
        ("title:(a1 OR NOT b1 c1)", any_of([
            phrase("a1", "title"), all_of([Not(phrase("b1", "title")), phrase("c1", "title")])])),
        ("a1 NEAR b1", near("a1", "b1")),
        ("a1 NEAR/3 b1", near("a1", "b1", 3)),
        ("lead:(a1 NEAR/3 b1)", near("a1", "b1", 3, "lead")),
        ('"port clos*" NEAR (grain OR wheat)', Near(
            (phrase("port clos*"),), (phrase("grain"), phrase("wheat")))),
        ("a1 NEAR b1 c1", all_of([near("a1", "b1"), phrase("c1")])),
        ("NOT a1 NEAR b1", Not(near("a1", "b1"))),
        ("ANDERSON ORDER", all_of([phrase("ANDERSON"), phrase("ORDER")])),
        ('"and"', phrase("and")),
        ("10:30", phrase("10:30")),
        ("domain:bbc.co.uk", phrase("bbc.co.uk", "domain")),
        ("北朝鮮", phrase("北朝鮮")),
    ],
)  # fmt: skip
def test_queries_are_understood(query, tree):
    assert parse(query) == tree


@pytest.mark.parametrize(
    ("query", "position", "words"),
    [
        ("", 0, "empty"),
        ("   ", 0, "empty"),
        ("(grain", 6, 'expected a ")"'),
        ("grain)", 5, 'no "("'),
        ("grain AND", 9, "expected a word"),
        ("AND grain", 0, 'found "AND"'),
        ("grain OR OR port", 9, 'found "OR"'),
        ("()", 1, "expected a word"),
        ('"grain', 0, "never closed"),
        ('grain "', 6, "never closed"),
        ('""', 0, "no letter or digit"),
        ("--", 0, "no letter or digit"),
        ("titel:grain", 0, "did you mean title:?"),
        ("foo:grain", 0, "fields are title:"),
        ("title:", 6, "right after the field"),
        ("title:title:grain", 6, 'found "title:"'),
        ("title:(lead:grain)", 0, "one field a term"),
        ("title:(a1 OR (lead:(b1 NEAR c1)))", 0, "one field a term"),
        ("lang:(a1 NEAR b1)", 0, "no sense inside lang:"),
        ("a1 NEAR b1 NEAR c1", 11, "(b NEAR c)"),
        ("a1 NEAR/0 b1", 3, "1 to 200"),
        ("a1 NEAR/999 b1", 3, "1 to 200"),
        ("a1 NEAR/x b1", 3, "whole number"),
        ("a1 NEAR (b1 AND c1)", 3, "beside NEAR"),
        ("title:a1 NEAR b1", 9, "title:(a NEAR b)"),
        ("grain or port", 6, "write OR in capitals"),
        ("grain not port", 6, "write NOT in capitals"),
        ("grain -port", 6, "write NOT port"),
        ("*", 0, "any word"),
        ("a*", 0, "two letters"),
        ("a*b*c*d*e*f", 0, "more than 4 wildcards"),
        ("lang:?", 5, "two letters"),
        ("domain:... x", 7, "no letter or digit"),
    ],
)
def test_an_error_says_where_and_what_was_expected(query, position, words):
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert words in str(caught.value)
    assert caught.value.position == position
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "query",
    [
        "(" * 5000 + "a1" + ")" * 4999,
        "(" * 60 + "a1" + ")" * 60,
        "a1 " * (LONGEST_QUERY // 3 + 1),
        "a1 " * 1500,
        "x" * (LONGEST_QUERY + 1),
        '"' * 9999,
        "NOT " * 2400,
    ],
    ids=lambda query: f"{query[:6]}x{len(query)}",
)
def test_a_hostile_query_is_refused(query):
    with pytest.raises(QueryError):
        parse(query)


def test_long_and_deep_queries_within_the_bounds_are_read():
    assert parse("NOT " * 2000 + "grain") == phrase("grain")
    assert parse("(" * 50 + "grain" + ")" * 50) == phrase("grain")
    deep = "grain"
    for number in range(40):
        deep = f"(w{number} {'OR' if number % 2 else 'AND'} {deep})"
    assert parse(show(parse(deep))) == parse(deep)


@given(nodes)
def test_a_printed_tree_is_read_as_the_same_tree(tree):
    assert parse(show(tree)) == tree


_PIECES = ["(", ")", '"', "AND", "OR", "NOT", "NEAR", "NEAR/3", "title:", "x:", "*", "?", "grain", " ", "-", "北", "\\"]


@given(st.lists(st.sampled_from(_PIECES)).map("".join) | st.lists(st.sampled_from(_PIECES)).map(" ".join) | st.text())
def test_the_parser_reads_or_refuses_anything(query):
    refused = None
    try:
        tree = parse(query)
    except QueryError as error:
        refused = error
    if refused is None:
        assert parse(show(tree)) == tree
    else:
        assert 0 <= refused.position <= len(query)
        assert str(refused)
