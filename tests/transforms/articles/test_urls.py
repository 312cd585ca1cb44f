"""URLs: one spelling for one page, two for two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.articles.urls import article_id, is_root, normalise_url, registrable_domain, url_key, web_url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        # RFC 3986
        ("HTTPS://News.Example.COM/a", "https://news.example.com/a"),
        ("https://example.com", "https://example.com/"),
        ("https://example.com:443/a", "https://example.com/a"),
        ("http://example.com:80/a", "http://example.com/a"),
        ("https://example.com:80/a", "https://example.com:80/a"),
        ("https://example.com:8443/a", "https://example.com:8443/a"),
        ("https://example.com./a", "https://example.com/a"),
        ("https://example.com/a/./b/../c", "https://example.com/a/c"),
        ("https://example.com/%7euser/%d0%bd", "https://example.com/~user/%D0%BD"),
        ("https://example.com/a%2fb", "https://example.com/a%2Fb"),
        ("https://münchen.example/ä", "https://xn--mnchen-3ya.example/%C3%A4"),
        ("https://example.com/a b", "https://example.com/a%20b"),
        ("https://[::1]:443/a", "https://[::1]/a"),
        ("https://user:secret@example.com/a", "https://example.com/a"),
        ("https://example.com/a#part", "https://example.com/a"),
        ("https://example.com/#!/story/7", "https://example.com/#!/story/7"),
        ("https://example.com/?b=2&a=1", "https://example.com/?a=1&b=2"),
        # sloppy publishers
        ("  https://example.com/a\n", "https://example.com/a"),
        ("//example.com/a", "https://example.com/a"),
        ("http://http://example.com/a", "http://example.com/a"),
        ("http:/example.com/a", "http://example.com/a"),
        ("http:\\\\example.com\\a", "http://example.com/a"),
        ("https://example.com//news///a", "https://example.com/news/a"),
        (
            "https://archive.example/web/2013/https://example.com/a",
            "https://archive.example/web/2013/https://example.com/a",
        ),
        ("https://example.com/a?x=1&amp;utm_source=rss", "https://example.com/a?x=1"),
        ("https://example.com/news/index.html", "https://example.com/news/"),
        ("https://example.com/index.php?id=7", "https://example.com/index.php?id=7"),
        ("https://example.com/a;jsessionid=0A1B", "https://example.com/a"),
        # tracking
        ("https://example.com/a?utm_source=x&UTM_medium=y", "https://example.com/a"),
        ("https://example.com/a?fbclid=1&gclid=2&mc_cid=3&mc_eid=4", "https://example.com/a"),
        ("https://example.com/a?id=7&at_medium=rss&at_campaign=k", "https://example.com/a?id=7"),
        ("https://example.com/a?ref=home", "https://example.com/a"),
        ("https://example.com/a?source=rss&from=newsletter", "https://example.com/a"),
        ("https://example.com/a?source=118", "https://example.com/a?source=118"),
        ("https://example.com/?from=archive", "https://example.com/?from=archive"),
        ("https://example.com/a?cid=4711", "https://example.com/a?cid=4711"),
        # AMP and mobile
        ("https://example.com/2024/a-b/amp/", "https://example.com/2024/a-b"),
        ("https://example.com/2024/a-b/amp.html", "https://example.com/2024/a-b"),
        ("https://example.com/a-b.amp.html", "https://example.com/a-b.html"),
        ("https://example.com/a-b.amp", "https://example.com/a-b"),
        ("https://example.com/amp/2024/a", "https://example.com/2024/a"),
        ("https://example.com/a?amp=1", "https://example.com/a"),
        ("https://example.com/a?amp", "https://example.com/a"),
        ("https://example.com/a?outputType=amp", "https://example.com/a"),
        ("https://amp.example.com/a", "https://example.com/a"),
        ("https://m.example.co.uk/a", "https://example.co.uk/a"),
        ("https://mobile.newsroom.test/a", "https://newsroom.test/a"),
        ("https://example-com.cdn.ampproject.org/c/s/example.com/2024/a-b/amp", "https://example.com/2024/a-b"),
        ("https://www.google.com/amp/s/amp.example.com/a-b.amp", "https://example.com/a-b"),
        ("https://blog.blogspot.com/a.html?m=1", "https://blog.blogspot.com/a.html"),
        # where folding would be wrong
        ("https://example.com/amp", "https://example.com/amp"),
        ("https://example.com/guitars/amp", "https://example.com/guitars/amp"),
        ("https://example.com/amp/tube", "https://example.com/amp/tube"),
        ("https://m.co/a", "https://m.co/a"),
        ("https://example.com/a?m=1", "https://example.com/a?m=1"),
        ("https://www.google.com/search?q=amp", "https://www.google.com/search?q=amp"),
        ("https://example.cdn.ampproject.org/", "https://example.cdn.ampproject.org/"),
        # not ours
        ("mailto:desk@example.com", "mailto:desk@example.com"),
        ("http://[bad/", "http://[bad/"),
        ("https://example.com:99999/", "https://example.com:99999/"),
        ("", ""),
        ("no url", "no url"),
    ],
)
def test_a_page_has_one_spelling(url: str, expected: str) -> None:
    assert normalise_url(url) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://example.com/a", "https://example.com/a"),
        ("https://www.example.com/a", "https://example.com/a"),
        ("https://example.com/a/", "https://example.com/a"),
        ("https://example.com/a/?x=1", "https://example.com/a?x=1"),
        ("https://m.example.com/a", "https://www.example.com/a"),
        ("https://example.com/2024/a-b/?utm_campaign=z#top", "http://www.example.com/2024/a-b/amp/"),
    ],
)
def test_variants_are_one_article(one: str, other: str) -> None:
    assert article_id(normalise_url(one)) == article_id(normalise_url(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/?id=1", "https://example.com/?id=2"),
        ("https://example.com/a", "https://example.com/A"),
        ("https://example.com/a?page=1", "https://example.com/a?page=2"),
        ("https://news.example.com/a", "https://sport.example.com/a"),
        ("https://example.com/a?ref=1001", "https://example.com/a?ref=1002"),
        ("https://www.com/a", "https://com/a"),
        ("https://example.com:8080/a", "https://example.com/a"),
    ],
)
def test_two_pages_stay_two(one: str, other: str) -> None:
    assert article_id(normalise_url(one)) != article_id(normalise_url(other))


def test_an_article_id_is_24_hex_digits() -> None:
    identifier = article_id(normalise_url("https://example.com/a"))
    assert len(identifier) == 24
    assert int(identifier, 16) >= 0


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.bbc.co.uk/news", "bbc.co.uk"),
        ("https://a.b.example.com/", "example.com"),
        ("https://one.blogspot.com/", "one.blogspot.com"),
        ("https://localhost:8080/a", "localhost"),
        ("https://127.0.0.1/a", "127.0.0.1"),
        ("http://[::1]/a", "::1"),
        ("https://daily.herald.test/a", "herald.test"),
        ("https://новини.укр/a", "xn--b1amarcd.xn--j1amh"),
        ("https://xn--b1amarcd.xn--j1amh/a", "xn--b1amarcd.xn--j1amh"),
        ("www.example.com", "example.com"),
        ("http://[bad/", ""),
        ("", ""),
        ("https://xn--0/", "xn--0"),
    ],
)
def test_registrable_domain(url: str, domain: str) -> None:
    assert registrable_domain(url) == domain


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("/b", "https://example.com/b"),
        ("b?c=1", "https://example.com/a/b?c=1"),
        ("//other.example/x", "https://other.example/x"),
        ("https://other.example/x", "https://other.example/x"),
        ("https://other.exa\nmple/x", "https://other.example/x"),
        ("javascript:alert(1)", ""),
        (" JaVaScRiPt:alert(1)", ""),
        ("java\nscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("mailto:desk@example.com", ""),
        ("https://user@other.example/", ""),
        ("https://[bad/", ""),
        ("https://other.example:99999/", ""),
        ("", ""),
        ("https://other.example/" + "x" * 5000, ""),
    ],
)
def test_only_web_links_are_links(link: str, expected: str) -> None:
    assert web_url(link, "https://example.com/a/") == expected


@pytest.mark.parametrize(
    ("url", "root"),
    [("https://example.com", True), ("https://example.com/index.html", True), ("https://example.com/a", False)],
)
def test_a_front_page_is_a_root(url: str, root: bool) -> None:
    assert is_root(url) is root


PIECES = """
    https:// http:/ // example.com m. amp. www. :80 / /amp .amp index.html a-1 ? & &amp; amp=1 utm_source=x id=1 ref=home
    #! #x ;jsessionid=1 %2f %zz ä \\ .. cdn.ampproject.org/c/s/ google.com/amp/s/ @ [::1] . ; = %26 %3f %23 xn-- ? ?
"""
PARTS = st.lists(st.sampled_from([*PIECES.split(), " "]), max_size=12).map("".join)


@given(st.one_of(PARTS, PARTS.map(lambda rest: f"https://example.com/{rest}"), st.text(max_size=80)))
def test_normalising_twice_changes_nothing(url: str) -> None:
    once = normalise_url(url)
    assert normalise_url(once) == once
    assert url_key(once) == url_key(url)
    article_id(once)
    registrable_domain(once)
