"""`wirewatch newsroom`: the bundled press landscape, served until Ctrl-C."""

import re
import sys

import click

from pipeline.cli.output import emit_json, json_option
from pipeline.newsroom.server import serve


@click.command()
@click.option(
    "--port",
    default=8090,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port on 127.0.0.1; 0 takes a free one.",
)
@click.option(
    "--reveal-over",
    default=0.0,
    type=click.FloatRange(0),
    metavar="SECONDS",
    help="Let the articles appear over this time.",
)
@json_option
def command(port: int, reveal_over: float, *, as_json: bool) -> None:
    """Serve the bundled newsroom until Ctrl-C: outlets under *.newsroom on one port of 127.0.0.1.

    With --json it says where its list of feeds is, once it serves.

    Example: wirewatch newsroom --port 8090
    """

    def say(line: str) -> None:
        if not as_json:
            click.echo(line)
        elif address := re.search(r"http://\S+", line):
            emit_json({"feeds": address[0]})
        sys.stdout.flush()

    serve(port, reveal_over=reveal_over, say=say)
