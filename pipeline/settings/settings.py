"""settings.toml -> Settings: everything validated before anything runs."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from pipeline.settings import values
from pipeline.settings.sinks import DEFAULT_SINKS, read_sinks
from pipeline.settings.toml import Table, TomlFile, suggestion
from transforms.config import (
    AlertsConfig,
    Config,
    ExtractionConfig,
    HealthConfig,
    NetworkConfig,
    PollingConfig,
    SinkConfig,
    StoriesConfig,
)

C = TypeVar("C", bound=Config)
DAY = 86400.0


class RetentionConfig(Config, frozen=True):
    """How long things stay, in seconds from acceptance."""

    pages: float = 0.0
    """0: pages are not kept."""
    texts: float = 30 * DAY
    fingerprints: float = 30 * DAY
    stories: float = 365 * DAY
    seen_links: float = 365 * DAY
    """After a link has left its feed."""


class Settings(Config, frozen=True):
    """What one installation is told. Paths are absolute; durations are seconds."""

    path: Path
    feeds: Path
    topics: Path
    outlets: Path | None = None
    """The person's own outlets, beside those that come with Wirewatch."""
    store: str = ""
    """A database URL without its password."""
    store_password_env: str = ""
    """The environment variable that holds the database's password; empty: none is needed."""
    time_zone: str = "UTC"
    network: NetworkConfig = NetworkConfig()
    polling: PollingConfig = PollingConfig()
    extraction: ExtractionConfig = ExtractionConfig()
    stories: StoriesConfig = StoriesConfig()
    alerts: AlertsConfig = AlertsConfig()
    health: HealthConfig = HealthConfig()
    sinks: tuple[SinkConfig, ...] = DEFAULT_SINKS
    retention: RetentionConfig = RetentionConfig()
    beam: dict[str, Any] = {}  # noqa: RUF012 - msgspec copies it
    contact_line: int = 1
    """Where settings.toml says who to contact, or where it should."""

    @property
    def sink_names(self) -> frozenset[str]:
        return frozenset(sink.name for sink in self.sinks)


_SPAN, _SPAN_OR_NONE = values.duration(), values.duration(zero=True)
_COUNT, _COUNT_OR_NONE = values.integer(1), values.integer(0)
Readers = Mapping[str, Callable[[Any], Any]]

NETWORK: Readers = {
    "allow": values.networks,
    "ports": values.ports,
    "contact": values.contact,
    "connect_seconds": _SPAN,
    "headers_seconds": _SPAN,
    "total_seconds": _SPAN,
    "max_bytes": _COUNT,
    "max_redirects": _COUNT_OR_NONE,
}
POLLING: Readers = {
    "every": _SPAN,
    "every_unconditional": _SPAN,
    "at_least": _SPAN_OR_NONE,
    "at_most": _SPAN,
    "per_host": _COUNT,
    "pace": _SPAN_OR_NONE,
    "concurrency": _COUNT,
    "retry_after_scope": values.one_of("feed", "host"),
    "retry_after_cap": _SPAN,
    "first_poll_age": _SPAN_OR_NONE,
    "page_tries": _COUNT,
    "pass_pages": _COUNT,
    "stream_rows": _COUNT,
}
EXTRACTION: Readers = {
    "workers": _COUNT_OR_NONE,
    "deadline": _SPAN,
    "memory": values.integer(16 * 1024 * 1024),
    "max_elements": _COUNT,
    "max_depth": _COUNT,
    "max_text": values.integer(1000),
}
STORIES: Readers = {
    "window": _SPAN,
    "wave": _SPAN,
    "same_event": values.number(-1.0, 1.0),
    "across_languages": values.yes_or_no,
}
ALERTS: Readers = {
    "max_age": _SPAN,
    "revise_on": values.revise_on,
    "cooldown": _SPAN_OR_NONE,
    "quiet": values.quiet,
}
HEALTH: Readers = {"alert": values.yes_or_no, "sinks": values.texts}
RETENTION: Readers = dict.fromkeys(("pages", "texts", "fingerprints", "stories", "seen_links"), _SPAN_OR_NONE)


def load_settings(path: Path) -> Settings:
    """Read and validate one settings file; feeds, topics and the environment are looked at by others.

    Raises:
        SettingsError: one line naming file, line, key, value and remedy.
    """
    top = TomlFile(path, "settings file").top
    path = path.absolute()
    base = path.parent
    store, password_env = _store(top, base)
    time_zone = top.get("time_zone", values.time_zone, "UTC")
    network, polling, contact_line = _network_and_polling(top)
    stories = _section(top.table("stories"), StoriesConfig, STORIES)
    sinks = read_sinks(top.tables("sinks"), base) if "sinks" in top else DEFAULT_SINKS
    settings = Settings(
        path=path,
        feeds=base / top.get("feeds", values.text, "feeds.opml"),
        topics=base / top.get("topics", values.text, "topics.toml"),
        outlets=base / outlets if (outlets := top.get("outlets", values.line_of_text, "")) else None,
        store=store,
        store_password_env=password_env,
        time_zone=time_zone,
        network=network,
        polling=polling,
        extraction=_section(top.table("extraction"), ExtractionConfig, EXTRACTION),
        stories=stories,
        alerts=_alerts(top.table("alerts"), time_zone),
        health=_health(top.table("health"), sinks),
        sinks=sinks,
        retention=_retention(top.table("retention"), stories),
        beam=top.get("beam", values.beam_options, {}),
        contact_line=contact_line,
    )
    top.get("sinks", list, [])  # known, with or without elements
    top.finish()
    return settings


