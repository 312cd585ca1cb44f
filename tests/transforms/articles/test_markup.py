"""Bytes to a tree: charset by the HTML standard's order, and caps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.articles.markup import decode_html, parse_html
from transforms.articles.pages import UnreadablePage
from transforms.config import ExtractionConfig

WORDS = "Міська рада проголосувала за відбудову порту. Роботи почнуться у вересні і триватимуть чотири роки. " * 6


def html(words: str = WORDS, meta: str = "") -> str:
    return f"<html><head>{meta}</head><body><p>{words}</p></body></html>"


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        (html().encode("utf-8"), ""),
        (html().encode("utf-8"), "utf-8"),
        (b"\xef\xbb\xbf" + html().encode("utf-8"), "windows-1251"),
        (b"\xff\xfe" + html().encode("utf-16-le"), ""),
        (b"\xfe\xff" + html().encode("utf-16-be"), "utf-8"),
        (html().encode("windows-1251"), "windows-1251"),
        (html(meta="<meta charset='utf-8'>").encode("windows-1251"), "cp1251"),
        (html(meta="<meta charset='windows-1251'>").encode("windows-1251"), ""),
        (
            html(meta="<meta http-equiv='Content-Type' content='text/html; charset=koi8-u'>").encode("koi8-u"),
            "",
        ),
        (html().encode("windows-1251"), ""),
        (html().encode("windows-1251"), "utf-8"),  # plainly wrong
        (html(meta="<meta charset='no-such-charset'>").encode("utf-8"), "nor-this"),
    ],
)
def test_the_charset_is_found(body: bytes, charset: str) -> None:
    assert WORDS.strip() in decode_html(body, charset)


@pytest.mark.parametrize(
    ("label", "words", "encoding"),
    [
        ("iso-8859-1", "“quoted” – yes", "windows-1252"),
        ("latin1", "“quoted” – yes", "windows-1252"),
        ("ASCII", "“quoted” – yes", "windows-1252"),
        ("'utf8'", "“quoted” – так", "utf-8"),
        ("unicode-1-1-utf-8", "“quoted” – так", "utf-8"),
        ("iso-8859-9", "İzmir “limanı”", "windows-1254"),
        ("gb2312", "港口重建 镕", "gbk"),
        ("x-sjis", "港の再建①", "cp932"),
        ("ks_c_5601-1987", "항구 재건 똠", "cp949"),
        ("x-mac-cyrillic", "Порт знову", "mac-cyrillic"),
        ("utf-16", "Порт знову", "utf-16-le"),
        ("utf-16", "no zero byte in it: it is not", "ascii"),
        ("utf-7", "+ADw-script+AD4- stays as it is", "ascii"),
    ],
)
def test_labels_mean_what_browsers_take_them_for(label: str, words: str, encoding: str) -> None:
    assert words in decode_html(html(words).encode(encoding), label)


@pytest.mark.parametrize(
    ("meta", "mark", "charset", "encoding"),
    [
        ("<meta charset='utf-16'>", b"", "", "utf-8"),  # it could not have been read if it were
        ("<meta charset='latin1'>", b"", "", "windows-1252"),
        ("<!-- <meta charset='koi8-r'> --><meta charset='utf-8'>", b"", "", "utf-8"),
        ("<meta charset='koi8-r'>", b"", "utf-8", "utf-8"),  # the header goes before the meta element
        ("<meta charset='koi8-r'>", b"\xef\xbb\xbf", "windows-1252", "utf-8"),  # and the mark before both
    ],
)
def test_what_counts_among_contradicting_declarations(meta: str, mark: bytes, charset: str, encoding: str) -> None:
    words = "Crème brûlée – “déjà vu”. " * 20
    assert words.strip() in decode_html(mark + html(words, meta).encode(encoding), charset)


@given(st.binary(max_size=400), st.sampled_from(["", "utf-8", "windows-1251", "utf-16", "nonsense", "x-user-defined"]))
def test_any_bytes_are_decoded(body: bytes, charset: str) -> None:
    assert isinstance(decode_html(body, charset), str)


@pytest.mark.parametrize("text", ["", "just words", "{}", "<p>one</p>"])
def test_what_is_no_page_is_said_to_be_none(text: str) -> None:
    with pytest.raises(UnreadablePage) as error:
        parse_html(text, ExtractionConfig())
    assert error.value.reason == "not-html"


@pytest.mark.parametrize(
    ("text", "config"),
    [
        (html("</p><p>".join("words")), ExtractionConfig(max_elements=5)),
        (html("<b>" * 30), ExtractionConfig(max_depth=20)),
    ],
)
def test_caps_are_kept(text: str, config: ExtractionConfig) -> None:
    with pytest.raises(UnreadablePage) as error:
        parse_html(text, config)
    assert error.value.reason == "too-large"


def test_spans_are_taken_out() -> None:
    tree = parse_html(html("<table><tr><td colspan=9999999 rowspan=99999 id=x>cell</table>"), ExtractionConfig())
    assert dict(next(tree.iter("td")).attrib) == {"id": "x"}


def test_a_tag_with_thousands_of_attributes_loses_them_and_keeps_its_words() -> None:
    many = " ".join(f"a{n}=1" for n in range(20_000))
    tree = parse_html(html(f"</p><p {many}>kept</p><p class='x'>also"), ExtractionConfig())
    assert [(p.text, len(p.attrib)) for p in tree.iter("p")][1:] == [("kept", 0), ("also", 1)]


def test_one_long_attribute_is_no_reason_to_lose_any() -> None:
    tree = parse_html(html(f"</p><p data-x='{'y' * 50_000}'>kept"), ExtractionConfig())
    assert len([p for p in tree.iter("p") if p.get("data-x")]) == 1
