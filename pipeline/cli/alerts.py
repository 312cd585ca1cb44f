"""`wirewatch alerts`: list, show and follow what was raised."""

import contextlib
import itertools
import sys
import time
from pathlib import Path

import click

from pipeline.cli.output import (
    CommandFailed,
    WrongUse,
    emit,
    emit_json,
    json_option,
    open_for_reading,
    settings_of,
    settings_option,
)
from pipeline.render.terminal import Page, clean
from pipeline.render.text import alert_text
from pipeline.store.reading import NumberedAlert
from transforms.alerts.cloudevents import to_cloudevent

POLL = 1.0
"""Seconds between two looks of `tail`."""


@click.group()
def command() -> None:
    """List, show and follow alerts.

    Example: wirewatch alerts list
    """


@command.command(name="list")
@settings_option
@click.option("--topic", default="", help="Only this topic's, by its id.")
@click.option(
    "--limit", default=50, type=click.IntRange(1), show_default=True, help="At most so many, the latest first."
)
@json_option
def list_(settings_path: Path | None, topic: str, limit: int, *, as_json: bool) -> None:
    """The latest revision of each alert, the latest first.

    Example: wirewatch alerts list --topic north-korea
    """
    settings = settings_of(settings_path)
    with open_for_reading(settings) as store:
        found = store.reading.alerts(topic=topic, limit=limit)
    page = Page.of(sys.stdout, settings.time_zone)
    lines = [
        f"{row.alert.id}  {page.moment(row.alert.raised)}  {row.alert.state.value:<8}"
        f"{clean(row.alert.topic_name)}: {clean(row.alert.title)}"
        for row in found
    ]
    emit([_event(row) for row in found], lines or ["no alerts yet"], as_json=as_json)


@command.command()
@settings_option
@click.argument("alert_id")
@json_option
def show(settings_path: Path | None, alert_id: str, *, as_json: bool) -> None:
    """Every revision of one alert, and how far each has come to each sink. ALERT_ID may be its beginning.

    Example: wirewatch alerts show 4f2a
    """
    settings = settings_of(settings_path)
    with open_for_reading(settings) as store:
        found = store.reading.alert(alert_id)
    if not found:
        raise CommandFailed(f"no alert {alert_id!r}; see `wirewatch alerts list`")
    ids = {row.alert.id for row in found}
    if len(ids) > 1:
        raise WrongUse(f"{len(ids)} alerts begin with {alert_id!r}; give more of the id")
    page = Page.of(sys.stdout, settings.time_zone)
    lines: list[str] = []
    for number, row in enumerate(found, 1):
        lines += [alert_text(row.alert, number, page)]
        lines += [f"  to {sent.sink}: {sent.state}{_why(sent.message)}" for sent in row.sent] + [""]
    emit([_event(row) | {"deliveries": row.sent} for row in found], lines, as_json=as_json)


def _why(message: str) -> str:
    return f" ({clean(message)})" if message else ""


@command.command()
@settings_option
@click.option("--since", "number", type=int, help="Begin after this number [default: with what comes from now on].")
@click.option("--once", is_flag=True, help="Print what there is and end.")
@json_option
def tail(settings_path: Path | None, number: int | None, *, once: bool, as_json: bool) -> None:
    """Print each revision as it is raised, until Ctrl-C; works beside a running watch.

    Example: wirewatch alerts tail --since 0 --once
    """
    settings = settings_of(settings_path)
    page = Page.of(sys.stdout, settings.time_zone)
    with open_for_reading(settings) as store, contextlib.suppress(KeyboardInterrupt):
        last = store.reading.last_alert() if number is None and not once else number or 0
        printed = itertools.count(1)
        while True:
            for row in store.reading.alerts_after(last):
                last = row.number
                if as_json:
                    emit_json(_event(row) | {"number": row.number})
                else:
                    click.echo(alert_text(row.alert, next(printed), page) + "\n")
            sys.stdout.flush()
            if once:
                return
            time.sleep(POLL)


def _event(row: NumberedAlert) -> dict[str, object]:
    return to_cloudevent(row.alert)
