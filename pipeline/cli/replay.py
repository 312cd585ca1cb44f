"""`wirewatch replay`: saved articles decided in order."""

import time
from pathlib import Path

import click

from pipeline.cli.launching import beam_arguments, run_errors
from pipeline.cli.output import CommandFailed, WrongUse, command_line, emit, json_option, settings_of, tell
from pipeline.replay.outputs import OUTPUTS
from pipeline.settings.errors import SettingsError
from pipeline.settings.settings import Settings
from pipeline.settings.topics import load_topics
from pipeline.store.store import StoreAddress

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("articles", type=_FILE)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder for what it writes."
)
@click.option("--topics", "topics_path", type=_FILE, help="Judge the articles against these topics.")
@click.option("--store", "store_url", help="Decide in this store, which stays [default: a temporary one].")
@click.option("--password-env", default="", help="Environment variable with the store's password.")
@click.option("--settings", "settings_path", type=_FILE, help="Stories, alerts and outlets as these settings say.")
@click.option("--alert", is_flag=True, help="Raise alerts, into OUT/alerts.jsonl and nowhere else.")
@click.option(
    "--sort", type=click.Choice(["input", "published"]), default="input", show_default=True, help="Order of deciding."
)
@click.option("--chunk", default=2000, show_default=True, type=click.IntRange(1), help="Articles a run of the graph.")
@json_option
@click.argument("beam_args", nargs=-1, type=click.UNPROCESSED)
def command(
    articles: Path,
    out: Path,
    topics_path: Path | None,
    store_url: str | None,
    password_env: str,
    settings_path: Path | None,
    sort: str,
    chunk: int,
    beam_args: tuple[str, ...],
    *,
    alert: bool,
    as_json: bool,
) -> None:
    """Decide the articles of ARTICLES, one JSON object a line, each knowing only those before it.

    A line needs `url` and `text`; `id title published outlet authors lang html` are optional. Writes articles.jsonl (a
    line per input line), stories.jsonl, dead_letters.jsonl and, with --alert, alerts.jsonl into OUT.

    Example: wirewatch replay articles.jsonl --out out --topics topics.toml --alert
    """
    if not articles.is_file():
        raise WrongUse(f"there is no file {str(articles)!r}; give JSON lines with `url` and `text`")
    if articles.resolve().parent == out.resolve() and articles.name in OUTPUTS:
        raise WrongUse(f"{str(articles)!r} would be overwritten by what the replay writes; choose another --out")
    settings = settings_of(settings_path) if settings_path else Settings(Path("settings.toml"), Path(), Path())
    options = beam_arguments(beam_args)
    if topics_path is not None:
        try:
            load_topics(topics_path)
        except SettingsError as error:
            raise WrongUse(str(error)) from error
    from pipeline.replay.run import ReplayRequest, replay  # noqa: PLC0415 - Beam takes a second to import

    request = ReplayRequest(
        articles=articles,
        out=out,
        settings=settings,
        topics=topics_path,
        store=StoreAddress(store_url, password_env) if store_url else None,
        alert=alert,
        by_published=sort == "published",
        chunk=chunk,
        beam_args=options,
    )

    def progress(done: int, lines: int) -> None:
        tell(f"{done:,} of {lines:,} articles decided")

    try:
        with run_errors():
            report = replay(request, command_line(), time.time(), progress)
    except OSError as error:
        raise CommandFailed(
            f"{_place(error, out)}: {error.strerror or error}; choose another --out or mend its rights"
        ) from error
    text = (
        f"{report.lines:,} lines: {report.articles:,} articles in {report.stories:,} stories, {report.alerts:,} alerts, "
        f"{report.dead_letters:,} dead letters. Written: {out}"
    )
    emit(report, [text], as_json=as_json)


def _place(error: OSError, out: Path) -> str:
    return repr(str(error.filename if error.filename is not None else out))
