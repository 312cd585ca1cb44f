"""`wirewatch feeds import` and `export`: lists of feeds from and for other readers."""

from pathlib import Path

import click

from pipeline.cli.feed_list import add_all, is_opml, outlines
from pipeline.cli.output import CommandFailed, WrongUse, emit, json_option, settings_of, settings_option
from pipeline.render.terminal import plural
from pipeline.settings.errors import SettingsError
from pipeline.settings.feeds import load_feeds
from pipeline.settings.installation import check_contact
from pipeline.settings.settings import Settings
from pipeline.store.errors import StoreError, StoreMissingError
from pipeline.store.store import Store, StoreAddress
from transforms.model import Feed

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0">
  <head>
    <title>Feeds</title>
  </head>
  <body>
"""
_FOOT = "  </body>\n</opml>\n"


@click.command(name="import")
@settings_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@json_option
def import_(settings_path: Path | None, file: Path, *, as_json: bool) -> None:
    """Put all feeds of FILE on the list: OPML as other readers export it, or a text file with one URL a line.

    Folders and categories become tags. Feeds that are on the list stay as they are. No server is asked: the next run
    polls what is new. Works beside a running watch.

    Example: wirewatch feeds import subscriptions.opml
    """
    settings = settings_of(settings_path)
    address = StoreAddress(settings.store, settings.store_password_env, patience=20.0)
    try:
        found = load_feeds(file)
        if not found:
            raise WrongUse(
                f"{file} lists no feed: OPML has them in the xmlUrl of its outlines, a text file one URL a line"
            )
        store = _opened(address)  # a store that cannot be used is found before the file is touched
        added = add_all(settings.feeds, found)
        if store is not None:
            new = {feed.url for feed in added}
            for feed in load_feeds(settings.feeds):  # as the file keeps it: a plain list has no tags
                if feed.url in new:
                    store.feeds.add_feed(feed)
        warnings = list(_warnings(settings, added))
    except SettingsError as error:
        raise WrongUse(str(error)) from error
    except (StoreError, ValueError) as error:
        raise CommandFailed(str(error)) from error
    finally:
        address.close()
    there = len(found) - len(added)
    lines = [
        f"{plural(len(added), 'feed')} of {plural(len(found), 'feed')} in {file} added to {settings.feeds}"
        + (f"; {there:,} {'was' if there == 1 else 'were'} on the list already" if there else "")
        + ("; the next run polls them" if added else ""),
        *warnings,
    ]
    emit(
        {"found": len(found), "added": added, "file": str(settings.feeds), "warnings": warnings}, lines, as_json=as_json
    )


def _opened(address: StoreAddress) -> Store | None:
    """The store; None: there is none yet, and the first run makes it from the file."""
    try:
        return address.open(create=False)
    except StoreMissingError:
        return None


def _warnings(settings: Settings, added: list[Feed]) -> list[str]:
    warnings = []
    lost = sum(bool(feed.tags or feed.every) for feed in added)
    if lost and not is_opml(settings.feeds):
        warnings.append(
            f"{settings.feeds} is a plain list, which cannot keep the tags and paces of {plural(lost, 'feed')}; "
            'let `feeds = "feeds.opml"` in the settings name an OPML file, and import again'
        )
    try:
        check_contact(settings, added)
    except SettingsError as error:
        warnings.append(f"before the next run: {error}")
    return warnings


@click.command()
@settings_option
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Write over FILE if it is there.")
@json_option
def export(settings_path: Path | None, file: Path | None, *, force: bool, as_json: bool) -> None:
    """Write the feeds as OPML for other readers, into FILE or to standard output: names, tags as folders, own paces.

    With --json and without FILE: the feeds as JSON instead.

    Example: wirewatch feeds export feeds-of-mine.opml
    """
    settings = settings_of(settings_path)
    try:
        feeds = load_feeds(settings.feeds)
    except SettingsError as error:
        raise WrongUse(str(error)) from error
    text = as_opml(feeds, _titles(settings))
    if file is None:
        emit(feeds, [text.rstrip("\n")], as_json=as_json)
        return
    if file.exists() and not force:
        raise CommandFailed(f"{file} is there already; give another name, or --force to write over it")
    partial = file.with_name(f".{file.name}.partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(file)
    except OSError as error:
        raise CommandFailed(f"{file} cannot be written: {error.strerror}") from error
    emit({"feeds": len(feeds), "file": str(file)}, [f"{plural(len(feeds), 'feed')} written to {file}"], as_json=as_json)


def as_opml(feeds: tuple[Feed, ...], titles: dict[str, str]) -> str:
    """A whole OPML 2.0 document, which load_feeds reads as the same feeds.

    Args:
        feeds: to be written.
        titles: by URL, the feeds' own, for those without name.
    """
    body = "".join(f"    {line}\n" for line in outlines(feeds, titles))
    return _HEAD + body + _FOOT


def _titles(settings: Settings) -> dict[str, str]:
    """What feeds call themselves, by URL, where the store knows it."""
    address = StoreAddress(settings.store, settings.store_password_env, patience=20.0)
    try:
        listed = address.open(create=False).feeds.listed()
    except StoreMissingError:
        return {}
    except StoreError as error:
        raise CommandFailed(str(error)) from error
    finally:
        address.close()
    return {one.cursor.feed.url: one.cursor.title for one in listed if one.cursor.title}
