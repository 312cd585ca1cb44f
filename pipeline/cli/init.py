"""`wirewatch init`: the files that a new installation starts from."""

import shutil
from pathlib import Path

import click

from pipeline.bundled import bundled
from pipeline.cli.output import CommandFailed, emit, json_option

FILES = ("settings.toml", "topics.toml", "feeds.opml")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@json_option
def command(folder: Path, *, as_json: bool) -> None:
    """Write settings.toml, topics.toml and feeds.opml into FOLDER (here), each with its comments.

    A file that is there already is left alone.

    Example: wirewatch init newsdesk
    """
    written, kept = [], []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            path = folder / name
            if path.exists():
                kept.append(str(path))
                continue
            shutil.copyfile(bundled("seeds") / name, path)
            written.append(str(path))
    except OSError as error:
        raise CommandFailed(f"cannot write into {str(folder)!r}: {error.strerror}; choose another folder") from error
    lines = [f"wrote {path}" for path in written] + [f"kept  {path} (it was there)" for path in kept]
    lines.append("Next: put your address into settings.toml (polling.contact), then `wirewatch run`.")
    emit({"written": written, "kept": kept}, lines, as_json=as_json)
