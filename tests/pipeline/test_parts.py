"""What a process opens for a run, and lets go of."""

import pickle
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from pipeline.parts import Parts
from pipeline.settings.settings import Settings
from pipeline.store import Store, StoreAddress
from tests.articles import article, judged
from transforms.alerts.ports import SinkError
from transforms.config import SinkConfig
from transforms.feeds.ports import Shard
from transforms.model import DeadLetter, Feed, Outcome, OutcomeKind

TOPICS = """
[[topics]]
id = "ports"
name = "Ports"
query = "harbour"
sinks = ["desk"]
"""


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    (tmp_path / "topics.toml").write_text(TOPICS)
    sinks = tuple(SinkConfig(name, "jsonl", path=str(tmp_path / f"{name}.jsonl")) for name in ("desk", "archive"))
    settings = Settings(
        path=tmp_path / "settings.toml", feeds=tmp_path / "feeds.opml", topics=tmp_path / "topics.toml", sinks=sinks
    )
    address = StoreAddress(f"sqlite:///{tmp_path}/wirewatch.db", patience=5.0, durable=False)
    parts = Parts(settings, address, f"run 1 {tmp_path}", sinks=sinks, topics=settings.topics)
    yield parts
    parts.close()
    address.close()


def test_parts_travel_and_open_the_same_here(parts: Parts) -> None:
    copy = pickle.loads(pickle.dumps(parts))
    assert copy == parts
    assert copy.open_store() is parts.open_store()
    assert copy.open_ledger("en") is parts.open_ledger("en")
    assert copy.open_sink("desk") is parts.open_sink("desk")
    assert copy.outlets() is parts.outlets()


def test_a_ledger_is_one_a_run_and_key(parts: Parts) -> None:
    assert parts.open_ledger("en") is not parts.open_ledger("uk")
    assert parts.open_ledger("en") is replace(parts, pass_number=3).open_ledger("en"), "passes share it"
    rival = replace(parts, owner=f"{parts.owner} again")
    assert rival.open_ledger("en") is not parts.open_ledger("en")
    mine, theirs = parts.open_ledger("en"), rival.open_ledger("en")
    rival.close()
    assert parts.open_ledger("en") is mine
    assert rival.open_ledger("en") is not theirs
    rival.close()


def test_a_stream_has_one_follower_a_shard_and_each_pass_its_own(parts: Parts) -> None:
    first = parts.open_follower(Shard(0, 2))
    assert parts.open_follower(Shard(0, 2)) is first
    assert parts.open_follower(Shard(1, 2)) is not first
    assert replace(parts, pass_number=1).open_follower(Shard(0, 2)) is not first


def test_a_drain_ends_followers_that_are_open_and_those_opened_later(parts: Parts) -> None:
    early = parts.open_follower(Shard(0, 2))
    early.start(bounded=False)
    assert not early.done()
    parts.drain()
    late = parts.open_follower(Shard(1, 2))
    late.start(bounded=False)
    assert early.done()
    assert late.done()


def test_opening_a_follower_is_a_beat_of_the_source(parts: Parts) -> None:
    first = parts.last_beat()
    assert parts.last_beat() == first
    parts.open_follower(Shard())
    assert parts.last_beat() > first


def test_a_sink_that_is_not_in_the_settings_any_more_is_refused_for_good(parts: Parts) -> None:
    assert parts.max_tries() == {"desk": 8, "archive": 8}
    with pytest.raises(SinkError, match="'pager' is not in the settings") as refused:
        parts.open_sink("pager")
    assert refused.value.final


def test_topics_are_those_of_the_file_or_none(parts: Parts) -> None:
    assert [topic.name for topic in parts.current_topics().topics] == ["Ports"]
    assert replace(parts, owner=f"{parts.owner} again", topics=None).current_topics().topics == ()


def tell(parts: Parts, store: Store) -> list[str]:
    """Sinks of what one relevant article raises."""
    (topic,) = parts.current_topics().topics
    parts.open_ledger("en").decide_wave([judged(article(line=1), topic.id)])
    return sorted(sent.sink for numbered in store.reading.alerts() for sent in numbered.sent)


def test_alerts_go_where_the_topic_says(parts: Parts) -> None:
    assert tell(parts, parts.open_store()) == ["desk"]


def test_a_replays_alerts_go_to_its_own_sinks_whatever_the_topics_say(parts: Parts, tmp_path: Path) -> None:
    sink = SinkConfig("alerts.jsonl", "jsonl", path=str(tmp_path / "alerts.jsonl"))
    replaying = parts.for_replay((sink,), frozenset({("Evening Post", "post.example")}))
    assert tell(replaying, parts.open_store()) == ["alerts.jsonl"]


def test_a_replay_without_sinks_raises_nothing(parts: Parts) -> None:
    assert tell(parts.for_replay((), frozenset()), parts.open_store()) == []


def test_whose_feed_an_outlet_is(parts: Parts) -> None:
    parts.open_store().feeds.sync_feeds([Feed("https://rss.gazette.example/all.xml", name="The Gazette")])
    met = replace(parts, outlets_met=frozenset({("Evening Post", "post.example")}))
    asked = [
        ("the gazette", ""),
        ("", "gazette.example"),
        ("EVENING POST", ""),
        ("", "post.example"),
        ("Other", "other.example"),
        ("", ""),
    ]
    assert [met.in_feeds(name, domain) for name, domain in asked] == [True, True, True, True, False, False]


def test_the_persons_own_outlets_come_first(parts: Parts, tmp_path: Path) -> None:
    own = tmp_path / "outlets.toml"
    own.write_text('[[outlets]]\nname = "My Reuters"\ndomains = ["reuters.com"]\n')
    mine = replace(parts, settings=msgspec.structs.replace(parts.settings, outlets=own))
    found = [one.outlets().by_domain("reuters.com") for one in (parts, mine)]
    assert [outlet.name for outlet in found if outlet] == ["Reuters", "My Reuters"]


def test_outlets_met_are_known_from_the_next_pass_on(parts: Parts) -> None:
    replaying = replace(parts, owner="a replay", outlets_met=frozenset({("Harbour Lights", "harbour.example")}))
    assert [parts.outlets().find("Harbour Lights"), replaying.outlets().find("Harbour Lights") is None] == [None, False]
    parts.open_store().feeds.sync_feeds([Feed("https://rss.lights.example/all.xml", name="Harbour Lights")])
    assert parts.outlets().find("Harbour Lights") is None
    parts.end_pass()
    found = parts.outlets().by_domain("www.lights.example")
    assert found is not None
    assert found.name == "Harbour Lights"
    replaying.close()


def test_an_article_goes_to_the_ledger_of_its_language(parts: Parts) -> None:
    made = judged(article(lang="uk"))
    assert parts.keyed_by_ledger(made) == ("uk", made)


def test_lines_are_noted_by_run(parts: Parts) -> None:
    outcome = Outcome(OutcomeKind.DECIDED, "a", "en", line=4)
    assert parts.note_line(outcome) is outcome
    assert parts.decided_lines() == {4: "a"}
    assert replace(parts, owner=f"{parts.owner} again").decided_lines() == {}


def test_dead_letters_are_recorded(parts: Parts) -> None:
    parts.record_dead_letters([DeadLetter("Step", "reason", "message", "subject")])
    assert [kept.letter.subject for kept in parts.open_store().dead_letters.listed()] == ["subject"]
    assert parts.open_outbox().take("en", "desk", "run 1", 5) == []
