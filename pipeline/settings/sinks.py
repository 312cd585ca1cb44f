"""[[sinks]] of settings.toml, and the secrets they are opened with."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.settings import values
from pipeline.settings.errors import SettingsError
from pipeline.settings.toml import Table
from transforms.config import Config, SinkConfig

DEFAULT_SINKS = (SinkConfig(name="stdout", kind="stdout"),)

_KEYS = {
    "stdout": frozenset[str](),
    "jsonl": frozenset({"path"}),
    "webhook": frozenset({"url_env", "url_file", "secret_env", "secret_file", "timeout", "max_tries"}),
}
_ALL_KEYS = sorted(frozenset().union(*_KEYS.values()))
_LARGEST_SECRET = 64 * 1024


class SinkSecrets(Config, frozen=True):
    """What a webhook is opened with; never printed."""

    url: str
    secret: str = ""

    def __repr__(self) -> str:
        return "SinkSecrets(...)"


def read_sinks(tables: Sequence[Table], base: Path) -> tuple[SinkConfig, ...]:
    """Every sink, validated. Args: base: where relative paths start. Raises SettingsError."""
    sinks: dict[str, SinkConfig] = {}
    for table in tables:
        sink = _sink(table, base)
        if sink.name in sinks:
            raise table.error("name", "another sink has this name; give each its own", sink.name)
        sinks[sink.name] = sink
    return tuple(sinks.values())


def _sink(table: Table, base: Path) -> SinkConfig:
    name = table.need("name", values.name, 'write name = "desk"')
    kind = table.need("kind", values.one_of(*_KEYS), "write one of stdout, jsonl, webhook")
    for secret in ("url", "secret"):
        if secret in table:  # its value stays out of the message
            raise table.error(
                secret,
                f"secrets must not stand in a settings file; set an environment variable and give {secret}_env = "
                f'"ITS_NAME", or put it in a file of its own and give {secret}_file',
            )
    told = {
        "path": table.get("path", values.text, ""),
        "url_env": table.get("url_env", values.environment_name, ""),
        "url_file": table.get("url_file", values.text, ""),
        "secret_env": table.get("secret_env", values.environment_name, ""),
        "secret_file": table.get("secret_file", values.text, ""),
    }
    timeout = table.get("timeout", values.duration(), SinkConfig("", "").timeout)
    max_tries = table.get("max_tries", values.integer(1, 1000), SinkConfig("", "").max_tries)
    table.finish()
    for key in _ALL_KEYS:
        if key in table and key not in _KEYS[kind]:
            raise table.error(key, f"a {kind} sink does not know it; take it away or change kind", table.raw(key))
    if kind == "jsonl" and not told["path"]:
        raise table.error("path", 'is missing; a jsonl sink needs path = "out/alerts.jsonl"')
    if kind == "webhook":
        _one_of_two(table, "url", needed=True)
        _one_of_two(table, "secret", needed=False)
    for key in ("path", "url_file", "secret_file"):
        if told[key]:
            told[key] = str(base / told[key])
    return SinkConfig(name=name, kind=kind, timeout=timeout, max_tries=max_tries, **told)


def _one_of_two(table: Table, what: str, *, needed: bool) -> None:
    both = f"{what}_env" in table and f"{what}_file" in table
    if both:
        raise table.error(f"{what}_file", f"{what}_env is given too; keep one of them")
    if needed and f"{what}_env" not in table and f"{what}_file" not in table:
        raise table.error(
            f"{what}_env", f'is missing; a webhook sink needs {what}_env = "DESK_WEBHOOK_URL" or {what}_file'
        )


def sink_secrets(sink: SinkConfig, environment: Mapping[str, str]) -> SinkSecrets:
    """URL and signing secret of a webhook, from the environment or its files; asked for when sinks are opened.

    Raises:
        SettingsError: a variable that is not set, a file that cannot be read, a URL that is none.
    """
    url = _secret(sink, "url", environment) or sink.url
    try:
        values.web_url(url)
    except ValueError:  # its words may hold parts of the URL
        where = f"url_env = {sink.url_env!r}" if sink.url_env else f"url_file = {sink.url_file!r}"
        raise SettingsError(
            f"sink {sink.name!r}: {where}: what it holds (not shown) is no http or https URL; "
            "write the webhook's whole address, without user name or spaces"
        ) from None
    return SinkSecrets(url=url, secret=_secret(sink, "secret", environment))


def check_sinks(sinks: Sequence[SinkConfig], environment: Mapping[str, str]) -> None:
    """Raises SettingsError where a webhook's secrets cannot be had."""
    for sink in sinks:
        if sink.kind == "webhook":
            sink_secrets(sink, environment)


def database_password(variable: str, environment: Mapping[str, str]) -> str | None:
    """The store's password; None where none is asked for. Raises SettingsError where the variable is not set."""
    if not variable:
        return None
    if not environment.get(variable):
        raise SettingsError(f"store: the environment variable {variable} is not set; set it to the database's password")
    return environment[variable]


def _secret(sink: SinkConfig, what: str, environment: Mapping[str, str]) -> str:
    variable: str = getattr(sink, f"{what}_env")
    file: str = getattr(sink, f"{what}_file")
    if variable:
        value = environment.get(variable, "").strip()
        if not value:
            raise SettingsError(
                f"sink {sink.name!r}: {what}_env = {variable!r}: this environment variable is not set; "
                f"set it to the webhook's {what}"
            )
        return value
    if file:
        try:
            raw: Any = Path(file).read_bytes()[:_LARGEST_SECRET].decode()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not UTF-8"
            raise SettingsError(
                f"sink {sink.name!r}: {what}_file = {file!r} cannot be read ({reason}); put the webhook's {what} there"
            ) from None
        if not raw.strip():
            raise SettingsError(f"sink {sink.name!r}: {what}_file = {file!r} is empty; put the webhook's {what} there")
        return str(raw).strip()
    return ""
