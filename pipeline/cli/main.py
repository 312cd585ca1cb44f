"""The command `wirewatch`: one group, each command in a module of its own, imported when it is asked for."""

import importlib
from typing import Any

import click

from pipeline import VERSION

COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("pipeline.cli.init", "Write settings.toml, topics.toml and feeds.opml to start from."),
    "run": ("pipeline.cli.run", "Poll what is due, decide, alert; end when nothing is due now."),
    "watch": ("pipeline.cli.watch", "Do what `run` does, again and again, as things fall due."),
    "stream": ("pipeline.cli.stream", "Run the same graph without end, on Prism or a cluster."),
    "replay": ("pipeline.cli.replay", "Decide saved articles in order, each knowing only those before it."),
    "extract": ("pipeline.cli.extract", "Read saved pages: text and metadata."),
    "feeds": ("pipeline.cli.feeds", "Add, list and check feeds."),
    "topics": ("pipeline.cli.topics", "Check topics."),
    "alerts": ("pipeline.cli.alerts", "List, show and follow alerts."),
    "stories": ("pipeline.cli.stories", "Show a story and why each article is in it."),
    "explain": ("pipeline.cli.explain", "Why two articles are or are not one story."),
    "dead-letters": ("pipeline.cli.dead_letters", "List, redrive and drop what could not be processed."),
    "articles": ("pipeline.cli.articles", "Export articles as a replay reads them."),
    "status": ("pipeline.cli.status", "What the store holds, who works on it, what is due."),
    "migrate": ("pipeline.cli.migrate", "Bring the store's schema up to this version."),
    "prune": ("pipeline.cli.prune", "Forget what the settings no longer keep."),
    "newsroom": ("pipeline.cli.newsroom", "Serve the bundled press landscape on loopback."),
    "demo": ("pipeline.cli.demo", "Run the pipeline over the bundled newsroom."),
}
"""Name -> (module whose `command` it is, help in one line)."""


class _Lazy(click.Group):
    """Imports a command's module when it is asked for, so that help and small commands start fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        known = COMMANDS.get(cmd_name)
        return importlib.import_module(known[0]).command if known else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_line) for name, (_, help_line) in COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="wirewatch")
@click.option("-v", "--verbose", count=True, help="Say what happens; twice: everything.")
def cli(verbose: int) -> None:
    """Wirewatch watches feeds and tells you once: one story, one alert, and who reported it first.

    Example: wirewatch demo
    """
    from pipeline.cli.output import set_up_logging  # noqa: PLC0415 - help stays fast

    set_up_logging(verbose=verbose)


def main(args: list[str] | None = None) -> Any:
    """Entry point of the console script and of `python -m pipeline`."""
    return cli.main(args=args, prog_name="wirewatch")
