"""The one way in which settings, feeds and topics are wrong."""

import json
from pathlib import Path
from typing import Final

LONGEST_VALUE = 80


class SettingsError(Exception):
    """A wrong settings, feeds or topics file (or environment): one line naming file, line, key, value and remedy."""


class _Unsaid:
    """No value is shown: there is none, or it may be secret."""


UNSAID: Final = _Unsaid()


def complaint(path: Path, line: int | None, key: str, problem: str, value: object = UNSAID) -> SettingsError:
    """The error of one place in a file.

    Args:
        path: the file.
        line: counted from 1; None where the whole file is meant.
        key: dotted as in TOML; empty where no key is meant.
        problem: what is wrong and the remedy.
        value: shown as written, shortened; never give one that may be secret.
    """
    place = f"{path}:{line}" if line else str(path)
    told = key if isinstance(value, _Unsaid) else f"{key} = {shown(value)}" if key else shown(value)
    text = f"{place}: {told}: {problem}" if told else f"{place}: {problem}"
    return SettingsError(" ".join(text.split()))


def shown(value: object) -> str:
    """A value as TOML would write it, on one line, shortened."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    text = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"
