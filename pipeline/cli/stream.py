"""`wirewatch stream`: the graph without end."""

from pathlib import Path

import click

from pipeline.cli.launching import beam_arguments, installation_of, run_errors
from pipeline.cli.output import command_line, settings_option


@click.command(context_settings={"ignore_unknown_options": True})
@settings_option
@click.option("--shards", default=1, show_default=True, type=click.IntRange(1, 4096), help="Shares of hosts, one event loop each.")
@click.argument("beam_args", nargs=-1, type=click.UNPROCESSED)
def command(settings_path: Path | None, shards: int, beam_args: tuple[str, ...]) -> None:
    """Run the graph without end, on Prism unless --runner names another; Ctrl-C drains. `make prism` gets the binary.

    Alerts go to the sinks of the settings. Beam's own options pass through.

    Example: wirewatch stream
    """
    from pipeline.prism import find_prism  # noqa: PLC0415 - Beam takes a second to import
    from pipeline.runs import owned_run  # noqa: PLC0415

    installation = installation_of(settings_path)
    options = beam_arguments(beam_args, installation.settings)
    with run_errors(), owned_run(installation, command_line(), options) as run:
        run.stream(shards, find_prism())
