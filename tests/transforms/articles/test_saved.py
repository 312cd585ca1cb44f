import pytest

from transforms.articles.saved import page_links, saved_article, text_hash
from transforms.articles.urls import article_id
from transforms.model import Link

ENGLISH = "The harbour has been closed since a storm tore three cranes from their rails on Monday night."


def test_a_saved_text_is_an_article_as_read():
    read = saved_article(
        "HTTP://www.Gazette.example/a?utm_source=x#top", "Port closes", ENGLISH, published=5.0, outlet="Gazette", line=3
    )
    assert (read.url, read.domain) == ("http://www.gazette.example/a", "gazette.example")
    assert read.id == article_id("https://gazette.example/a")
    assert (read.title, read.text, read.published, read.outlet, read.line) == (
        "Port closes",
        ENGLISH,
        5.0,
        "Gazette",
        3,
    )
    assert (read.lang, read.text_hash) == ("en", text_hash("Port closes", ENGLISH))


@pytest.mark.parametrize(
    ("saved", "lang"),
    [("", "en"), ("en-GB", "en"), ("UK", "uk"), ("pt_BR", "pt"), ("und", "und"), ("eng", "en"), ("xx", "en")],
)
def test_the_language_is_the_saved_one_where_it_is_known(saved, lang):
    assert saved_article("https://a.example/", "", ENGLISH, lang=saved, published=0.0).lang == lang


def test_a_text_without_letters_has_no_language():
    assert saved_article("https://a.example/", "", "1234", published=0.0).lang == "und"


@pytest.mark.parametrize("url", ["http://[::1", "http://a b/", "https://x", "http://a.example:port/", "no url"])
def test_a_broken_url_is_still_an_articles(url):
    read = saved_article(url, "", ENGLISH, published=0.0)
    assert len(read.id) == 24


def test_an_edit_has_another_hash_and_half_a_character_one_too():
    hashes = {
        text_hash("a", "b"),
        text_hash("a", "c"),
        text_hash("b", "b"),
        text_hash("\ud800", "b"),
        text_hash("ab", ""),
    }
    assert len(hashes) == 5
    assert all(len(one) == 32 for one in hashes)


PAGE = """<nav><a href="/about">About</a></nav><p>First <a href="/report">the <b>report</b></a>, then
<a href="https://other.example/x">another</a>, <a href="mailto:me@a.example">me</a> <a href="">here</a>
<a>nothing</a>.</p>"""


def test_a_pages_links_are_those_of_its_paragraphs_with_their_place():
    assert page_links(PAGE, "https://a.example/d/e") == (
        Link("https://a.example/report", "the report", 0.0),
        Link("https://other.example/x", "another", 0.25),
    )


def test_given_links_count_before_the_pages():
    own = (Link("https://b.example/", "b"),)
    assert saved_article("https://a.example/", "", "", html=PAGE, links=own, published=0.0).links == own
    assert len(saved_article("https://a.example/", "", "", html=PAGE, published=0.0).links) == 2


def test_a_page_of_links_gives_so_many():
    assert len(page_links("<p>" + '<a href="/x">x</a>' * 1000, "https://a.example/")) == 200
