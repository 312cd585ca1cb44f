"""All that one installation is told, checked together before anything runs."""

import ipaddress
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.settings.errors import complaint
from pipeline.settings.feeds import load_feeds
from pipeline.settings.settings import Settings, load_settings
from pipeline.settings.topics import load_topics
from transforms.config import Config
from transforms.model import Feed, Topic


class Installation(Config, frozen=True):
    """Settings with the feeds and topics they name."""

    settings: Settings
    feeds: tuple[Feed, ...]
    topics: tuple[Topic, ...]


def load_installation(path: Path) -> Installation:
    """Read settings, feeds and topics. The environment is looked at when sinks are opened (sinks.check_sinks).

    Raises:
        SettingsError: the first thing that is wrong.
    """
    settings = load_settings(path)
    feeds = load_feeds(settings.feeds)
    topics = load_topics(settings.topics, settings.sink_names)
    check_contact(settings, feeds)
    return Installation(settings, feeds, topics)


def check_contact(settings: Settings, feeds: Sequence[Feed]) -> None:
    """Whoever asks other people's servers must be reachable. Raises SettingsError where no contact is given."""
    if settings.network.contact:
        return
    for feed in feeds:
        if not is_local(feed.url, settings):
            raise complaint(
                settings.path,
                settings.contact_line,
                "polling.contact",
                f"{feed.url} is on the open web, whose owners must be able to reach you; "
                'write an e-mail address or a page under [polling]: contact = "press@example.org"',
                "",
            )


def is_local(url: str, settings: Settings) -> bool:
    """Is a URL's host mapped to an address by the settings, or on loopback?"""
    host = (urlsplit(url).hostname or "").rstrip(".")
    hosts = settings.network.hosts
    labels = host.split(".")
    if host in hosts or any("*." + ".".join(labels[depth:]) in hosts for depth in range(1, len(labels))):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
