"""The command `wirewatch`: one group, each command in a module of its own, imported when it is asked for."""

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

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
    "stories": ("pipeline.cli.stories", "Show a story and why each article is in it; split and merge by hand."),
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
    """Imports a command's module when it is asked for, so that help and small commands start fast.

    Every expected failure is one line on standard error and an exit code: 1 the command could not do its work, 2 wrong use.
    """

    def main(self, args: Sequence[str] | None = None, *more: Any, **extra: Any) -> NoReturn:
        given = list(sys.argv[1:] if args is None else args) or ["--help"]
        try:
            code = super().main(given, *more, **(extra | {"standalone_mode": False}))
            sys.stdout.flush()
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            code = error.exit_code
        except click.UsageError as error:
            _say(f"{error.format_message().rstrip('.')}.{_see_help(error.ctx)}")
            code = error.exit_code
        except click.ClickException as error:
            _say(error.format_message())
            code = error.exit_code
        except click.Abort:
            _say("stopped")
            code = 1
        except BrokenPipeError:  # whoever read has left: quietly
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = 1
        except Exception as error:
            if not _is_expected(error):
                raise
            _say(_told(error))
            code = 1
        sys.exit(code or 0)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        known = COMMANDS.get(cmd_name)
        return importlib.import_module(known[0]).command if known else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_line) for name, (_, help_line) in COMMANDS.items()])


def _say(message: str) -> None:
    click.echo(f"wirewatch: {' '.join(message.split())}", err=True)


def _see_help(ctx: click.Context | None) -> str:
    return f" See `{ctx.command_path} --help`." if ctx else ""


def _is_expected(error: Exception) -> bool:
    from pipeline.store.errors import StoreError  # noqa: PLC0415 - help stays fast

    return isinstance(error, OSError | StoreError)


def _told(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror and error.filename is not None:
        return f"{str(error.filename)!r}: {error.strerror}; see that the path and its rights are right"
    return str(error)


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
