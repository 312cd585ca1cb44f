"""`wirewatch feeds`: add, list and check feeds; their health, import and export have modules of their own."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click

from pipeline.cli.feed_files import export, import_
from pipeline.cli.feed_health import health
from pipeline.cli.feed_list import add_to_list
from pipeline.cli.feed_look import FeedLook, look_at
from pipeline.cli.output import (
    CommandFailed,
    WrongUse,
    checked_url,
    emit,
    emit_json,
    json_option,
    settings_of,
    settings_option,
    tell,
)
from pipeline.health import judged
from pipeline.render.feed_health import condition
from pipeline.render.terminal import Page, clean, plural, span
from pipeline.settings.errors import SettingsError
from pipeline.settings.feeds import load_feeds, same_url
from pipeline.settings.installation import check_contact
from pipeline.settings.settings import Settings
from pipeline.store.errors import StoreMissingError
from pipeline.store.feeds import ListedFeed
from pipeline.store.store import StoreAddress
from transforms.model import Feed, FeedCondition, FeedCursor, FeedHealth, FeedStatus, Seconds

WORDS = {FeedStatus.NOT_A_FEED: "not a feed"}
_GOOD = (FeedStatus.OK, FeedStatus.MOVED)
_QUIETLY = frozenset({FeedCondition.SILENT, FeedCondition.DROPPED, FeedCondition.LOSING})
"""What the last poll's status does not tell."""
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@click.group()
def command() -> None:
    """Add, list, check, import and export feeds, and say how they are doing.

    Example: wirewatch feeds list
    """


command.add_command(health)
command.add_command(import_)
command.add_command(export)


@command.command()
@settings_option
@click.argument("url")
@click.option("--name", default="", help="The outlet's name, as alerts shall give it [default: the feed's own title].")
@click.option("--no-check", is_flag=True, help="Do not ask the address first.")
@json_option
def add(settings_path: Path | None, url: str, name: str, *, no_check: bool, as_json: bool) -> None:
    """Put a feed on the list, once its address has been asked and is found to be a feed.

    Writes it into the settings' feeds file, where all else stays as it is. Where a page is at the address, the feeds
    that it offers are named and nothing is added. Works beside a running watch.

    Example: wirewatch feeds add https://example.org/rss.xml --name "Example Post"
    """
    settings = settings_of(settings_path)
    feed = Feed(url=checked_url(url), name=" ".join(name.split()))
    look = None
    try:
        check_contact(settings, [feed])
        known = load_feeds(settings.feeds) if settings.feeds.exists() else ()
        is_new = all(same_url(other.url) != same_url(feed.url) for other in known)
        if is_new and not no_check:
            look = _asked(feed, settings)
        _into_store(settings, None)  # a store that cannot be used is found before the file is touched
        is_new = add_to_list(settings.feeds, feed, look.title if look else "")
    except SettingsError as error:
        raise WrongUse(str(error)) from error
    stored = next(one for one in load_feeds(settings.feeds) if same_url(one.url) == same_url(feed.url))
    _into_store(settings, stored)
    lines = [_added(stored, settings, look) if is_new else f"{stored.url} is on the list already ({settings.feeds})"]
    if look and look.moved_to:
        lines.append(f"It has moved for good to {look.moved_to}; that address may be added in its place.")
    emit({"added": is_new, "feed": stored, "file": str(settings.feeds), "found": look}, lines, as_json=as_json)


def _asked(feed: Feed, settings: Settings) -> FeedLook:
    looks: list[FeedLook] = []
    look_at([feed], settings, looks.append, robots=False)
    look = looks[0]
    if look.status in _GOOD:
        return look
    if look.offers:
        raise CommandFailed(
            f"{feed.url} is a page, not a feed; it offers {', '.join(look.offers)}: say `wirewatch feeds add` with one of them"
        )
    raise CommandFailed(f"{feed.url} was not added: {clean(look.cause)}; mend the address, or say --no-check")


def _into_store(settings: Settings, feed: Feed | None) -> None:
    """Put the feed into the store; where there is none yet, the first run does it from the file."""
    address = StoreAddress(settings.store, settings.store_password_env, patience=20.0)
    try:
        store = address.open(create=False)
        if feed is not None:
            store.feeds.add_feed(feed)
    except StoreMissingError:
        return
    except ValueError as error:
        raise CommandFailed(str(error)) from error
    finally:
        address.close()


def _added(feed: Feed, settings: Settings, look: FeedLook | None) -> str:
    found = f" ({look.kind}, {plural(look.entries, 'entry', 'entries')})" if look else ""
    return f"added {clean(feed.name) or feed.url}{found} to {settings.feeds}; the next run polls it"


@command.command(name="list")
@settings_option
@json_option
def list_(settings_path: Path | None, *, as_json: bool) -> None:
    """Each feed with its status, its last success and new entry, its next poll, and why it fails.

    Example: wirewatch feeds list
    """
    settings = settings_of(settings_path)
    page, now = Page.of(sys.stdout, settings.time_zone), time.time()
    known = _known(settings, now)
    found = [known.get(feed.url, (FeedCursor(feed=feed), None)) for feed in _listed(settings)]
    lines = [line for cursor, how in found for line in _cursor_lines(cursor, how, page, now)]
    emit(
        [_data(cursor, how) for cursor, how in found],
        lines or ["no feeds yet: wirewatch feeds add https://..."],
        as_json=as_json,
    )


def _listed(settings: Settings) -> tuple[Feed, ...]:
    try:
        return load_feeds(settings.feeds)
    except SettingsError as error:
        raise WrongUse(str(error)) from error


