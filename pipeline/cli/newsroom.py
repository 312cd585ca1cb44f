"""`wirewatch newsroom`: the bundled press landscape, served until Ctrl-C."""

import click

from pipeline.newsroom.server import serve


@click.command()
@click.option("--port", default=8090, show_default=True, help="Port on 127.0.0.1; 0 takes a free one.")
@click.option("--reveal-over", default=0.0, metavar="SECONDS", help="Let the articles appear over this time.")
def command(port: int, reveal_over: float) -> None:
    """Serve the bundled newsroom: outlets under *.newsroom on one port of 127.0.0.1.

    Example: wirewatch newsroom --port 8090
    """
    serve(port, reveal_over=reveal_over)
