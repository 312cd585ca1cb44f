"""Every line of the input is an article or a reason why it is none."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.replay import lines
from pipeline.replay.lines import LineRef, ReplayLine, export_line, raw_line, read_articles, survey
from transforms.articles.saved import saved_article
from transforms.model import Article, Link, TextFrom

START = 1_745_740_800.0
GOOD = {"url": "https://a.example/1", "text": "Words enough."}


def surveyed(tmp_path: Path, content: bytes, **options: Any) -> list[LineRef]:
    path = tmp_path / "in.jsonl"
    path.write_bytes(content)
    return list(survey(path, START, **options).refs)


def one(tmp_path: Path, content: bytes) -> LineRef:
    (ref,) = surveyed(tmp_path, content)
    return ref


def good(**more: Any) -> bytes:
    return json.dumps(GOOD | more).encode() + b"\n"


BAD = {
    "empty": (b"\n", "empty line"),
    "blanks": (b"  \r\n", "empty line"),
    "no JSON": (b"hello\n", "not JSON"),
    "half a line": (b'{"url": "https://a.example/1", "te\n', "not JSON"),
    "an array": (b"[]\n", "got `array`"),
    "not UTF-8": (b'{"url": "https://a.example/1", "text": "caf\xe9"}\n', "not UTF-8"),
    "no url": (b'{"text": "x"}\n', "`url`"),
    "no text": (b'{"url": "https://a.example/1"}\n', "`text`"),
    "text of blanks": (good(text=" \n "), "`text` is empty"),
    "text null": (good(text=None), "$.text"),
    "a number for url": (good(url=7), "$.url"),
    "no web address": (good(url="ftp://a.example/1"), "http:// or https://"),
    "no host": (good(url="https:///1"), "http:// or https://"),
    "no date": (good(published="soon"), "`published` is 'soon'"),
    "a truth for a date": (good(published=True), "$.published"),
    "beyond all dates": (good(published=1e18), "`published`"),
    "too deep": (
        b'{"url": "https://a.example/1", "text": "x", "id": ' + b"[" * 5000 + b"]" * 5000 + b"}\n",
        "too deep",
    ),
}


@pytest.mark.parametrize(("content", "told"), BAD.values(), ids=BAD.keys())
def test_a_bad_line_says_what_is_wrong(tmp_path, content, told):
    assert told in one(tmp_path, content).error


@pytest.mark.parametrize(
    "given_id",
    ["a", "", "Ä \U0001f600", 7, -1, 2**80, 1.5, True, None, ["a", 1], {"b": {"c": None}}],
    ids=repr,
)
def test_an_id_of_any_kind_comes_back_as_it_was(tmp_path, given_id):
    assert one(tmp_path, good(id=given_id)).input_id == given_id
    assert one(tmp_path, json.dumps({"id": given_id, "url": 1}).encode()).input_id == given_id


@pytest.mark.parametrize(
    ("published", "seconds"),
    [
        (1_745_000_000, 1_745_000_000.0),
        (1_745_000_000.5, 1_745_000_000.5),
        (1_745_000_000_000, 1_745_000_000.0),
        (0, 0.0),
        ("1745000000", 1_745_000_000.0),
        ("2025-04-18T18:13:20Z", 1_745_000_000.0),
        ("2025-04-18T21:13:20+03:00", 1_745_000_000.0),
        ("2025-04-18 18:13:20", 1_745_000_000.0),
        ("2025-04-18", 1_744_934_400.0),
        ("Fri, 18 Apr 2025 18:13:20 GMT", 1_745_000_000.0),
        (None, START),
        ("", START),
    ],
)
def test_published_is_read_in_its_many_forms(tmp_path, published, seconds):
    ref = one(tmp_path, good(published=published))
    assert not ref.error
    assert ref.published == seconds


def test_a_missing_date_is_the_line_before_s_and_now_never_goes_back(tmp_path):
    content = good() + good(published=START + 50) + good() + b"bad\n" + good(published=START + 20) + good()
    refs = surveyed(tmp_path, content)
    assert [ref.published - START for ref in refs] == [0, 50, 50, 50, 20, 20]
    assert [ref.seen - START for ref in refs] == [0, 50, 50, 50, 50, 50]
    assert [ref.rank for ref in refs] == [1, 2, 3, 4, 5, 6]


def test_a_bad_line_does_not_move_now(tmp_path):
    refs = surveyed(tmp_path, good() + good(url="ftp://a", published=START + 9e6) + good())
    assert [ref.seen for ref in refs] == [START, START, START]


def test_sorted_by_publication_the_order_of_equals_is_the_input_s(tmp_path):
    content = good(published=START + 9) + good(published=START) + good(published=START + 9) + good(published=START)
    refs = surveyed(tmp_path, content, by_published=True)
    assert [ref.rank for ref in refs] == [3, 1, 4, 2]
    assert [ref.seen - START for ref in refs] == [9, 0, 9, 0]


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_the_last_line_needs_no_end_and_any_end_will_do(tmp_path, end):
    content = good().strip() + b"\r\n" + good(text="Second.").strip() + end
    refs = surveyed(tmp_path, content)
    path = tmp_path / "in.jsonl"
    assert [ref.error for ref in refs] == ["", ""]
    assert [article.text for article in read_articles(path, refs)] == ["Words enough.", "Second."]


def test_a_byte_order_mark_is_passed_over(tmp_path):
    refs = surveyed(tmp_path, b"\xef\xbb\xbf" + good())
    assert [ref.error for ref in refs] == [""]
    assert [article.text for article in read_articles(tmp_path / "in.jsonl", refs)] == ["Words enough."]


def test_a_huge_line_is_a_bad_one_and_the_next_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(lines, "MAX_LINE", 1000)
    monkeypatch.setattr(lines, "KEPT_OF_BAD", 20)
    huge = good(text="x" * 5000)
    refs = surveyed(tmp_path, good() + huge + good(text="After."))
    path = tmp_path / "in.jsonl"
    assert "at most 1,000" in refs[1].error
    assert [bool(ref.error) for ref in refs] == [False, True, False]
    assert raw_line(path, refs[1]) == huge[:20]
    assert [article.text for article in read_articles(path, [refs[0], refs[2]])] == ["Words enough.", "After."]


def test_an_empty_file_has_no_lines(tmp_path):
    assert surveyed(tmp_path, b"") == []


def test_foreign_fields_of_any_kind_are_passed_over(tmp_path):
    assert not one(tmp_path, good(source={"name": "X"}, links=["https://b.example"], canonical_url=None, label=3)).error


def read(tmp_path: Path, **more: Any) -> Article:
    refs = surveyed(tmp_path, good(**more))
    (article,) = read_articles(tmp_path / "in.jsonl", refs)
    return article


def test_without_title_a_short_first_line_is_the_headline(tmp_path):
    article = read(tmp_path, text="Harbour floods\nA sluice failed.")
    assert (article.title, article.text) == ("Harbour floods", "A sluice failed.")
    article = read(tmp_path, text="One line only")
    assert (article.title, article.text) == ("", "One line only")
    assert read(tmp_path, title="Given", text="First\nSecond").text == "First\nSecond"


def test_authors_and_language_are_taken_as_people_write_them(tmp_path):
    article = read(tmp_path, authors=" Ada Byron ", lang="en-GB", outlet=" Post ")
    assert (article.authors, article.lang, article.outlet) == (("Ada Byron",), "en", "Post")
    assert read(tmp_path, authors=["A", "", "B"], lang="klingon").authors == ("A", "B")


def test_a_page_gives_its_links_and_not_its_text(tmp_path):
    article = read(tmp_path, html="<p>Other words, <a href='/x?utm_source=a'>as B says</a></p>")
    assert article.text == "Words enough."
    assert [(link.url, link.anchor) for link in article.links] == [("https://a.example/x?utm_source=a", "as B says")]


def test_an_exported_article_replays_as_itself(tmp_path):
    article = saved_article(
        "https://a.example/1",
        "",
        "First\nSecond",
        published=0.0,
        seen=0.0,
        line=1,
        outlet="Post",
        authors=("A", "B"),
        canonical_url="https://b.example/1",
        modified=12.5,
        feed="https://a.example/rss",
        links=(Link("https://b.example/2", "there", 0.5),),
        source="Wire",
        source_url="https://wire.example",
        text_from=TextFrom.FEED_SUMMARY,
        unread="403",
        backfilled=True,
    )
    path = tmp_path / "in.jsonl"
    encoded = lines.msgspec.json.encode(export_line(article))
    path.write_bytes(encoded + b"\n")
    (again,) = read_articles(path, list(survey(path, START).refs))
    assert again == article
    assert article.lang == "und"


@given(st.binary(max_size=200))
def test_no_bytes_break_the_survey(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "in.jsonl"
    path.write_bytes(content)
    refs = survey(path, START).refs
    assert [ref.number for ref in refs] == list(range(1, len(refs) + 1))
    assert sum(ref.length for ref in refs) == len(content)


_ANY = st.text(max_size=40)


@given(host=_ANY, title=_ANY, text=_ANY, published=st.one_of(st.none(), st.floats(), st.integers(), _ANY), html=_ANY)
def test_no_text_breaks_a_line(tmp_path_factory, host, title, text, published, html):
    line = ReplayLine(url=f"https://{host}", text=text, title=title, published=published, html=html, lang=title)
    path = tmp_path_factory.mktemp("any") / "in.jsonl"
    try:
        path.write_bytes(lines.msgspec.json.encode(line) + b"\n")
    except UnicodeEncodeError:
        return
    (ref,) = survey(path, START).refs
    for article in read_articles(path, [] if ref.error else [ref]):
        assert article.text == text.strip() or article.title in text
