"""`wirewatch stream`: the graph without end."""

import sys
import time
from pathlib import Path

import click

from pipeline.cli.launching import alerts_aside, beam_arguments, installation_of, progress, run_errors
from pipeline.cli.output import command_line, emit, json_option, settings_option, tell
from pipeline.render.report import pass_lines
from pipeline.render.terminal import Page, plural


@click.command(context_settings={"ignore_unknown_options": True})
@settings_option
@click.option(
    "--shards", default=1, show_default=True, type=click.IntRange(1, 4096), help="Shares of hosts, one event loop each."
)
@json_option
@click.argument("beam_args", nargs=-1, type=click.UNPROCESSED)
def command(settings_path: Path | None, shards: int, beam_args: tuple[str, ...], *, as_json: bool) -> None:
    """Run the graph without end, on Prism unless --runner names another; Ctrl-C drains. `make prism` gets the binary.

    Alerts go to the sinks of the settings; what was done is told at the end. Beam's own options pass through.

    Example: wirewatch stream
    """
    from pipeline.prism import find_prism  # noqa: PLC0415 - Beam takes a second to import
    from pipeline.report import report_since  # noqa: PLC0415
    from pipeline.runs import owned_run  # noqa: PLC0415
    from pipeline.store.activity import mark  # noqa: PLC0415

    installation = installation_of(settings_path)
    options = beam_arguments(beam_args, installation.settings)
    with (
        run_errors(),
        alerts_aside(as_json=as_json),
        owned_run(installation, command_line(), options) as run,
        progress(run.store),
    ):
        began, clock = mark(run.store.database, time.time()), time.monotonic()
        tell(f"streaming from {plural(len(installation.feeds), 'feed')}; Ctrl-C drains")
        run.stream(shards, find_prism())
        report = report_since(run.store, installation.settings, began, time.monotonic() - clock)
    emit(report, pass_lines(report, Page.of(sys.stdout, installation.settings.time_zone)), as_json=as_json)
