"""Links of the text that lead elsewhere, and credit lines that extraction drops."""

from trafilatura import load_html

from tests.transforms.articles.press import PARAGRAPHS, URL, body, page_html
from transforms.articles.links import MAX_LINKS, TextLinks
from transforms.model import Link

TEXT = "\n".join(PARAGRAPHS)


def links(inner: str, text: str = TEXT, tail: str = "") -> TextLinks:
    return TextLinks(load_html(page_html(inner, tail=tail)), text, URL)


def test_links_stand_where_their_paragraph_stands() -> None:
    first = PARAGRAPHS[0].replace("the old harbour", "<a href='https://port.example/plan'>the  old\nharbour</a>")
    last = PARAGRAPHS[-1].replace("1904", "<b><a href='//archive.example/1904'>1904</a></b>")
    found = links(f"<p>{first}</p>{body(PARAGRAPHS[1:-1])}<p>{last}</p>").found()
    assert [(link.url, link.anchor) for link in found] == [
        ("https://port.example/plan", "the old harbour"),
        ("https://archive.example/1904", "1904"),
    ]
    assert found[0].position == 0.0
    assert 0.8 < found[1].position < 1.0


def test_links_inside_the_site_beside_the_text_or_to_nowhere_are_left_out() -> None:
    inner = PARAGRAPHS[0] + "".join(
        f"<a href='{href}'>x</a>"
        for href in (
            "/a",
            "#b",
            "?c",
            "https://m.herald.test/d",
            "javascript:alert(1)",
            "mailto:a@b.example",
            "https://",
            "data:x",
        )
    )
    banner = "<div><a href='https://ads.example/buy'>Buy this product now, it is cheap</a></div>"
    shares = "<p><a href='https://social.example/share?u=1'>Share the story</a></p>"
    assert links(f"<p>{inner}</p>{body(PARAGRAPHS[1:])}{shares}", tail=banner).found() == ()


def test_a_link_directly_behind_the_text_counts() -> None:
    inner = (
        body()
        + "<p>Source: <a href='https://axios.example/scoop'>Axios</a></p><p>Follow us</p><p><a href='https://x.example/'>Elsewhere</a></p>"
    )
    (link,) = links(inner).found()
    assert (link.url, link.anchor) == ("https://axios.example/scoop", "Axios")
    assert link.position > 0.8


def test_each_address_once_and_not_too_many() -> None:
    anchors = "".join(f"<a href='https://h{n}.example/'>x</a>" for n in range(200))
    found = links(f"<p>{PARAGRAPHS[0]}{anchors}{anchors}</p>").found()
    assert len(found) == MAX_LINKS == len({link.url for link in found})
    assert all(isinstance(link, Link) for link in found)


def test_credit_lines_behind_the_text_are_found() -> None:
    inner = (
        body() + "<hr><p><b>Source:</b> <a href='https://axios.example/'>Axios</a>.</p>" + "<p>" + "x " * 400 + "</p>"
    )
    assert links(inner).credit_lines() == ["Source: Axios."]


def test_credit_lines_elsewhere_in_the_text_or_too_long_are_not() -> None:
    far = "<div><p>Source: some widget of the page</p></div>"
    assert links(body(), tail=far).credit_lines() == []
    assert links(body() + "<p>Source: Axios.</p>", text=f"{TEXT}\nSource: Axios.").credit_lines() == []
    assert links(body() + f"<p>Source: {'word ' * 60}</p>").credit_lines() == []
    assert links(body() + "<p>Джерело: Укрінформ</p>").credit_lines() == ["Джерело: Укрінформ"]
