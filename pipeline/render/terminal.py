"""A page of text: its width, its time zone, and text from the network made harmless for a terminal."""

import os
import shutil
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TextIO
from zoneinfo import ZoneInfo

import click
from rich.cells import cell_len, set_cell_size

from transforms import words
from transforms.alerts.hours import parse_zone

PLAIN_WIDTH = 110
"""Columns where nobody says how many there are: a pipe, a file."""
UTC_ZONE = ZoneInfo("UTC")
_WIDTHS = (40, 160)
_JOINERS = "\u200c\u200d"
"""Invisible, yet part of how Persian, Indic scripts and emoji are written."""
plural = words.plural
span = words.span


@dataclass(frozen=True)
class Page:
    """How text is laid out."""

    width: int = PLAIN_WIDTH
    zone: ZoneInfo = UTC_ZONE
    colour: bool = False

    @classmethod
    def of(cls, stream: TextIO, time_zone: str = "UTC") -> "Page":
        """The page that a stream is: a terminal's width and colour (unless NO_COLOR is set), else plain."""
        if not stream.isatty():
            return cls(zone=parse_zone(time_zone))
        width = min(max(shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns, _WIDTHS[0]), _WIDTHS[1])
        return cls(width, parse_zone(time_zone), "NO_COLOR" not in os.environ)

    def bold(self, text: str) -> str:
        """The text, bold where the page has colour."""
        return click.style(text, bold=True) if self.colour else text

    def dim(self, text: str) -> str:
        """The text, dim where the page has colour."""
        return click.style(text, dim=True) if self.colour else text

    def local(self, seconds: float) -> datetime:
        """A moment on the person's wall clock."""
        return datetime.fromtimestamp(seconds, UTC).astimezone(self.zone)

    def moment(self, seconds: float) -> str:
        """A moment with its date and zone: "27 Apr 09:41 UTC"."""
        local = self.local(seconds)
        return f"{local.day} {local:%b %H:%M %Z}"

    def time_beside(self, seconds: float, other: float) -> str:
        """The time of day, with the date when it is not the other's: "09:12", "26 Apr 23:50"."""
        local = self.local(seconds)
        return f"{local:%H:%M}" if local.date() == self.local(other).date() else f"{local.day} {local:%b %H:%M}"

    def wrap(self, text: str, indent: str = "", after: str = "") -> Iterator[str]:
        """Lines that fit, broken at blanks; a word longer than a line, such as a URL, stays whole.

        Args:
            text: clean.
            indent: stands before the first line.
            after: stands before the others.
        """
        line, empty = indent, True
        for word in text.split():
            if not empty and cell_len(line) + 1 + cell_len(word) > self.width:
                yield line
                line, empty = after, True
            line += word if empty else f" {word}"
            empty = False
        if not empty:
            yield line

    def ends(self, left: str, right: str, shown: str = "") -> Iterator[str]:
        """Two texts at a line's two ends, or on two lines where they do not fit.

        Args:
            left: as it is measured.
            right: likewise.
            shown: the left text with its styles.
        """
        gap = self.width - cell_len(left) - cell_len(right)
        if gap >= 2:
            yield (shown or left) + " " * gap + right
        else:
            yield shown or left
            yield " " * max(0, self.width - cell_len(right)) + right


def clean(text: str) -> str:
    """Text of any origin on one line, with nothing in it that a terminal obeys or that misleads a reader.

    Escape sequences lose their escape, control characters become a mark, direction marks and other invisible
    characters go, white space of any kind becomes one blank.
    """
    return " ".join("".join(map(_clean, text)).split())


def fit(text: str, width: int) -> str:
    """Clean text in exactly so many columns: padded, or cut with an ellipsis."""
    return set_cell_size(text, width) if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"


def columns(cells: Iterable[str], most: int) -> int:
    """How wide a column must be for its cells, at most `most`."""
    return min(most, max(map(cell_len, cells), default=0))


def _clean(char: str) -> str:
    if char.isspace():
        return " "
    kind = unicodedata.category(char)
    if kind == "Cc":
        return "\N{REPLACEMENT CHARACTER}"
    if kind in {"Cs", "Co", "Zl", "Zp"}:
        return "\N{REPLACEMENT CHARACTER}"
    return "" if kind == "Cf" and char not in _JOINERS else char
