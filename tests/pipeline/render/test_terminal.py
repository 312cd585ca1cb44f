"""Laying out, and text from the network made harmless."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from pipeline.render.terminal import PLAIN_WIDTH, Page, clean, columns, fit, plural, span
from tests.transforms.alerts.fakes import NOON


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("two\nlines\r\nand\ta tab", "two lines and a tab"),
        ("\x1b[31mred\x1b[0m", "�[31mred�[0m"),
        ("\x1b]0;owned\x07", "�]0;owned�"),
        ("\x9b2J", "�2J"),
        ("a\x00b\x7fc", "a�b�c"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("\u2066x\u2069\u200e\u200f\ufeff\u00ad", "x"),
        ("a\u2028b\u2029c\x85d", "a b c d"),
        ("zero\u200bwidth", "zerowidth"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("tag\U000e0041", "tag"),
        ("half \ud800", "half �"),
        ("private \ue000", "private �"),
        ("  much   room  ", "much room"),
        ("", ""),
    ],
)
def test_hostile_text_becomes_one_harmless_line(hostile, harmless):
    assert clean(hostile) == harmless


@given(st.text())
def test_clean_text_has_nothing_that_a_terminal_obeys(text):
    found = clean(text)
    assert not any(ord(char) < 32 or 127 <= ord(char) <= 159 for char in found)
    assert len(found.splitlines()) <= 1
    assert clean(found) == found


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Mn", "Cf"])), st.integers(2, 60))
def test_a_fitted_cell_has_its_width(text, width):
    assert cell_len(fit(clean(text), width)) == width


@given(st.lists(st.text("abcž漢", min_size=1, max_size=30), max_size=30), st.integers(10, 60))
def test_wrapped_lines_fit_and_lose_nothing(words, width):
    lines = list(Page(width).wrap(" ".join(words), "  ", "    "))
    assert " ".join(lines).split() == words
    assert all(cell_len(line) <= width or len(line.split()) == 1 for line in lines)


def test_texts_stand_at_a_lines_ends_or_on_two_lines():
    assert list(Page(20).ends("left", "right")) == ["left           right"]
    assert list(Page(10).ends("left", "right", "LEFT")) == ["LEFT", "     right"]
    assert list(Page(10).ends("left", "very much too long")) == ["left", "very much too long"]


def test_a_pipe_is_plain_and_a_terminal_has_colour_unless_told_otherwise(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert (Page.of(io.StringIO()).width, Page.of(io.StringIO()).colour) == (PLAIN_WIDTH, False)
    monkeypatch.setenv("COLUMNS", "72")
    assert (Page.of(Terminal()).width, Page.of(Terminal()).colour) == (72, True)
    monkeypatch.setenv("COLUMNS", "9")
    assert Page.of(Terminal()).width == 40
    monkeypatch.setenv("NO_COLOR", "1")
    assert not Page.of(Terminal()).colour
    assert Page(colour=True).bold("x") == "\x1b[1mx\x1b[0m"
    assert (Page(colour=True).dim("x"), Page().dim("x")) == ("\x1b[2mx\x1b[0m", "x")


def test_times_are_the_persons():
    page = Page.of(io.StringIO(), "America/New_York")
    assert page.moment(NOON) == "27 Apr 08:01 EDT"
    assert page.time_beside(NOON, NOON + 3600) == "08:01"
    assert page.time_beside(NOON - 9 * 3600, NOON) == "26 Apr 23:01"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (21.4, "21 s"), (99, "99 s"), (120, "2 min"), (3480, "58 min"), (7200, "2 h"), (3 * 86400, "3 d")],
)
def test_durations(seconds, text):
    assert span(seconds) == text


def test_numbers_have_their_nouns():
    assert [plural(1, "story", "stories"), plural(2, "story", "stories"), plural(1200, "feed")] == [
        "1 story",
        "2 stories",
        "1,200 feeds",
    ]
    assert (columns(["a", "漢字"], 3), columns([], 3)) == (3, 0)
