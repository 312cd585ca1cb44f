"""`wirewatch articles export`: what a replay reads."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click
import msgspec

from pipeline.cli.output import CommandFailed, emit, json_option, open_for_reading, settings_of, settings_option, tell
from pipeline.render.terminal import plural
from pipeline.replay.lines import export_line
from pipeline.store.exporting import exported_texts

_TOLD_EVERY = 10_000


@click.group()
def command() -> None:
    """Export articles as a replay reads them.

    Example: wirewatch articles export --out articles.jsonl
    """


@command.command()
@settings_option
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A file [default: standard output].")
@json_option
def export(settings_path: Path | None, out: Path | None, *, as_json: bool) -> None:
    """Write every text of every article, one JSON object a line, in the order in which they were decided.

    `wirewatch replay` of an unpruned store's export gives its stories exactly.

    Example: wirewatch articles export --out articles.jsonl
    """
    settings = settings_of(settings_path)
    with open_for_reading(settings) as store, _output(out) as file:
        count, encoder = 0, msgspec.json.Encoder()
        for article in exported_texts(store.database):
            file.write(encoder.encode(export_line(article)) + b"\n")
            count += 1
            if count % _TOLD_EVERY == 0:
                tell(f"{count:,} texts written")
    if out is not None:
        emit({"texts": count, "out": str(out)}, [f"{plural(count, 'text')} written to {out}"], as_json=as_json)


@contextlib.contextmanager
def _output(path: Path | None) -> Iterator[BinaryIO]:
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise CommandFailed(f"cannot write {str(path)!r}: {error.strerror}; choose another --out") from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
