"""JSON Schemas of the public records: `python -m pipeline.schemas [FOLDER]` writes docs/schemas anew."""

import sys
from pathlib import Path
from typing import Any

import msgspec

from transforms.alerts.cloudevents import SCHEMA, AlertData, AlertEvent
from transforms.model import Article, DeadLetter, Outcome, Story

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
PUBLIC: dict[str, Any] = {
    "alert": AlertData,
    "alert_event": AlertEvent,
    "article": Article,
    "story": Story,
    "outcome": Outcome,
    "dead_letter": DeadLetter,
}
"""File name -> record. Replay's lines are added by their own module."""


def schemas() -> dict[str, bytes]:
    """File name -> JSON Schema, as the file's bytes."""
    return {f"{name}.json": _schema(name, record) for name, record in PUBLIC.items()}


def _schema(name: str, record: Any) -> bytes:
    identifier = SCHEMA if name == "alert" else f"urn:wirewatch:schema:{name}:1"
    schema = {"$schema": DIALECT, "$id": identifier, **msgspec.json.schema(record)}
    return msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n"


def main(arguments: list[str]) -> None:
    """Write all schemas into a folder, the repository's docs/schemas when none is given."""
    folder = Path(arguments[0]) if arguments else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in schemas().items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main(sys.argv[1:])
