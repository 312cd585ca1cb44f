"""On which line each key of a TOML file stands.

tomllib gives the lines of syntax errors only. This scanner reads a file that tomllib has accepted, so it need not
check anything: it follows headers, keys and values just far enough to know where each begins.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping

Path = tuple[str | int, ...]
"""Keys and array indices from the top: ("sinks", 0, "name")."""

_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_SPACES = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_OTHER_VALUE = re.compile(r"[^,\]}\n#]*")
_STRING = {
    '"""': re.compile(r'"""(?:\\.|[^\\])*?"{3,5}(?!")', re.DOTALL),
    "'''": re.compile(r"'''.*?'{3,5}(?!')", re.DOTALL),
    '"': re.compile(r'"(?:\\.|[^"\\\n])*"'),
    "'": re.compile(r"'[^'\n]*'"),
}


def positions(text: str) -> Mapping[Path, int]:
    """Line, from 1, of every key, table header and array element of a valid TOML text.

    A table made by several headers or dotted keys has the line of the first.
    """
    return _Scanner(text.replace("\r\n", "\n")).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._breaks = [found.start() for found in re.finditer("\n", text)]
        self._elements: dict[Path, int] = {}
        """How many elements each array of tables has so far."""
        self._lines: dict[Path, int] = {}

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._text.startswith("[", self._at):
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self._lines

    def _header(self) -> Path:
        at = self._at
        is_array = self._text.startswith("[[", at)
        self._at += 2 if is_array else 1
        keys = self._key()
        self._at += 2 if is_array else 1
        path: Path = ()
        for depth, key in enumerate(keys, start=1):
            path = (*path, key)
            self._note(path, at)
            if is_array and depth == len(keys):
                self._elements[path] = self._elements.get(path, 0) + 1
            if path in self._elements:
                path = (*path, self._elements[path] - 1)
                self._note(path, at)
        return path

    def _pair(self, table: Path) -> None:
        at = self._at
        path = table
        for key in self._key():
            path = (*path, key)
            self._note(path, at)
        self._at += 1  # =
        self._skip(_SPACES)
        self._value(path)

    def _key(self) -> list[str]:
        """A dotted key; leaves the place behind it and its spaces."""
        keys = []
        while True:
            self._skip(_SPACES)
            if self._text[self._at] in "\"'":
                quoted = self._take(_STRING[self._text[self._at]])
                keys.append(tomllib.loads(f"key = {quoted}")["key"])
            else:
                keys.append(self._take(_BARE_KEY))
            self._skip(_SPACES)
            if not self._text.startswith(".", self._at):
                return keys
            self._at += 1

    def _value(self, path: Path) -> None:
        start = self._text[self._at]
        if start in "\"'":
            triple = start * 3
            self._take(_STRING[triple if self._text.startswith(triple, self._at) else start])
        elif start == "[":
            self._array(path)
        elif start == "{":
            self._inline_table(path)
        else:
            self._skip(_OTHER_VALUE)

    def _array(self, path: Path) -> None:
        self._at += 1
        number = 0
        self._skip(_BLANK)
        while not self._text.startswith("]", self._at):
            self._note((*path, number), self._at)
            self._value((*path, number))
            number += 1
            self._skip(_BLANK)
            if self._text.startswith(",", self._at):
                self._at += 1
                self._skip(_BLANK)
        self._at += 1

    def _inline_table(self, path: Path) -> None:
        self._at += 1
        self._skip(_BLANK)
        while not self._text.startswith("}", self._at):
            self._pair(path)
            self._skip(_BLANK)
            if self._text.startswith(",", self._at):
                self._at += 1
                self._skip(_BLANK)
        self._at += 1

    def _note(self, path: Path, at: int) -> None:
        self._lines.setdefault(path, bisect_right(self._breaks, at - 1) + 1)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        self._take(pattern)

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:  # the file was not accepted by tomllib before
            raise ValueError(f"not valid TOML at character {self._at}")
        self._at = found.end()
        return found.group()
