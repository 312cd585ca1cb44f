"""`wirewatch topics check`: are the topics well written?"""

from pathlib import Path

import click

from pipeline.cli.output import WrongUse, emit, json_option, settings_of, settings_option
from pipeline.settings.errors import SettingsError
from pipeline.settings.topics import load_topics


@click.group()
def command() -> None:
    """Check topics.

    Example: wirewatch topics check
    """


@command.command()
@settings_option
@click.option("--topics", "topics_path", type=click.Path(path_type=Path, dir_okay=False), help="This file instead.")
@json_option
def check(settings_path: Path | None, topics_path: Path | None, *, as_json: bool) -> None:
    """Read the topics file and say what each topic asks for; a wrong one is named with its line.

    Example: wirewatch topics check --topics topics.toml
    """
    sinks = None
    if topics_path is None:
        settings = settings_of(settings_path)
        topics_path, sinks = settings.topics, settings.sink_names
    try:
        topics = load_topics(topics_path, sinks)
    except SettingsError as error:
        raise WrongUse(str(error)) from error
    lines = [f"{topic.id}: {topic.name} (needs {topic.require.value})" for topic in topics]
    emit({"topics": topics}, [*lines, f"{len(topics)} topics, all well written"], as_json=as_json)
