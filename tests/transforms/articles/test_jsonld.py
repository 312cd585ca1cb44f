"""JSON-LD as it comes: in graphs, arrays, pieces, broken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.articles.jsonld import MAX_NODES, article_node, names_of, read_json_ld, text_of, types

ARTICLE = '{"@type": "NewsArticle", "headline": "Harbour", "datePublished": "2024-05-01T10:00:00Z"}'


def headline(script: str) -> str:
    return text_of(article_node(read_json_ld([script]), frozenset(), str).get("headline"))


@pytest.mark.parametrize(
    "script",
    [
        ARTICLE,
        f"[{ARTICLE}]",
        f'{{"@context": "https://schema.org", "@graph": [{{"@type": "WebSite", "name": "Herald"}}, {ARTICLE}]}}',
        f'{{"@type": "WebPage", "mainEntity": {ARTICLE}}}',
        f"<!-- {ARTICLE} -->",
        f"//<![CDATA[\n{ARTICLE}\n//]]>",
        f"/* <![CDATA[ */ {ARTICLE} /* ]]> */",
        f"{ARTICLE};",
        f'{{"@type": "Organization"}}{ARTICLE}',
        ARTICLE.replace('Z"}', 'Z",}'),
        ARTICLE.replace('", "date', '",\n"articleBody": "a line\nbreak and a tab\t",\n"date'),
        ARTICLE.replace('", "date', '"\n"date'),
        ARTICLE.replace('"', "&quot;"),
        ARTICLE.replace("Z", r"Z\'"),
        ARTICLE.replace("NewsArticle", "http://schema.org/NewsArticle"),
        ARTICLE.replace('"NewsArticle"', '["Thing", "schema:BlogPosting"]'),
        ARTICLE.replace('"Harbour"', '["Harbour", "Port"]'),
        ARTICLE.replace('"Harbour"', '{"@value": "Harbour"}'),
        ARTICLE[:-1] + ', "author": {"name": "broken',
    ],
)
def test_the_article_is_found(script: str) -> None:
    assert headline(script) == "Harbour"


@pytest.mark.parametrize("script", ["", "null", "17", '"text"', "{", "not json", "[" * 100_000, '{"a":' * 100_000])
def test_what_holds_no_article_gives_none(script: str) -> None:
    assert headline(script) == ""


def test_a_broken_script_still_gives_its_author() -> None:
    (node,) = read_json_ld(
        [
            '{"@type": "NewsArticle", "headline": "A \\"B\\"", "author": [{"@type": "Person", "name": "Ann Lee"}], "x": oops}'
        ]
    )
    assert (text_of(node["headline"]), names_of(node["author"], [])) == ('A "B"', ["Ann Lee"])


def test_among_several_articles_the_pages_own_is_taken() -> None:
    nodes = read_json_ld(
        [
            """[{"@type": "NewsArticle", "headline": "Other", "url": "/o"},
            {"@type": "NewsArticle", "headline": "Own", "mainEntityOfPage": {"@id": "/own"}}]"""
        ]
    )
    assert article_node(nodes, frozenset({"/own"}), str)["headline"] == "Own"
    assert article_node(nodes, frozenset({"/else"}), str)["headline"] == "Other"


def test_a_node_without_type_but_with_a_headline_is_one() -> None:
    assert article_node(read_json_ld(['{"headline": "Own"}']), frozenset(), str) == {"headline": "Own"}


def test_names_are_found_behind_references_and_in_lists() -> None:
    nodes = read_json_ld(
        [
            """{"@graph": [{"@type": "Article", "author": [{"@id": "#ann"}, "Bo Roe", {"name": ["Cy Poe", "Di Fo"]}, 7]},
            {"@id": "#ann", "@type": "Person", "name": "Ann Lee"}]}"""
        ]
    )
    assert names_of(article_node(nodes, frozenset(), str)["author"], nodes) == ["Ann Lee", "Bo Roe", "Cy Poe", "Di Fo"]


def test_the_number_of_nodes_is_capped() -> None:
    assert len(read_json_ld(["[" + ",".join(['{"@type": "Thing"}'] * (MAX_NODES * 2)) + "]"] * 3)) <= MAX_NODES


@given(st.text(max_size=200), st.text(alphabet='{}[]",:\\n abt@type', max_size=200))
def test_no_script_breaks_the_reading(anything: str, like_json: str) -> None:
    for node in read_json_ld([anything, like_json]):
        types(node)