def _known(settings: Settings, now: Seconds) -> dict[str, tuple[FeedCursor, FeedHealth | None]]:
    """The store's feeds by URL, with their health; none where there is no store yet."""
    address = StoreAddress(settings.store, settings.store_password_env, patience=20.0)
    try:
        store = address.open(create=False)
        return {how.url: (feed.cursor, how) for feed, how in judged(store, settings, now)}
    except StoreMissingError:
        return {}
    finally:
        address.close()


def _stored(settings: Settings) -> dict[str, ListedFeed]:
    """The store's feeds by URL; none where there is no store yet."""
    address = StoreAddress(settings.store, settings.store_password_env, patience=20.0)
    try:
        return {listed.cursor.feed.url: listed for listed in address.open(create=False).feeds.listed()}
    except StoreMissingError:
        return {}
    finally:
        address.close()


def _next_poll(cursor: FeedCursor) -> Seconds | None:
    return None if cursor.status is FeedStatus.GONE else max(cursor.next_poll, cursor.not_before)


def _data(cursor: FeedCursor, how: FeedHealth | None) -> dict[str, object]:
    return {
        "url": cursor.feed.url,
        "name": cursor.feed.name,
        "title": cursor.title,
        "tags": cursor.feed.tags,
        "status": cursor.status,
        "condition": None if how is None else how.condition,
        "last_poll": cursor.last_poll,
        "last_success": cursor.last_success,
        "last_new_entry": cursor.last_new_entry,
        "next_poll": _next_poll(cursor),
        "failures": cursor.failures,
        "cause": cursor.cause,
        "moved_to": cursor.moved_to,
    }


def _cursor_lines(cursor: FeedCursor, how: FeedHealth | None, page: Page, now: Seconds) -> Iterator[str]:
    name = clean(cursor.feed.name or cursor.title)
    yield f"{_status(cursor.status)}  {name + '  ' if name else ''}{clean(cursor.feed.url)}"
    moments = (("last success", cursor.last_success), ("last new entry", cursor.last_new_entry))
    parts = [f"{what} {page.moment(when)}" for what, when in moments if when is not None]
    due = _next_poll(cursor)
    if due is None:
        parts.append("no further poll")
    else:
        parts.append(f"next poll in {span(due - now)}" if due > now else "next poll now")
    yield from page.wrap(", ".join(parts), _UNDER, _UNDER)
    if cursor.moved_to:
        yield from page.wrap(f"moved to {clean(cursor.moved_to)}", _UNDER, _UNDER)
    if cursor.cause:
        times = f" ({cursor.failures:,} polls in a row)" if cursor.failures > 1 else ""
        yield from page.wrap(clean(cursor.cause) + times, _UNDER, _UNDER)
    if how is not None and how.condition in _QUIETLY:
        yield from page.wrap(f"{condition(how.condition)}: {clean(how.what)}", _UNDER, _UNDER)


_UNDER = " " * 12


def _status(status: FeedStatus) -> str:
    return f"{WORDS.get(status, status.value):<10}"


@command.command()
@settings_option
@click.argument("urls", nargs=-1, metavar="[URL]...")
@json_option
def check(settings_path: Path | None, urls: tuple[str, ...], *, as_json: bool) -> None:
    """Ask feeds once, keep nothing, and say what is found: kind, entries, validators, hints, robots.txt, causes.

    Without URL: all feeds of the list. A failing feed is in the report; it does not make the check fail. A feed whose
    server asked to be left alone is not asked. With --json, one object a line.

    Example: wirewatch feeds check https://example.org/rss.xml
    """
    settings = settings_of(settings_path)
    listed = {same_url(feed.url): feed for feed in _listed(settings)} if settings.feeds.exists() or not urls else {}
    feeds = [listed.get(same_url(url), Feed(url=url)) for url in map(checked_url, urls)] or list(listed.values())
    try:
        check_contact(settings, feeds)
    except SettingsError as error:
        raise WrongUse(str(error)) from error
    held = {url: one.cursor.not_before for url, one in _stored(settings).items()}
    page = Page.of(sys.stdout, settings.time_zone)
    tell(f"asking {plural(len(feeds), 'feed')}")

    def told(look: FeedLook) -> None:
        if as_json:
            emit_json(look)
        else:
            for line in _look_lines(look, page):
                click.echo(line)
        sys.stdout.flush()

    look_at(feeds, settings, told, held=held)


def _look_lines(look: FeedLook, page: Page) -> Iterator[str]:
    yield f"{_status(look.status)}  {clean(look.url)}"
    for text in _findings(look, page):
        yield from page.wrap(clean(text), _UNDER, _UNDER + "  ")


def _findings(look: FeedLook, page: Page) -> Iterator[str]:
    if look.cause:
        yield look.cause
    if look.moved_to:
        yield f"moved for good to {look.moved_to}"
    if look.status not in _GOOD:
        return
    newest = f", newest {page.moment(look.newest)}" if look.newest is not None else ""
    undated = f", {look.entries - look.dated} without date" if look.dated < look.entries else ""
    left_out = f", {look.left_out} without link" if look.left_out else ""
    yield f'{look.kind} "{look.title}", {plural(look.entries, "entry", "entries")}{newest}{undated}{left_out}'
    yield f"conditional requests: {' and '.join(look.validators) or 'no validators'}{_hints(look)}"
    if look.pages is not None:
        yield look.robots or "robots.txt lets its pages be read"


def _hints(look: FeedLook) -> str:
    hints = [f"asks to wait {span(look.ttl)}"] if look.ttl else []
    if look.skip_hours:
        hints.append(f"not at {', '.join(map(str, look.skip_hours))} h UTC")
    if look.skip_days:
        hints.append(f"not on {', '.join(_DAYS[day] for day in look.skip_days)}")
    if look.every is not None:
        hints.append(f"would be polled every {span(look.every)}")
    return "; " + "; ".join(hints) if hints else ""
