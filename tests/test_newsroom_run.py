"""`wirewatch run` over the newsroom, end to end: what a first run makes of it, and what later ones then do and leave be."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipeline.bundled import bundled
from pipeline.newsroom.expectations import Expectations, expectations
from pipeline.store.reading import NumberedAlert
from tests.arena import Arena, Finished, arena
from tests.newsroom_truth import Found, differences
from transforms.model import TextFrom

pytestmark = pytest.mark.xdist_group("newsroom run")

Requests = Counter[tuple[str, str, int, bool]]
TRUTH = expectations()
DEADLINE = {"timeout", "worker-killed"}


@dataclass
class Moment:
    """One command, and how everything stood after it."""

    finished: Finished
    found: Found
    wrong: list[str]
    alerts: list[NumberedAlert]
    letters: dict[str, str]
    """Subject -> reason."""
    requests: Requests
    """Answered meanwhile."""
    events: list[str]
    """Ids that came to the desk meanwhile, in order."""
    waiting: dict[str, int] = field(default_factory=dict)


class Day:
    """Commands over one newsroom, one after another."""

    def __init__(self, here: Arena) -> None:
        self.here = here
        self._requests: Requests = Counter()
        self._events = 0

    def moment(self, *arguments: str, truth: Expectations = TRUTH) -> Moment:
        finished = self.here.wirewatch(*arguments)
        assert finished.code == 0, finished
        with self.here.store() as store:
            found, wrong, alerts = Found.of(store), differences(store, truth), store.reading.alerts()
            letters = {kept.letter.subject: kept.letter.reason for kept in store.dead_letters.listed()}
            waiting = store.reading.counts().rows
        requests = self.here.newsroom.request_counts()
        events = [json.loads(request.body)["id"] for request in self.here.desk.receiver.requests]
        moment = Moment(
            finished, found, wrong, alerts, letters, requests - self._requests, events[self._events :], waiting
        )
        self._requests, self._events = requests, len(events)
        return moment


@dataclass
class Seen:
    """The moments of one day."""

    here: Arena
    first: Moment
    idle: Moment
    again: Moment
    edited: Moment
    redriven: Moment


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    with arena(tmp_path_factory.mktemp("newsroom")) as here:
        day = Day(here)
        first, idle, again = day.moment("run"), day.moment("run"), day.moment("run", "--all")
        here.newsroom.edit()
        edited = day.moment("run", "--all")
        here.newsroom.repair()
        [number] = [letter["number"] for letter in here.told("dead-letters", "list") if letter["reason"] in DEADLINE]
        assert here.told("dead-letters", "redrive", str(number))["redriven"] == [number]
        redriven = day.moment("run")
        yield Seen(here, first, idle, again, edited, redriven)


# --- a first run ------------------------------------------------------------------------------------------------------


def test_first_run_makes_of_the_newsroom_what_is_expected(seen: Seen) -> None:
    assert not seen.first.wrong, "\n".join(seen.first.wrong)


def test_nothing_is_left_to_do_after_a_run_but_to_try_a_forbidden_page_again(seen: Seen) -> None:
    assert seen.first.waiting == {"pending": 1}
    assert {sent.state for row in seen.first.alerts for sent in row.sent} == {"delivered"}


def test_each_alert_comes_signed_to_the_webhook_and_into_the_file_once(seen: Seen) -> None:
    ids = [f"{row.alert.id}.{row.alert.revision}" for row in seen.first.alerts]
    assert sorted(seen.first.events) == sorted(ids)
    assert len(seen.here.desk.bodies()) == len(seen.here.desk.receiver.requests)
    written = [json.loads(line) for line in seen.here.alerts.read_bytes().splitlines()]
    assert [event["id"] for event in written] == list(dict.fromkeys(event["id"] for event in written))
    assert {event["id"] for event in written} == set(seen.here.desk.bodies())
    by_id = {event["id"]: event for event in seen.here.desk.events()}
    assert all(by_id[event["id"]] == event for event in written)


def test_hostile_page_is_a_dead_letter_and_all_else_goes_on(seen: Seen) -> None:
    hostile = next(letter for letter in TRUTH.dead_letters if letter.step == "ExtractArticles")
    assert seen.first.letters[hostile.url] in DEADLINE
    assert seen.first.found.articles.keys() == TRUTH.articles.keys()


# --- later runs -------------------------------------------------------------------------------------------------------


def test_run_right_after_says_that_nothing_is_due(seen: Seen) -> None:
    assert seen.idle.finished.out.startswith("Nothing is due; next poll in ")
    assert not seen.idle.requests


def test_run_all_polls_conditionally_and_fetches_nothing_again(seen: Seen) -> None:
    feeds = {_host_and_path(url) for url in TRUTH.feeds}
    asked = {(host, path) for host, path, _, _ in seen.again.requests}
    pages = asked & {_host_and_path(url) for url in (*TRUTH.articles, *TRUTH.seen_only, *TRUTH.unseen)}
    assert pages == set()
    healthy = {_host_and_path(url) for url, status in TRUTH.feeds.items() if status == "ok"}
    polled = {(h, p): (status, conditional) for (h, p, status, conditional) in seen.again.requests if (h, p) in feeds}
    assert {pair: polled.get(pair) for pair in healthy} == dict.fromkeys(healthy, (304, True))
    assert max(seen.again.requests.values()) == 1


def test_run_all_decides_and_raises_nothing(seen: Seen) -> None:
    assert seen.again.events == []
    assert seen.again.found == seen.first.found
    assert seen.again.wrong == seen.first.wrong


def test_edited_article_becomes_a_revision_in_the_same_story(seen: Seen) -> None:
    landscape = seen.here.newsroom.landscape
    edited = {landscape.url(article) for article in landscape.articles.values() if article.edit is not None}
    before, after = seen.again.found, seen.edited.found
    changed = {
        url
        for url, stored in after.articles.items()
        if stored.judged.article.text_hash != before.articles[url].judged.article.text_hash
    }
    assert edited
    assert changed == edited
    for url in edited:
        assert after.places[url].story_id == before.places[url].story_id
        assert after.articles[url].decided == before.articles[url].decided
    assert after.groups() == before.groups()


def test_repaired_page_goes_through_after_redrive(seen: Seen) -> None:
    hostile = next(letter.url for letter in TRUTH.dead_letters if letter.step == "ExtractArticles")
    assert hostile not in seen.redriven.letters
    assert seen.redriven.found.articles[hostile].judged.article.text_from == TextFrom.PAGE
    assert seen.redriven.found.articles.keys() - {hostile} == TRUTH.articles.keys()
    assert seen.redriven.found.groups() > seen.edited.found.groups()


# --- the same by other ways -------------------------------------------------------------------------------------------


def test_replay_of_the_articles_makes_the_same_stories(seen: Seen, tmp_path: Path) -> None:
    replayed = replayed_groups(seen.here, tmp_path)
    assert replayed == seen.first.found.groups()


def replayed_groups(here: Arena, folder: Path) -> frozenset[frozenset[str]]:
    """URLs by story, of a replay of what a first poll reads."""
    lines = list(here.newsroom.articles_jsonl())
    read = [line for line in lines if json.loads(line)["url"] in TRUTH.articles]
    (folder / "articles.jsonl").write_bytes(b"".join(read))
    topics = str(bundled("seeds") / "topics.toml")
    arguments = (str(folder / "articles.jsonl"), "--out", str(folder / "out"), "--topics", topics)
    finished = here.wirewatch("replay", *arguments, "--settings", str(here.settings))
    assert finished.code == 0, finished
    stories: dict[str, set[str]] = {}
    placed = [json.loads(line) for line in (folder / "out" / "articles.jsonl").read_bytes().splitlines()]
    for line, place in zip(read, placed, strict=True):
        stories.setdefault(place["story_id"], set()).add(json.loads(line)["url"])
    return frozenset(map(frozenset, stories.values()))


class Dial:
    """A clock that is set back by so many seconds."""

    def __init__(self, now: float) -> None:
        self._start = now
        self.back = 0.0

    def __call__(self) -> float:
        return self._start - self.back


def test_two_passes_cut_at_a_publication_time_make_what_one_makes(seen: Seen, tmp_path: Path) -> None:
    """The second pass is asked for twice at once: one does it, the other names it and ends."""
    dial = Dial(seen.here.newsroom.edition.start)
    with arena(tmp_path, clock=dial, harmless=True) as here:
        dial.back = 5 * 3600.0
        first = here.wirewatch("run")
        assert first.code == 0, first
        with here.store() as store:
            early = Found.of(store).articles.keys()
        dial.back = 0.0
        both = [here.start("run", "--all") for _ in range(2)]
        ended = {command.pid: command.finished() for command in both}
        with here.store() as store:
            found = Found.of(store)
    late = seen.redriven.found.articles.keys() - early
    assert len(early) > 20
    assert len(late) > 20
    assert found.groups() == seen.redriven.found.groups()
    assert _raised(found) == _raised(seen.first.found)
    [winner] = [pid for pid, finished in ended.items() if finished.code == 0]
    [loser] = [finished for finished in ended.values() if finished.code != 0]
    assert loser.code == 1, loser
    assert f"process {winner}" in loser.err
    assert "`wirewatch run --all`" in loser.err
    assert len(loser.err.splitlines()) == 1


def _raised(found: Found) -> set[tuple[str, frozenset[str]]]:
    members = found.members()
    return {(alert.topic, members[alert.story]) for alert in found.alerts}


def _host_and_path(url: str) -> tuple[str, str]:
    host, _, path = url.removeprefix("http://").partition("/")
    return host, "/" + path
