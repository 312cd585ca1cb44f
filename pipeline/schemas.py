"""JSON Schemas of the public records: `python -m pipeline.schemas [FOLDER]` writes docs/schemas anew."""

import ast
import inspect
import sys
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from pipeline.replay import lines, outputs
from pipeline.replay.lines import ReplayLine
from pipeline.replay.outputs import ArticleLine, StoryLine
from transforms import model
from transforms.alerts.cloudevents import (
    HEALTH_SCHEMA,
    SCHEMA,
    AlertData,
    AlertEvent,
    FeedHealthData,
    FeedHealthEvent,
)
from transforms.model import Article, DeadLetter, Outcome, Story

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
PUBLIC: dict[str, Any] = {
    "alert": AlertData,
    "alert_event": AlertEvent,
    "feed_health": FeedHealthData,
    "feed_health_event": FeedHealthEvent,
    "article": Article,
    "story": Story,
    "outcome": Outcome,
    "dead_letter": DeadLetter,
    "replay_line": ReplayLine,
    "replay_article": ArticleLine,
    "replay_story": StoryLine,
}
"""File name -> record."""
IDENTIFIERS = {"alert": SCHEMA, "feed_health": HEALTH_SCHEMA}
"""Of those that events name."""


def schemas() -> dict[str, bytes]:
    """File name -> JSON Schema, as the file's bytes."""
    return {f"{name}.json": _schema(name, record) for name, record in PUBLIC.items()}


def _schema(name: str, record: Any) -> bytes:
    identifier = IDENTIFIERS.get(name, f"urn:wirewatch:schema:{name}:1")
    schema = {"$schema": DIALECT, "$id": identifier, **msgspec.json.schema(record)}
    for title, definition in schema["$defs"].items():
        for field, words in _field_words(title).items():
            if (described := definition.get("properties", {}).get(field)) is not None:
                general = described.get("description")
                described["description"] = f"{words} ({general})" if general else words
    return msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n"


@cache
def _field_words(title: str) -> dict[str, str]:
    """What the docstrings under a record's fields say; msgspec knows only those of classes."""
    record = next((getattr(module, title) for module in (model, lines, outputs) if hasattr(module, title)), None)
    if record is None or not issubclass(record, msgspec.Struct):
        return {}
    (definition,) = ast.parse(inspect.getsource(record)).body
    body = definition.body if isinstance(definition, ast.ClassDef) else []
    words = {}
    for field, after in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(after, ast.Expr):
            words[field.target.id] = " ".join(str(ast.literal_eval(after.value)).split())
    return words


def main(arguments: list[str]) -> None:
    """Write all schemas into a folder, the repository's docs/schemas when none is given."""
    folder = Path(arguments[0]) if arguments else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in schemas().items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main(sys.argv[1:])
