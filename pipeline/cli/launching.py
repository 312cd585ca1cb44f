"""What `run`, `watch`, `stream`, `replay` and `demo` share: the installation, Beam's options, errors that end a run."""

import argparse
import contextlib
import io
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pipeline.cli.output import SETTINGS_HINT, CommandFailed, WrongUse, tell
from pipeline.settings.errors import SettingsError
from pipeline.settings.installation import Installation, load_installation
from pipeline.settings.settings import Settings
from pipeline.settings.sinks import check_sinks
from pipeline.store.errors import StoreAddressError, StoreError
from pipeline.store.store import Store

PROGRESS_EVERY = 5.0
"""Seconds between two lines about a run under way."""


def installation_of(path: Path | None) -> Installation:
    """Settings, feeds, topics and the environment that they need, validated; wrong ones end with exit code 2."""
    import os  # noqa: PLC0415

    chosen = path or Path("settings.toml")
    if not chosen.is_file():
        raise WrongUse(f"there is no settings file {str(chosen)!r}; {SETTINGS_HINT}")
    try:
        installation = load_installation(chosen)
        check_sinks(installation.settings.sinks, os.environ)
    except SettingsError as error:
        raise WrongUse(str(error)) from error
    return installation


def beam_arguments(given: Sequence[str], settings: Settings | None = None) -> list[str]:
    """Beam's options: those of the settings' [beam] table, then those of the command line; unknown ones are wrong use."""
    from apache_beam.options.pipeline_options import PipelineOptions, _BeamArgumentParser  # noqa: PLC0415

    parser = _BeamArgumentParser(allow_abbrev=False, exit_on_error=False)
    for options in PipelineOptions.__subclasses__():
        with contextlib.suppress(argparse.ArgumentError):
            options._add_argparse_args(parser)  # noqa: SLF001 - the only list of Beam's options that there is
    try:
        with contextlib.redirect_stderr(io.StringIO()) as said:
            _, unknown = parser.parse_known_args(list(given))
    except argparse.ArgumentError as error:
        raise WrongUse(f"Beam's option {str(error).removeprefix('argument ')}") from error
    except SystemExit as error:
        raise WrongUse(f"Beam's options: {said.getvalue().strip().rpartition('error: ')[2]}") from error
    if unknown:
        raise WrongUse(f"{unknown[0]!r} is no option of this command or of Beam; see --help")
    return [*_as_flags(settings.beam if settings else {}), *given]


def _as_flags(table: dict[str, Any]) -> Iterator[str]:
    for name, value in table.items():
        if value is True:
            yield f"--{name}"
        elif isinstance(value, list):
            yield from (f"--{name}={one}" for one in value)
        elif value is not False:
            yield f"--{name}={value}"


@contextlib.contextmanager
def run_errors() -> Iterator[None]:
    """Errors that end a run, each with its words and exit code 1."""
    from pipeline.launch import StreamDied  # noqa: PLC0415
    from pipeline.runs import LostStore  # noqa: PLC0415
    from transforms.alerts.ports import SinkError  # noqa: PLC0415

    try:
        yield
    except StoreAddressError as error:
        raise WrongUse(str(error)) from error
    except (StoreError, StreamDied, LostStore, SinkError) as error:
        raise CommandFailed(str(error)) from error
    except KeyboardInterrupt:
        raise CommandFailed("stopped at once; what was under way is taken up by the next run") from None


@contextlib.contextmanager
def alerts_aside(*, as_json: bool) -> Iterator[None]:
    """With --json, sinks that print do so on standard error: standard output is the program's."""
    with contextlib.redirect_stdout(sys.stderr) if as_json else contextlib.nullcontext():
        yield


@contextlib.contextmanager
def progress(store: Store) -> Iterator[None]:
    """While a run lasts, a line now and then on the terminal says how far it has come."""
    if not sys.stderr.isatty():
        yield
        return
    ended = threading.Event()

    def work() -> None:
        while not ended.wait(PROGRESS_EVERY):
            with contextlib.suppress(StoreError):
                counts = store.reading.counts()
                waiting = sum(counts.rows.values())
                tell(f"  ... {counts.articles:,} articles in {counts.stories:,} stories, {waiting:,} pages to read")

    told = threading.Thread(target=work, name="progress", daemon=True)
    told.start()
    try:
        yield
    finally:
        ended.set()
        told.join()
