"""The graph against the loop that it stands for, over the newsroom's articles."""

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from pipeline.bundled import bundled
from pipeline.launch import run_chunk
from pipeline.newsroom.server import Newsroom
from pipeline.parts import Parts
from pipeline.settings.settings import Settings
from pipeline.store import StoreAddress
from transforms.articles.saved import saved_article
from transforms.config import SinkConfig
from transforms.model import Article, Judged
from transforms.stories.fingerprint import fingerprint
from transforms.topics.judge import judge

NOW = 1_700_000_000.0
Run = Callable[[Parts, Sequence[Article]], None]


def newsroom_articles() -> list[Article]:
    """The newsroom as a replay reads it: in order of publication, each handed over when it was published."""
    lines = [msgspec.json.decode(line) for line in Newsroom(clock=lambda: NOW).articles_jsonl()]
    return [
        saved_article(
            line["url"],
            line["title"],
            line["text"],
            published=line["published"],
            seen=line["published"],
            outlet=line["outlet"],
            authors=tuple(line["authors"]),
            lang=line["lang"],
            line=number,
        )
        for number, line in enumerate(lines, start=1)
    ]


ARTICLES = newsroom_articles()
LIVE = [msgspec.structs.replace(one, line=0) for one in ARTICLES]


class Told(msgspec.Struct, frozen=True):
    """What a reader sees of a store, whatever numbers its ledgers wrote it under."""

    stories: dict[str, frozenset[str]]
    origins: dict[str, str]
    relations: dict[str, str]
    alerts: dict[str, tuple[str, str, frozenset[str]]]
    """Alert id -> topic, story, members."""


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Callable[[Run, Sequence[Article]], Told]]:
    """Runs articles into a store of their own and reads it."""
    opened: list[Parts] = []

    def run_and_read(run: Run, articles: Sequence[Article]) -> Told:
        folder = tmp_path / str(len(opened))
        folder.mkdir()
        parts = _parts(folder)
        opened.append(parts)
        run(parts, articles)
        return _read(parts)

    yield run_and_read
    for parts in opened:
        parts.close()
        parts.store.close()


def _parts(folder: Path) -> Parts:
    sink = SinkConfig("alerts", "jsonl", path=str(folder / "alerts.jsonl"))
    settings = Settings(
        path=folder / "settings.toml",
        feeds=folder / "feeds.opml",
        topics=bundled("seeds") / "topics.toml",
        outlets=bundled("fixtures") / "newsroom" / "known-outlets.toml",
    )
    address = StoreAddress(f"sqlite:///{folder}/wirewatch.db", patience=5.0, durable=False)
    met = frozenset((one.outlet, one.domain) for one in ARTICLES)
    return Parts(settings, address, f"test {folder}", topics=settings.topics).for_replay((sink,), met)


def _read(parts: Parts) -> Told:
    reading = parts.open_store().reading
    places = reading.places()
    members: dict[str, set[str]] = {}
    for place in places.values():
        members.setdefault(place.story_id, set()).add(place.article_id)
    stories = [story for story in reading.all_stories() if not story.merged_into]
    assert not parts.open_store().dead_letters.listed()
    return Told(
        stories={story.id: frozenset(members[story.id]) for story in stories},
        origins={story.id: story.origin.name if story.origin else "" for story in stories},
        relations={place.article_id: place.relation.value for place in places.values()},
        alerts={
            numbered.alert.id: (
                numbered.alert.topic,
                numbered.alert.story,
                frozenset(member.article_id for member in numbered.alert.members),
            )
            for numbered in reading.alerts()
        },
    )


def loop(parts: Parts, articles: Sequence[Article]) -> None:
    """The oracle: what the graph does, as a for-loop; one wave a ledger."""
    waves: dict[str, list[Judged]] = {}
    for one in articles:
        print_ = fingerprint(one, parts.outlets())
        made = Judged(one, print_, judge(one, print_, parts.current_topics()))
        key, _ = parts.keyed_by_ledger(made)
        waves.setdefault(key, []).append(made)
    for key, wave in waves.items():
        parts.open_ledger(key).decide_wave(wave)


def graph(parts: Parts, articles: Sequence[Article]) -> None:
    run_chunk(parts, list(articles), [])


def in_chunks(size: int) -> Run:
    def run(parts: Parts, articles: Sequence[Article]) -> None:
        for start in range(0, len(articles), size):
            run_chunk(parts, list(articles[start : start + size]), [])

    return run


def cut_at(moment: float) -> Run:
    def run(parts: Parts, articles: Sequence[Article]) -> None:
        run_chunk(parts, [one for one in articles if one.published < moment], [])
        run_chunk(parts, [one for one in articles if one.published >= moment], [])

    return run


def test_the_graph_is_the_loop(told: Callable[[Run, Sequence[Article]], Told], tmp_path: Path) -> None:
    expected, found = told(loop, ARTICLES), told(graph, ARTICLES)
    assert found == expected
    assert len(expected.relations) == len(ARTICLES)
    assert 1 < len(expected.stories) < len(ARTICLES)
    assert expected.alerts
    delivered = [msgspec.json.decode(line) for line in (tmp_path / "1" / "alerts.jsonl").read_bytes().splitlines()]
    assert len(delivered) == len(expected.alerts)


def test_a_pass_may_be_shuffled_or_cut_in_two(told: Callable[[Run, Sequence[Article]], Told]) -> None:
    shuffled = random.Random(7).sample(LIVE, len(LIVE))
    expected = told(loop, LIVE)
    assert told(graph, shuffled) == expected
    parted = told(cut_at(ARTICLES[len(ARTICLES) * 2 // 3].published), LIVE)
    assert (parted.stories, parted.origins, parted.relations) == (
        expected.stories,
        expected.origins,
        expected.relations,
    )
    assert same_alerts(parted) == same_alerts(expected)


def test_the_length_of_a_chunk_changes_nothing(told: Callable[[Run, Sequence[Article]], Told]) -> None:
    whole, parts = told(loop, ARTICLES), told(in_chunks(len(ARTICLES) // 3 + 1), ARTICLES)
    assert (parts.stories, parts.origins, parts.relations) == (whole.stories, whole.origins, whole.relations)
    assert same_alerts(parts) == same_alerts(whole)


def same_alerts(held: Told) -> set[tuple[str, str]]:
    """Topic and story of each alert: its last revision may tell fewer members where they came without news."""
    return {(topic, story) for topic, story, _members in held.alerts.values()}
