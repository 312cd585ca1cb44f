"""Saved pages to JSON: always the same keys, an error inside the object for a page that cannot be read."""

from pathlib import Path

import pytest

from pipeline.cli.extract import KEYS
from pipeline.newsroom.pages import render_page
from pipeline.newsroom.server import Newsroom
from tests.pipeline.cli.conftest import SETTINGS, Say

START = 1_745_740_800.0
PARAGRAPHS = "".join(
    f"<p>Paragraph {number} tells at length how a family of otters has moved back into the brook below the old mill, "
    f"<a href='https://source.example/{number}'>as the county reported</a>.</p>"
    for number in range(4)
)
PAGE = f"""<html lang="en"><head><title>Otters return to Elm Brook - Brook Post</title>
<meta property="og:site_name" content="Brook Post"><meta name="author" content="Nell Rudd">
<meta property="article:published_time" content="2025-04-18T21:13:20+03:00">
<link rel="canonical" href="/news/otters?utm_source=x"></head><body><nav><a href="/">Home</a></nav><article>
<h1>Otters return to Elm Brook</h1>{PARAGRAPHS}</article></body></html>"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_text(PAGE, encoding="utf-8")
    return path


def test_a_page_is_one_object_with_exactly_its_keys(page: Path, say: Say) -> None:
    found = say("extract", str(page), "--url", "https://brook-post.example/news/otters")
    assert (found.code, found.err) == (0, "")
    read = found.json()
    assert set(read) == {"file", *KEYS}
    assert read["file"] == str(page)
    assert read["title"] == "Otters return to Elm Brook"
    assert read["published"] == "2025-04-18T18:13:20Z"
    assert (read["modified"], read["authors"], read["outlet"], read["lang"]) == (
        None,
        ["Nell Rudd"],
        "Brook Post",
        "en",
    )
    assert read["canonical_url"].startswith("https://brook-post.example/news/otters")
    assert "Paragraph 3" in read["text"]
    assert "Home" not in read["text"]
    assert [link["url"] for link in read["links"]] == [f"https://source.example/{number}" for number in range(4)]


def test_many_pages_are_printed_in_their_order_and_bad_ones_say_why(tmp_path: Path, page: Path, say: Say) -> None:
    bad = {"empty.html": b"", "binary.html": b"GIF89a\0\0\0\0", "no-text.html": b"<html><body></body></html>"}
    for name, content in bad.items():
        (tmp_path / name).write_bytes(content)
    files = [str(tmp_path / name) for name in ("empty.html", "page.html", "binary.html", "page.html", "no-text.html")]
    found = say("extract", *files)
    assert found.code == 0
    assert [read["file"] for read in found.lines()] == files
    for read in found.lines():
        if read["file"].endswith("/page.html"):
            assert "error" not in read
        else:
            assert set(read) == {"file", "error", *KEYS}
            assert (read["text"], read["published"], read["links"]) == ("", None, [])
            assert ": " in read["error"]


def test_a_dash_is_standard_input(say: Say) -> None:
    read = say("extract", "-", data=PAGE.encode()).json()
    assert (read["file"], read["outlet"]) == ("-", "Brook Post")


def test_a_page_that_hangs_its_reader_is_stopped_and_the_others_are_read(tmp_path: Path, page: Path, say: Say) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(SETTINGS + '[extraction]\ndeadline = "2s"\nworkers = 1\n')
    still = Newsroom(clock=lambda: START)
    trap = next(article for article in still.landscape.articles.values() if article.trap)
    (tmp_path / "trap.html").write_bytes(render_page(still.edition, trap, START))
    found = say("extract", str(tmp_path / "trap.html"), str(page), "--settings", str(settings)).lines()
    assert found[0]["error"].startswith("timeout: not read within 2 s")
    assert found[1]["title"] == "Otters return to Elm Brook"


@pytest.mark.parametrize("words", [(), ("none.html",), (".",)])
def test_a_file_that_is_not_there_is_wrong_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, say: Say, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    found = say("extract", *words)
    assert (found.code, found.out, found.err.count("\n")) == (2, "", 1)
