"""`wirewatch watch`: passes as things fall due."""

import contextlib
import sys
from pathlib import Path

import click

from pipeline.cli.launching import alerts_aside, beam_arguments, installation_of, run_errors
from pipeline.cli.output import command_line, emit, json_option, settings_option, tell
from pipeline.render.report import PassReport, pass_lines
from pipeline.render.terminal import Page, plural


@click.command(context_settings={"ignore_unknown_options": True})
@settings_option
@json_option
@click.argument("beam_args", nargs=-1, type=click.UNPROCESSED)
def command(settings_path: Path | None, beam_args: tuple[str, ...], *, as_json: bool) -> None:
    """Do what `run` does, again and again, as feeds, pages and deliveries fall due. Ctrl-C ends it after what is under way.

    Example: wirewatch watch
    """
    from pipeline.runs import owned_run  # noqa: PLC0415 - Beam takes a second to import

    installation = installation_of(settings_path)
    options = beam_arguments(beam_args, installation.settings)
    page = Page.of(sys.stdout, installation.settings.time_zone)

    def told(report: PassReport) -> None:
        if not report.happened:
            return
        with contextlib.redirect_stdout(own_output):
            emit(report, pass_lines(report, page), as_json=as_json)
            own_output.flush()

    own_output = sys.stdout
    with run_errors(), alerts_aside(as_json=as_json), owned_run(installation, command_line(), options) as run:
        tell(f"watching {plural(len(installation.feeds), 'feed')}; Ctrl-C ends it after what is under way")
        run.forever(told)
