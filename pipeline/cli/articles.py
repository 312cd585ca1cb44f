"""`wirewatch articles export`: what a replay reads."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click
import msgspec

from pipeline.cli.output import CommandFailed, open_for_reading, settings_of, settings_option
from pipeline.replay.lines import export_line


@click.group()
def command() -> None:
    """Export articles as a replay reads them.

    Example: wirewatch articles export --out articles.jsonl
    """


@command.command()
@settings_option
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A file [default: standard output].")
def export(settings_path: Path | None, out: Path | None) -> None:
    """Write every text of every article, one JSON object a line, in the order in which they were decided.

    `wirewatch replay` of an unpruned store's export gives its stories exactly.

    Example: wirewatch articles export --out articles.jsonl
    """
    settings = settings_of(settings_path)
    with open_for_reading(settings) as store, _output(out) as file:
        count = 0
        for stored in store.reading.export_articles():
            file.write(msgspec.json.encode(export_line(stored.judged.article)) + b"\n")
            count += 1
    if out is not None:
        click.echo(f"{count:,} texts written to {out}", err=True)


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
        partial.replace(path)
    except OSError as error:
        raise CommandFailed(f"cannot write {str(path)!r}: {error.strerror}; choose another --out") from error
