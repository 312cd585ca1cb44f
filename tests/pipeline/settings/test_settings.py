from pathlib import Path

import msgspec
import pytest

from pipeline.settings.feeds import load_feeds
from pipeline.settings.installation import load_installation
from pipeline.settings.settings import (
    ALERTS,
    EXTRACTION,
    HEALTH,
    NETWORK,
    POLLING,
    RETENTION,
    STORIES,
    RetentionConfig,
    Settings,
    load_settings,
)
from pipeline.settings.topics import load_topics
from transforms.config import (
    AlertsConfig,
    ExtractionConfig,
    HealthConfig,
    NetworkConfig,
    PollingConfig,
    SinkConfig,
    StoriesConfig,
)

SEEDS = Path(__file__).parents[3] / "seeds"


@pytest.fixture
def load(tmp_path):
    def write(text: str) -> Settings:
        path = tmp_path / "settings.toml"
        path.write_text(text)
        return load_settings(path)

    return write


def test_an_empty_file_gives_the_defaults(load, tmp_path):
    settings = load("")
    assert settings == Settings(
        path=tmp_path / "settings.toml",
        feeds=tmp_path / "feeds.opml",
        topics=tmp_path / "topics.toml",
        store=f"sqlite:///{tmp_path}/wirewatch.db",
    )
    assert settings.sinks == (SinkConfig("stdout", "stdout"),)


def test_every_key_is_read(load, tmp_path):
    settings = load("""
        feeds = "lists/feeds.txt"
        topics = "/etc/wirewatch/topics.toml"
        outlets = "outlets.toml"
        store = "postgresql://watch@db/wire"
        store_password_env = "DB_PASSWORD"
        time_zone = "Europe/Kyiv"
        network.max_redirects = 0
        polling = { every = "30m", pace = 0.5, contact = "press@example.org" }
        extraction.deadline = "1.5s"
        retention.seen_links = "30 d"
        health = { alert = true, sinks = ["desk"] }
        beam = { runner = "PrismRunner", experiments = ["a", "b"], streaming = true }
        [network.hosts]
        "News.test" = "127.0.0.1:8090"
        "*.newsroom" = "[::1]:80"
        [stories]
        window = "3d"
        [alerts]
        max_age = 3600
        revise_on = ["outlets:3"]
        quiet = "22:00-06:00"
        [[sinks]]
        name = "file"
        kind = "jsonl"
        path = "out/alerts.jsonl"
        [[sinks]]
        name = "desk"
        kind = "webhook"
        url_env = "DESK_URL"
        secret_file = "desk.key"
        timeout = "5s"
        max_tries = 3
    """)
    assert settings == Settings(
        path=tmp_path / "settings.toml",
        feeds=tmp_path / "lists/feeds.txt",
        topics=Path("/etc/wirewatch/topics.toml"),
        outlets=tmp_path / "outlets.toml",
        store="postgresql://watch@db/wire",
        store_password_env="DB_PASSWORD",
        time_zone="Europe/Kyiv",
        network=NetworkConfig(
            hosts={"news.test": "127.0.0.1:8090", "*.newsroom": "[::1]:80"},
            max_redirects=0,
            contact="press@example.org",
        ),
        polling=PollingConfig(every=1800.0, pace=0.5),
        extraction=ExtractionConfig(deadline=1.5),
        stories=StoriesConfig(window=3 * 86400.0),
        alerts=AlertsConfig(max_age=3600.0, revise_on=("outlets:3",), quiet="22:00-06:00", time_zone="Europe/Kyiv"),
        sinks=(
            SinkConfig("file", "jsonl", path=str(tmp_path / "out/alerts.jsonl")),
            SinkConfig(
                "desk", "webhook", url_env="DESK_URL", secret_file=str(tmp_path / "desk.key"), timeout=5.0, max_tries=3
            ),
        ),
        retention=RetentionConfig(seen_links=30 * 86400.0),
        beam={"runner": "PrismRunner", "experiments": ["a", "b"], "streaming": True},
        health=HealthConfig(alert=True, sinks=("desk",)),
        contact_line=9,
    )
    assert settings.sink_names == {"file", "desk"}


@pytest.mark.parametrize(
    ("text", "url", "variable"),
    [
        ('store = "sqlite:////var/lib/w.db"', "sqlite:////var/lib/w.db", ""),
        ('store = { url = "postgresql://h/d", password_env = "P" }', "postgresql://h/d", "P"),
        ('[store]\nurl = "postgresql+psycopg://u@h:5433/d"', "postgresql+psycopg://u@h:5433/d", ""),
    ],
)
def test_the_store(load, text, url, variable):
    settings = load(text)
    assert (settings.store, settings.store_password_env) == (url, variable)


def test_contact_may_stand_with_the_network(load):
    assert load('[network]\ncontact = "https://example.org/bot"').network.contact == "https://example.org/bot"


def test_sinks_may_be_none(load):
    assert load("sinks = []").sinks == ()


@pytest.mark.parametrize("value", ['"90s"', "90", "90.0", '"1.5m"', '" 90 s "'])
def test_a_duration_may_be_written_in_many_ways(load, value):
    assert load(f"polling.every = {value}").polling.every == 90.0


@pytest.mark.parametrize(
    ("config", "readers", "others"),
    [
        (NetworkConfig, NETWORK, {"hosts"}),
        (PollingConfig, POLLING, set()),
        (ExtractionConfig, EXTRACTION, set()),
        (StoriesConfig, STORIES, set()),
        (AlertsConfig, ALERTS, {"time_zone"}),
        (HealthConfig, HEALTH, set()),
        (RetentionConfig, RETENTION, set()),
    ],
)
def test_every_field_of_a_config_can_be_set(config, readers, others):
    assert set(config.__struct_fields__) == readers.keys() | others


class TestSeeds:
    def test_the_commented_defaults_are_the_defaults(self, load):
        seeds, defaults = load_settings(SEEDS / "settings.toml"), load("")
        places = ("path", "feeds", "topics", "store", "contact_line")
        assert msgspec.structs.replace(seeds, **{place: getattr(defaults, place) for place in places}) == defaults

    def test_every_key_is_shown(self):
        text = (SEEDS / "settings.toml").read_text()
        configs = (
            NetworkConfig,
            PollingConfig,
            ExtractionConfig,
            StoriesConfig,
            AlertsConfig,
            HealthConfig,
            SinkConfig,
            RetentionConfig,
        )
        for key in {field for config in configs for field in config.__struct_fields__} - {"url"}:
            assert key in text, key

    def test_they_run_once_a_contact_is_given(self, tmp_path):
        path = tmp_path / "settings.toml"
        text = (SEEDS / "settings.toml").read_text().replace('contact = ""', 'contact = "press@example.org"')
        path.write_text(
            text.replace('"feeds.opml"', f'"{SEEDS}/feeds.opml"').replace('"topics.toml"', f'"{SEEDS}/topics.toml"')
        )
        installation = load_installation(path)
        assert len(installation.feeds) >= 8
        assert [topic.name for topic in installation.topics] == ["North Korea", "Grain exports", "Bank failures"]

    def test_feeds_have_names_and_tags(self):
        assert all(
            feed.name and feed.tags and feed.url.startswith("https://") for feed in load_feeds(SEEDS / "feeds.opml")
        )

    def test_topics_are_for_all_sinks(self):
        assert all(topic.sinks == () for topic in load_topics(SEEDS / "topics.toml"))
