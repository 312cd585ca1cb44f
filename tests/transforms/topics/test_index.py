import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.topics.queries import article, articles, nodes
from transforms.topics.document import Document, matches
from transforms.topics.index import QueryIndex, necessary_words
from transforms.topics.query import parse


@given(st.lists(nodes, max_size=5), articles)
def test_pruning_never_changes_an_answer(trees, read):
    document = Document(read)
    candidates = QueryIndex(trees).candidates(document)
    assert {number for number, tree in enumerate(trees) if matches(tree, document)} <= set(candidates)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("grain", {"grain"}),
        ('"North Korea"', {"north"}),
        ("of grain", {"grain"}),
        ("grain OR wheat", {"grain", "wheat"}),
        ("(grain OR wheat) exports", {"exports"}),
        ("grain NOT wheat", {"grain"}),
        ("NOT wheat", None),
        ("grain OR NOT wheat", None),
        ("econom*", {"econom*"}),
        ("*nomy", None),
        ("*nomy grain", {"grain"}),
        ("lang:en", None),
        ("lang:en grain", {"grain"}),
        ("grain NEAR (export OR port)", {"grain"}),
        ("title:grain", {"grain"}),
    ],
)
def test_the_rarest_words_are_the_necessary_ones(query, words):
    assert necessary_words(parse(query)) == (None if words is None else frozenset(words))


def test_only_queries_whose_words_occur_are_candidates():
    index = QueryIndex(
        [parse(query) if query else None for query in ("grain", "wheat", "port*", "", "lang:en", "ships")]
    )
    assert index.candidates(Document(article(title="Ports", text="grain"))) == [0, 2, 4]
