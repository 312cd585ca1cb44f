"""What every command shares: how it prints, how it fails, where its settings are."""

import contextlib
import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from pipeline.settings.errors import SettingsError
from pipeline.settings.settings import Settings, load_settings
from pipeline.settings.values import web_url
from pipeline.store.errors import StoreError
from pipeline.store.store import Store, StoreAddress

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

SETTINGS_HINT = "say `wirewatch init` to write one, or give --settings FILE"


class CommandFailed(click.ClickException):
    """The command could not do its work; the message says why and what to do. Exit code 1."""

    exit_code = 1


class WrongUse(click.ClickException):
    """Wrong settings or arguments. Exit code 2."""

    exit_code = 2


def tell(text: str) -> None:
    """A line about work under way, on standard error where that is a terminal; nothing elsewhere."""
    if sys.stderr.isatty():
        click.echo(text, err=True)


def emit_json(data: Any) -> None:
    """One JSON document on a line of standard output."""
    sys.stdout.write(msgspec.json.encode(data).decode("utf-8") + "\n")


def emit(data: Any, lines: Iterable[str], *, as_json: bool) -> None:
    """The data for programs, or the lines for a person."""
    if as_json:
        emit_json(data)
        return
    for line in lines:
        click.echo(line)


def json_option(command: F) -> F:
    """--json: for programs."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(command)


def settings_option(command: F) -> F:
    """--settings FILE, else $WIREWATCH_SETTINGS, else settings.toml here."""
    return click.option(
        "--settings",
        "settings_path",
        type=click.Path(path_type=Path, dir_okay=False),
        envvar="WIREWATCH_SETTINGS",
        help="The settings file [default: settings.toml here].",
    )(command)


def settings_of(path: Path | None) -> Settings:
    """The settings, validated; wrong ones end the command with exit code 2."""
    chosen = path or Path("settings.toml")
    if not chosen.is_file():
        raise WrongUse(f"there is no settings file {str(chosen)!r}; {SETTINGS_HINT}")
    try:
        return load_settings(chosen)
    except SettingsError as error:
        raise WrongUse(str(error)) from error


def set_up_logging(*, verbose: int) -> None:
    """Warnings to standard error; -v for what happens, -vv for all. Libraries stay quiet unless asked."""
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    for name in ("pipeline", "transforms"):
        logging.getLogger(name).setLevel(level)
    for name in ("apache_beam", "trafilatura", "htmldate", "courlan", "root"):
        logging.getLogger(name).setLevel(logging.ERROR if verbose < 2 else logging.INFO)
    logging.getLogger().setLevel(logging.ERROR if verbose < 2 else logging.INFO)


def command_line() -> str:
    """What was typed, for the owner's record."""
    return " ".join(["wirewatch", *sys.argv[1:]])[:200]


@contextlib.contextmanager
def store_errors() -> Iterator[None]:
    """What the store refuses ends the command with exit code 1 and the store's own words."""
    try:
        yield
    except StoreError as error:
        raise CommandFailed(str(error)) from error


def checked_url(url: str) -> str:
    """An address that a person gave; one that is none is wrong use."""
    try:
        return web_url(url)
    except ValueError as error:
        raise WrongUse(f"{url!r} {error}") from error


@contextlib.contextmanager
def open_for_reading(settings: Settings) -> Iterator[Store]:
    """The settings' store, for a command that does not make one."""
    address = StoreAddress(settings.store, settings.store_password_env, patience=20.0)
    with store_errors():
        store = address.open(create=False)
        try:
            yield store
        finally:
            address.close()


def one_of(found: Sequence[T], what: str, prefix: str, listing: str) -> T:
    """The one thing whose id begins so; none or several are wrong use."""
    if not found:
        raise CommandFailed(f"no {what} {prefix!r}; see `wirewatch {listing}`")
    if len(found) > 1:
        raise WrongUse(f"{len(found)} {what}s begin with {prefix!r}; give more of the id")
    return found[0]