def _section(
    table: Table, config: type[C], readers: Readers, elsewhere: Mapping[str, str] | None = None, **more: Any
) -> C:
    told = {key: table.get(key, read, None) for key, read in readers.items()}
    table.finish(elsewhere)
    return config(**{key: value for key, value in told.items() if key in table}, **more)


def _network_and_polling(top: Table) -> tuple[NetworkConfig, PollingConfig, int]:
    network, polling = top.table("network"), top.table("polling")
    hosts_table = network.table("hosts")
    hosts: dict[str, str] = {}
    for host in hosts_table.names:
        try:
            values.host_pattern(host)
        except ValueError as error:
            raise hosts_table.error(host, str(error)) from error
        hosts[host.lower()] = hosts_table.get(host, values.address_and_port, "")
    contact = polling.get("contact", values.contact, "")
    if "contact" in polling and "contact" in network:
        raise network.error("contact", "stands in [polling] too; keep one")
    # The file says it under [polling], where a person looks for it; requests need it with the network.
    where = network if "contact" in network else polling
    line = top.file.line((*where.path, "contact")) or 1
    more: dict[str, Any] = {"hosts": hosts} if contact == "" else {"hosts": hosts, "contact": contact}
    network_config = _section(network, NetworkConfig, NETWORK, **more)
    polling_config = _section(polling, PollingConfig, POLLING)
    if polling_config.at_most < polling_config.at_least:
        name = "at_most" if "at_most" in polling else "at_least"
        raise polling.error(name, "at_most must not be shorter than at_least; change one of them", polling.raw(name))
    return network_config, polling_config, line


def _alerts(table: Table, time_zone: str) -> AlertsConfig:
    elsewhere = {"time_zone": "it stands at the top of the file, above the tables"}
    return _section(table, AlertsConfig, ALERTS, elsewhere, time_zone=time_zone)


def _health(table: Table, sinks: tuple[SinkConfig, ...]) -> HealthConfig:
    health = _section(table, HealthConfig, HEALTH)
    names = sorted(sink.name for sink in sinks)
    for sink in health.sinks:
        if sink not in names:
            hint = suggestion(sink, names) if names else "there are no sinks"
            raise table.error("sinks", f"there is no sink {sink!r}; {hint}", list(health.sinks))
    return health


def _retention(table: Table, stories: StoriesConfig) -> RetentionConfig:
    retention = _section(table, RetentionConfig, RETENTION)
    for key in ("texts", "fingerprints", "stories"):
        if getattr(retention, key) < stories.window:
            value = table.raw(key) if key in table else getattr(retention, key)
            remedy = f"must be at least stories.window ({stories.window:g} seconds); give more or shorten the window"
            raise table.error(key, remedy, value)
    return retention


def _store(top: Table, base: Path) -> tuple[str, str]:
    """URL and the password's environment variable, of `store = URL` or `store = { url = URL, password_env = NAME }`."""
    password_env = top.get("store_password_env", values.environment_name, "")
    if isinstance(top.raw("store"), dict):
        table = top.table("store")
        url = table.need("url", str, 'write url = "sqlite:///wirewatch.db"')
        password_env = table.get("password_env", values.environment_name, password_env)
        table.finish({"password": 'never write a password here; give password_env = "NAME" and set that variable'})
        owner, key = table, "url"
    else:
        url, owner, key = top.get("store", values.text, "sqlite:///wirewatch.db"), top, "store"
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise owner.error(
            key, 'is no database URL; write "sqlite:///wirewatch.db" or "postgresql://user@host/name"'
        ) from error
    if parsed.password is not None:
        raise owner.error(
            key,
            'holds a password, which must not stand here; take it out, give store_password_env = "NAME" and set that variable',
        )
    if parsed.drivername == "sqlite":
        if not parsed.database or parsed.database == ":memory:" or parsed.host:
            raise owner.error(key, "names no file; write three slashes and the path: sqlite:///wirewatch.db", url)
        return f"sqlite:///{base / parsed.database}", password_env
    if parsed.drivername not in {"postgresql", "postgresql+psycopg"}:
        raise owner.error(key, f"{parsed.drivername} is not supported; use sqlite:/// or postgresql://")
    if not parsed.database:
        raise owner.error(key, 'names no database; write "postgresql://user@host/name"')
    return url, password_env
