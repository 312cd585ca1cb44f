"""`wirewatch run`: passes until nothing is due."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from pipeline.cli.launching import alerts_aside, beam_arguments, installation_of, progress, run_errors
from pipeline.cli.output import command_line, emit, json_option, settings_option
from pipeline.render.report import PassReport, nothing_due, pass_lines
from pipeline.render.terminal import Page


@click.command(context_settings={"ignore_unknown_options": True})
@settings_option
@click.option(
    "--all", "everything", is_flag=True, help="Poll every feed now; still conditionally, never under a Retry-After."
)
@json_option
@click.argument("beam_args", nargs=-1, type=click.UNPROCESSED)
def command(settings_path: Path | None, beam_args: tuple[str, ...], *, everything: bool, as_json: bool) -> None:
    """Poll what is due, read, decide and alert, until nothing due now is left. Beam's own options pass through.

    Failing feeds and dead letters are in the report; they do not make the run fail.

    Example: wirewatch run --all
    """
    from pipeline.runs import owned_run  # noqa: PLC0415 - Beam takes a second to import

    installation = installation_of(settings_path)
    options = beam_arguments(beam_args, installation.settings)
    with (
        run_errors(),
        alerts_aside(as_json=as_json),
        owned_run(installation, command_line(), options, everything=everything) as run,
        progress(run.store),
    ):
        report = run.until_idle()
        run.prune()
    page = Page.of(sys.stdout, installation.settings.time_zone)
    emit(report, closing_lines(report, page), as_json=as_json)


def closing_lines(report: PassReport, page: Page) -> Iterable[str]:
    """What a run says at its end."""
    if not report.happened:
        return nothing_due(report.next_poll, report.now, page)
    return pass_lines(report, page)
