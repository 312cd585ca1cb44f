"""`wirewatch demo`: the pipeline over the bundled newsroom, from an empty store."""

import sys
from pathlib import Path

import click

from pipeline.bundled import bundled
from pipeline.cli.launching import run_errors
from pipeline.cli.output import CommandFailed, command_line, emit_json, json_option
from pipeline.newsroom.server import Newsroom
from pipeline.render.report import PassReport, pass_lines
from pipeline.render.terminal import Page
from pipeline.settings.installation import Installation
from pipeline.settings.settings import Settings
from pipeline.settings.topics import load_topics
from transforms.config import PollingConfig, SinkConfig

STORE_FILES = ("demo.db", "demo.db-wal", "demo.db-shm", "alerts.jsonl")


@click.command()
@click.option(
    "--out",
    default=Path("out"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for store and alerts.",
)
@click.option("--port", default=8090, show_default=True, help="The newsroom's port on 127.0.0.1; 0 takes a free one.")
@json_option
def command(out: Path, port: int, *, as_json: bool) -> None:
    """Run the pipeline over the bundled newsroom, with the shipped topics, from an empty store.

    Example: wirewatch demo --out out
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name in STORE_FILES:
            (out / name).unlink(missing_ok=True)
        newsroom = Newsroom(port)
        with newsroom:
            report = _run(newsroom, out, as_json=as_json)
    except OSError as error:
        raise CommandFailed(f"the demo cannot run: {error}; choose another --out or --port") from error
    if as_json:
        emit_json(report)
        return
    click.echo()
    for line in pass_lines(report, Page.of(sys.stdout)):
        click.echo(line)


def _run(newsroom: Newsroom, out: Path, *, as_json: bool) -> PassReport:
    from pipeline.runs import owned_run  # noqa: PLC0415 - Beam takes a second to import

    installation = demo_installation(newsroom, out, printing=not as_json)
    if not as_json:
        topics = ", ".join(topic.name for topic in installation.topics)
        articles = len(newsroom.landscape.articles)
        click.echo(
            f"Newsroom on 127.0.0.1:{newsroom.port}: {len(installation.feeds)} feeds, {articles} articles. Topics: {topics}\n"
        )
        sys.stdout.flush()
    with run_errors(), owned_run(installation, command_line()) as run:
        return run.until_idle()


def demo_installation(newsroom: Newsroom, out: Path, *, printing: bool) -> Installation:
    """Settings for a newsroom: its hosts mapped, no pace between requests, alerts printed and written to out."""
    sinks: tuple[SinkConfig, ...] = (SinkConfig(name="alerts", kind="jsonl", path=str(out / "alerts.jsonl")),)
    if printing:
        sinks = (SinkConfig(name="terminal", kind="stdout"), *sinks)
    topics = bundled("seeds") / "topics.toml"
    settings = Settings(
        path=out / "settings.toml",
        feeds=out / "feeds.opml",
        topics=topics,
        outlets=bundled("fixtures") / "newsroom" / "known-outlets.toml",
        store=f"sqlite:///{out.resolve() / 'demo.db'}",
        network=newsroom.network(),
        polling=PollingConfig(pace=0.0, per_host=4),
        sinks=sinks,
    )
    return Installation(settings, tuple(newsroom.feeds()), load_topics(topics))
