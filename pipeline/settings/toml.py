"""A TOML file whose every value knows its line."""

import re
import tomllib
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pipeline.settings import positions
from pipeline.settings.errors import UNSAID, SettingsError, complaint
from pipeline.settings.values import HiddenValueError

T = TypeVar("T")
Read = Callable[[Any], T]
"""Value as in TOML -> value as wanted; raises ValueError saying what is wrong and the remedy."""

LARGEST_FILE = 16 * 1024 * 1024
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def read_text(path: Path, kind: str) -> str:
    """A file's text. Args: kind: what it is to a person, as in "settings file"."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise complaint(
            path, None, "", f"the {kind} cannot be read ({reason}); check the path and its rights"
        ) from error
    if len(raw) > LARGEST_FILE:
        raise complaint(path, None, "", f"the {kind} has {len(raw)} bytes, at most {LARGEST_FILE} are read; split it")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise complaint(path, line, "", f"the {kind} is not UTF-8; save it in that encoding") from error


def dotted(path: positions.Path) -> str:
    """A key as a person writes it: network.hosts."*.newsroom", sinks[2].kind (counted from 1)."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            name = part if _BARE.fullmatch(part) else f'"{part}"'
            text += f".{name}" if text else name
    return text


def suggestion(name: str, known: list[str]) -> str:
    """The question "did you mean x?", or what there is to choose from."""
    near = get_close_matches(name.lower(), known, 1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else f"known here: {', '.join(sorted(known))}"


class TomlFile:
    """A parsed file. Raises SettingsError where it is no valid TOML."""

    def __init__(self, path: Path, kind: str) -> None:
        self.path = path
        text = read_text(path, kind)
        try:
            data = tomllib.loads(text)
            self._lines = positions.positions(text)
        except tomllib.TOMLDecodeError as error:
            raise _syntax(path, text, str(error)) from error
        except RecursionError as error:
            raise complaint(path, None, "", f"the {kind} nests too deeply; write it flat") from error
        self.top = Table(self, (), data)

    def line(self, path: positions.Path) -> int | None:
        """The line of a key, else of the nearest table around it that has one."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path)

    def error(self, path: positions.Path, problem: str, value: object = UNSAID) -> SettingsError:
        return complaint(self.path, self.line(path), dotted(path), problem, value)


def _syntax(path: Path, text: str, message: str) -> SettingsError:
    found = _PLACE.search(message)
    line = int(found[1]) if found and found[1] else text.rstrip("\n").count("\n") + 1
    column = f" at column {found[2]}" if found and found[2] else " at the end of the file"
    what = _PLACE.sub("", message)
    lines = text.splitlines()
    written = lines[line - 1].strip() if line <= len(lines) else ""
    # The line itself is shown only up to its "=": what stands behind may be a secret in the wrong place.
    key = written.partition("=")[0].strip()
    return complaint(
        path, line, key[:60], f"not valid TOML{column}: {what[:1].lower()}{what[1:]}; text values need quotes"
    )


class Table:
    """One table of a file, from which known keys are taken; what is left at the end is unknown."""

    def __init__(self, file: TomlFile, path: positions.Path, data: Mapping[str, Any]) -> None:
        self.file = file
        self.path = path
        self._data = data
        self._known: list[str] = []

    def __contains__(self, name: str) -> bool:
        return name in self._data

    @property
    def names(self) -> list[str]:
        return list(self._data)

    def get(self, name: str, read: Read[T], default: T) -> T:
        """The value of a key, or the default where it is not there."""
        self._known.append(name)
        return self._read(name, read) if name in self._data else default

    def need(self, name: str, read: Read[T], remedy: str) -> T:
        """The value of a key that must be there."""
        self._known.append(name)
        if name not in self._data:
            raise self.file.error((*self.path, name), f"is missing; {remedy}")
        return self._read(name, read)

    def _read(self, name: str, read: Read[T]) -> T:
        try:
            return read(self._data[name])
        except ValueError as error:
            shown = UNSAID if isinstance(error, HiddenValueError) else self._data[name]
            raise self.error(name, str(error), shown) from error

    def table(self, name: str) -> "Table":
        """A table inside; an empty one where it is not there."""
        self._known.append(name)
        value = self._data.get(name, {})
        if not isinstance(value, dict):
            raise self.error(name, f"must be a table; write [{dotted((*self.path, name))}] above its keys", value)
        return Table(self.file, (*self.path, name), value)

    def tables(self, name: str) -> "list[Table]":
        """An array of tables."""
        self._known.append(name)
        value = self._data.get(name, [])
        if not isinstance(value, list) or not all(isinstance(element, dict) for element in value):
            raise self.error(
                name, f"must be a list of tables; write [[{dotted((*self.path, name))}]] above each", value
            )
        return [Table(self.file, (*self.path, name, number), element) for number, element in enumerate(value)]

    def raw(self, name: str) -> Any:
        """A value as it is; None where it is not there."""
        self._known.append(name)
        return self._data.get(name)

    def error(self, name: str, problem: str, value: object = UNSAID) -> SettingsError:
        return self.file.error((*self.path, name) if name else self.path, problem, value)

    def finish(self, elsewhere: Mapping[str, str] | None = None) -> None:
        """Refuse keys that nobody has asked for. Args: elsewhere: key -> where it belongs instead."""
        for name in self._data:
            if name not in self._known:
                place = (elsewhere or {}).get(name)
                hint = place or suggestion(name, self._known)
                raise self.error(name, f"there is no such key; {hint}")
