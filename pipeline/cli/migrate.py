"""`wirewatch migrate`: bring the store's schema up to this version."""

from pathlib import Path

import click

from pipeline.cli.output import emit, json_option, settings_of, settings_option, store_errors
from pipeline.store.store import migrate


@click.command()
@settings_option
@json_option
def command(settings_path: Path | None, *, as_json: bool) -> None:
    """Bring the store's schema up to this version; makes the store where there is none.

    Example: wirewatch migrate
    """
    settings = settings_of(settings_path)
    with store_errors():
        before, now = migrate(settings.store, settings.store_password_env)
    text = (
        f"the store was at {before or 'nothing'} and is at {now}" if before != now else f"the store is at {now} already"
    )
    emit({"before": before, "now": now}, [text], as_json=as_json)
