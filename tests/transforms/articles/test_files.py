"""Saved pages, read for people."""

from pathlib import Path

import pytest

from tests.transforms.articles.press import URL, json_ld, page_html
from transforms.articles.files import extract_file
from transforms.articles.pages import UnreadablePage


def test_a_saved_page_is_read(tmp_path: Path) -> None:
    saved = tmp_path / "page.html"
    saved.write_text(page_html(head=json_ld(**{"@type": "NewsArticle", "datePublished": "2024-05-01T10:00:00Z"})))
    found = extract_file(saved, URL)
    assert (found.title, found.published, found.lang) == ("Council votes to rebuild harbour", 1714557600.0, "en")
    assert extract_file(saved, now=1714557000.0).published is None
    assert extract_file(saved, now=1714558000.0).published == 1714557600.0


def test_a_file_that_is_no_page_says_so(tmp_path: Path) -> None:
    saved = tmp_path / "page.html"
    saved.write_bytes(b"%PDF\0\0")
    with pytest.raises(UnreadablePage):
        extract_file(saved)
