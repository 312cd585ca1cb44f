"""What the steps can be told, as plain values with their defaults and units; pipeline.settings fills them from TOML."""

import msgspec


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of all configuration: immutable, no unknown keys."""


class NetworkConfig(Config, frozen=True):
    """How the open web is reached."""

    hosts: dict[str, str] = {}
    """Host name -> "address:port": connect there instead of resolving the name (newsroom, tests). "*.name" maps all below it."""
    allow: tuple[str, ...] = ()
    """Networks (CIDR) the address guard lets through though they are not global."""
    ports: tuple[int, ...] = (80, 443, 8080, 8443)
    contact: str = ""
    """Goes into the User-Agent; required for feeds that are not on loopback."""
    connect_seconds: float = 10.0
    headers_seconds: float = 15.0
    total_seconds: float = 30.0
    max_bytes: int = 8 * 1024 * 1024
    """Of a body after decompression."""
    max_redirects: int = 5


class PollingConfig(Config, frozen=True):
    """How often and how hard feeds and hosts are asked. Durations in seconds."""

    every: float = 3600.0
    every_unconditional: float = 86400.0
    """For feeds whose server never answers conditionally (no validators, or validators it ignores), unless their own
    `every` says otherwise."""
    at_least: float = 300.0
    """No feed is polled more often, whatever it or its history says."""
    at_most: float = 86400.0
    per_host: int = 2
    """Requests to one host at a time."""
    pace: float = 1.0
    """Seconds between starts of requests to one host."""
    concurrency: int = 64
    """Requests under way at a time in a process."""
    retry_after_scope: str = "feed"
    """feed or host: what a 429 or 503 holds up."""
    retry_after_cap: float = 7 * 86400.0
    first_poll_age: float = 48 * 3600.0
    """A feed's first poll accepts entries younger than this and marks the rest as seen."""
    page_tries: int = 4
    """How often a page that fails for a passing reason is asked for."""
    pass_pages: int = 500
    """Pages a bounded pass takes."""
    stream_rows: int = 64
    """Rows of a shard taken and not ended in a stream."""


class ExtractionConfig(Config, frozen=True):
    """Caps on what a page may cost."""

    workers: int = 0
    """Worker processes; 0: one a core."""
    deadline: float = 10.0
    """Seconds a page may take in its worker."""
    memory: int = 512 * 1024 * 1024
    """Bytes a worker may grow by."""
    max_elements: int = 60_000
    max_depth: int = 500
    max_text: int = 200_000
    """Characters of an article's text that are kept."""


class StoriesConfig(Config, frozen=True):
    """How articles become stories."""

    window: float = 7 * 86400.0
    wave: float = 2.0
    """Seconds of a wave in a stream."""
    same_event: float = 0.0
    """Shift of the join threshold, for those who want larger (negative) or smaller stories."""
    across_languages: bool = False
    """One story over languages, by the names and numbers that its articles share."""


class AlertsConfig(Config, frozen=True):
    """When a person is told."""

    max_age: float = 24 * 3600.0
    """Older news joins stories silently."""
    revise_on: tuple[str, ...] = ("origin", "outlets:2,5,10,20", "facts")
    cooldown: float = 900.0
    """Seconds between two revisions of one alert."""
    quiet: str = ""
    """Local hours in which revisions and alerts wait, "22:00-06:00"; empty: none."""
    time_zone: str = "UTC"


class HealthConfig(Config, frozen=True):
    """Whether a change in a feed's health is an alert of its own."""

    alert: bool = False
    sinks: tuple[str, ...] = ()
    """Empty: all sinks."""


class SinkConfig(Config, frozen=True):
    """Where alerts go."""

    name: str
    kind: str
    """stdout, jsonl or webhook."""
    path: str = ""
    url: str = ""
    url_env: str = ""
    url_file: str = ""
    secret_env: str = ""
    secret_file: str = ""
    timeout: float = 10.0
    max_tries: int = 8
