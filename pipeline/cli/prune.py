"""`wirewatch prune`: forget what the settings no longer keep."""

import time
from pathlib import Path

import click
import msgspec

from pipeline.cli.output import emit, json_option, open_for_reading, settings_of, settings_option


@click.command()
@settings_option
@json_option
def command(settings_path: Path | None, *, as_json: bool) -> None:
    """Forget texts, fingerprints, stories and seen links that are older than the settings keep them.

    What an open alert rests on is kept. Works beside a running watch.

    Example: wirewatch prune
    """
    from pipeline.runs import retention_of  # noqa: PLC0415 - Beam takes a second to import

    settings = settings_of(settings_path)
    with open_for_reading(settings) as store:
        pruned = store.prune(time.time(), retention_of(settings))
    gone = {name.replace("_", " "): count for name, count in msgspec.structs.asdict(pruned).items() if count}
    text = ", ".join(f"{count:,} {name}" for name, count in gone.items())
    emit(pruned, [f"forgotten: {text or 'nothing'}"], as_json=as_json)
