"""`wirewatch dead-letters`: what could not be processed, and giving it another go."""

import sys
import time
from pathlib import Path

import click

from pipeline.cli.output import CommandFailed, emit, json_option, open_for_reading, settings_of, settings_option
from pipeline.render.terminal import Page, clean
from pipeline.store.dead_letters import KeptLetter
from pipeline.store.errors import NotRedrivableError
from pipeline.store.store import Store


@click.group()
def command() -> None:
    """List, redrive and drop what could not be processed.

    Example: wirewatch dead-letters list
    """


@command.command(name="list")
@settings_option
@click.option("--step", default="", help="Only this step's, such as ExtractArticles.")
@click.option("--reason", default="", help="Only of this reason, such as timeout.")
@json_option
def list_(settings_path: Path | None, step: str, reason: str, *, as_json: bool) -> None:
    """What could not be processed, the latest first: number, reason, what, and what to do.

    Example: wirewatch dead-letters list --reason timeout
    """
    settings = settings_of(settings_path)
    with open_for_reading(settings) as store:
        found = store.dead_letters.listed(step=step, reason=reason)
    page = Page.of(sys.stdout, settings.time_zone)
    lines = [
        f"{kept.number:>5}  {page.moment(kept.letter.last_seen)}  {kept.letter.step} {kept.letter.reason}  "
        f"{clean(kept.letter.message)}"
        for kept in found
    ]
    emit([_data(kept) for kept in found], lines or ["no dead letters"], as_json=as_json)


def _data(kept: KeptLetter) -> dict[str, object]:
    letter = kept.letter
    return {
        "number": kept.number,
        "step": letter.step,
        "reason": letter.reason,
        "message": letter.message,
        "subject": letter.subject,
        "first_seen": letter.first_seen,
        "last_seen": letter.last_seen,
        "tries": letter.tries,
    }


@command.command()
@settings_option
@click.argument("numbers", nargs=-1, type=int)
@click.option("--all", "everything", is_flag=True, help="All that can be.")
@click.option("--reason", default="", help="All of this reason.")
@json_option
def redrive(
    settings_path: Path | None, numbers: tuple[int, ...], reason: str, *, everything: bool, as_json: bool
) -> None:
    """Send dead letters on their way again; the next run takes them up.

    Example: wirewatch dead-letters redrive 12 13
    """
    with open_for_reading(settings_of(settings_path)) as store:
        done, refused = [], []
        for number in _chosen(store, numbers, reason, everything=everything):
            try:
                store.dead_letters.redrive(number, time.time())
                done.append(number)
            except NotRedrivableError as error:
                if numbers:
                    raise
                refused.append(str(error))
    lines = [*refused, f"{len(done)} sent on their way again; `wirewatch run` takes them up"]
    emit({"redriven": done, "refused": refused}, lines, as_json=as_json)


@command.command()
@settings_option
@click.argument("numbers", nargs=-1, type=int)
@click.option("--all", "everything", is_flag=True, help="All.")
@click.option("--reason", default="", help="All of this reason.")
@json_option
def drop(settings_path: Path | None, numbers: tuple[int, ...], reason: str, *, everything: bool, as_json: bool) -> None:
    """Forget dead letters.

    Example: wirewatch dead-letters drop --reason robots
    """
    with open_for_reading(settings_of(settings_path)) as store:
        chosen = _chosen(store, numbers, reason, everything=everything)
        for number in chosen:
            store.dead_letters.drop(number)
    emit({"dropped": chosen}, [f"{len(chosen)} dropped"], as_json=as_json)


def _chosen(store: Store, numbers: tuple[int, ...], reason: str, *, everything: bool) -> list[int]:
    if bool(numbers) + bool(reason) + everything != 1:
        raise click.UsageError("name dead letters by their numbers, or give --reason, or --all")
    if numbers:
        return list(numbers)
    found = sorted(kept.number for kept in store.dead_letters.listed(reason=reason))
    if not found and reason:
        raise CommandFailed(f"no dead letter of reason {reason!r}; see `wirewatch dead-letters list`")
    return found
