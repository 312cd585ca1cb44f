"""`wirewatch watch`: passes as things fall due."""

import sys
from pathlib import Path

import click

from pipeline.cli.launching import beam_arguments, installation_of, run_errors
from pipeline.cli.output import command_line, emit_json, json_option, settings_option
from pipeline.render.report import PassReport, pass_lines
from pipeline.render.terminal import Page


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
        if not (report.entries or report.articles or report.dead_letters or report.alerts):
            return
        if as_json:
            emit_json(report)
        else:
            for line in pass_lines(report, page):
                click.echo(line)
        sys.stdout.flush()

    with run_errors(), owned_run(installation, command_line(), options) as run:
        run.forever(told)
