"""`wirewatch status`: what the store holds, who works on it, what is due."""

import sys
from pathlib import Path

import click

from pipeline.cli.output import emit, json_option, open_for_reading, settings_of, settings_option
from pipeline.render.terminal import Page, clean, plural, span


@click.command()
@settings_option
@json_option
def command(settings_path: Path | None, *, as_json: bool) -> None:
    """What the store holds, who works on it, and what is due when.

    Example: wirewatch status
    """
    settings = settings_of(settings_path)
    with open_for_reading(settings) as store:
        counts, holders = store.reading.counts(), store.owners.holders()
        due, now = store.reading.next_due(), store.reading.now()
    page = Page.of(sys.stdout, settings.time_zone)
    lines = [f"store      {store.shown}"]
    lines += [
        f"worked by  {clean(holder.holder)} (host {clean(holder.host)}, process {holder.pid}, since {page.moment(holder.since)})"
        for holder in holders
        if holder.alive
    ] or ["worked by  nobody"]
    lines += [
        f"feeds      {_parts(counts.feeds) or 'none'}",
        f"articles   {counts.articles:,} in {plural(counts.stories, 'story', 'stories')} ({_parts(counts.relations)})",
        f"alerts     {counts.alerts:,}; deliveries: {_parts(counts.deliveries) or 'none'}",
        f"waiting    {_parts(counts.rows) or 'nothing'}",
        f"dead       {_parts(counts.dead_letters) or 'nothing'}",
        f"next due   {_when(due, now)}",
    ]
    data = {"store": store.shown, "counts": counts, "owners": holders, "next_due": due, "now": now}
    emit(data, lines, as_json=as_json)


def _parts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {clean(name)}" for name, count in counts.items())


def _when(due: float | None, now: float) -> str:
    if due is None:
        return "nothing"
    return "now" if due <= now else f"in {span(due - now)}"
