"""What must not change a ledger's stories: the waves' cuts, restarts, and who else writes to the store."""

import functools
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.order import MOST_MOVED, grouped, moved, newsroom
from pipeline.store import Store, open_store
from tests.articles import DAY, NO_OUTLETS, REPORTS, START, article, judged
from tests.transforms.stories.ledgers import TOPICS, Process, Told, at, cut, told, without_numbers
from transforms.alerts.wave import DecideAlerts
from transforms.config import AlertsConfig
from transforms.model import Article, Judged
from transforms.stories.by_hand import merge_stories
from transforms.stories.decide import new_story_id
from transforms.stories.memory import StoriesMemory
from transforms.stories.repair import Merge, Move
from transforms.stories.repair import repair as real_repair
from transforms.stories.wave import Means, Repair

TOPICS_OF = {"harbour": ("ports",), "bank": ("money",), "strike": ("ports", "money")}


@st.composite
def newspapers(draw: st.DrawFn) -> list[Judged]:
    """Up to 30 lines of a replay: copies, edits and repeats of a few reports over up to 14 days, in any order."""
    one = st.tuples(
        st.sampled_from(sorted(REPORTS)),
        st.integers(0, 3),
        st.integers(0, 2),
        st.integers(0, 1),
        st.integers(0, 14 * 24),
    )
    drawn = draw(st.lists(one, min_size=2, max_size=30))
    lines, seen = [], 0.0
    for line, (report, outlet, number, edit, hours) in enumerate(drawn, start=1):
        read = article(report, f"{report}-{number}", variant=outlet, hours=hours, line=line)
        seen = max(seen, read.published)
        text = read.text + "\nAn editor added this sentence about the weather in Lisbon." * edit
        edited = article(report, f"{report}-{number}", variant=outlet, hours=hours, line=line, text=text, seen=seen)
        lines.append(judged(edited, *TOPICS_OF.get(report, ())))
    return lines


def restless(memory: StoriesMemory, seq: int) -> tuple[Merge | Move, ...]:
    """Repairs that never leave stories alone: a function of memory and number, like the real one."""
    held = memory.decided_between(0, seq)
    one, other = held[seq * 7 % len(held)], held[seq * 5 % len(held)]
    changes: list[Merge | Move] = []
    if seq % 5 == 0:
        changes.append(Merge((memory.story_of(one), memory.story_of(other)), 0.5, "merged"))
    if seq % 3 == 0:
        changes.append(Move(one, memory.story_of(other), reason="moved", matched=other))
    if seq % 7 == 0:
        changes.append(Move(other, new_story_id(other, memory), reason="started"))
    return tuple(changes)


repairs = st.sampled_from([real_repair, restless])
cuts = st.lists(st.integers(1, 12), max_size=8)


@pytest.fixture(scope="module")
def empty(migrated_sqlite: Path) -> Path:
    return migrated_sqlite


@contextmanager
def fresh(empty: Path) -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{shutil.copy(empty, folder)}", durable=False, patience=5.0, create=False)
        try:
            yield store
        finally:
            store.close()


def decided(store: Store, lines: Sequence[Judged], sizes: Sequence[int], processes: Sequence[Process]) -> Told:
    """What the store holds once these waves have been decided by these processes in turn."""
    for number, wave in enumerate(cut(lines, *sizes)):
        processes[number % len(processes)].decide(*wave)
    return told(store)


invariant = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@invariant
@given(lines=newspapers(), repair=repairs, sizes=cuts)
def test_memory_that_lives_on_is_memory_rebuilt_is_memory_caught_up(
    empty: Path, lines: list[Judged], repair: Repair, sizes: list[int]
) -> None:
    held = []
    with fresh(empty) as store:
        held.append(decided(store, lines, sizes, [Process(store, repair=repair)]))
    with fresh(empty) as store:  # started again before each wave
        held.append(decided(store, lines, sizes, [Process(store, repair=repair) for _ in range(len(sizes) + 1)]))
    with fresh(empty) as store:  # two that know nothing of each other
        held.append(decided(store, lines, sizes, [Process(store, repair=repair) for _ in range(2)]))
    assert held[0] == held[1]
    assert held[0] == held[2]


@invariant
@given(lines=newspapers(), repair=repairs, sizes=cuts, others=cuts)
def test_waves_of_any_cut_give_the_same_stories(
    empty: Path, lines: list[Judged], repair: Repair, sizes: list[int], others: list[int]
) -> None:
    held = []
    for some in (sizes, others):
        with fresh(empty) as store:
            process = Process(store, repair=repair, alerting=False)
            held.append(without_numbers(decided(store, lines, some, [process])))
    assert held[0] == held[1]


@invariant
@given(lines=newspapers(), repair=repairs, sizes=cuts, data=st.data())
def test_every_wave_twice_is_every_wave_once(
    empty: Path, lines: list[Judged], repair: Repair, sizes: list[int], data: st.DataObject
) -> None:
    with fresh(empty) as store:
        once = decided(store, lines, sizes, [Process(store, repair=repair)])
    with fresh(empty) as store:
        here, zombie = Process(store, repair=repair), Process(store, repair=repair)
        for wave in cut(lines, *sizes):
            here.decide(*wave)
            data.draw(st.sampled_from([here, zombie])).decide(*wave)
        assert told(store) == once


@invariant
@given(lines=newspapers(), repair=repairs, sizes=cuts, data=st.data())
def test_a_pass_may_be_shuffled(
    empty: Path, lines: list[Judged], repair: Repair, sizes: list[int], data: st.DataObject
) -> None:
    held = []
    for shuffled in (False, True):
        with fresh(empty) as store:
            process = Process(store, repair=repair)
            for wave in cut(lines, *sizes):
                process.decide(*(data.draw(st.permutations(wave)) if shuffled else wave))
            held.append(told(store))
    assert held[0] == held[1]


newsroom_articles = functools.cache(newsroom)


@settings(max_examples=4, deadline=None)
@given(data=st.data())
def test_the_order_of_arrival_moves_few_memberships(data: st.DataObject) -> None:
    """`python -m bench.order` prints the share, of other articles too."""
    articles = newsroom_articles()
    orders = [data.draw(st.permutations(articles)) for _ in range(2)]
    one, other = (grouped(order) for order in orders)
    assert max(moved(one, other), moved(other, one)) <= MOST_MOVED


def test_a_membership_that_moved_is_counted() -> None:
    apart = {"a": "1", "b": "1", "c": "2", "d": "2"}
    assert moved(apart, {"a": "x", "b": "x", "c": "y", "d": "y"}) == 0
    assert moved(apart, {"a": "x", "b": "x", "c": "x", "d": "y"}) == 0.25


MEANS = Means(
    NO_OUTLETS, lambda _name, _domain: True, DecideAlerts(lambda: TOPICS, AlertsConfig(cooldown=0.0), ("desk",))
)
MergeAll = Callable[[Store, list[tuple[str, str]]], None]


def merge_by_repair(store: Store, pairs: list[tuple[str, str]]) -> None:
    number = len(REPORTS) + 1
    merges = at(
        {number: lambda memory: [Merge((memory.story_of(one), memory.story_of(other))) for one, other in pairs]}
    )
    Process(store, repair=merges).decide(article("harbour", "one more", variant=3, hours=9))


def merge_by_hand(store: Store, pairs: list[tuple[str, str]]) -> None:
    for one, other in pairs:
        ids = [store.reading.places()[article_id].story_id for article_id in (one, other)]
        if ids[0] != ids[1]:
            store.ledgers.decide("en", lambda rows, ids=ids: merge_stories(rows, ids[0], ids[1], MEANS, START + DAY))


@pytest.mark.parametrize("merge_all", [merge_by_repair, merge_by_hand])
@invariant
@given(data=st.data())
def test_merges_are_associative_in_effect(empty: Path, merge_all: MergeAll, data: st.DataObject) -> None:
    """In whatever order and direction stories merge, the same articles are one story under the same id, told once.

    Which of two alerts of one topic goes on may differ: the survivor keeps the one that it has.
    """
    reports = data.draw(st.permutations(sorted(REPORTS)))
    lines = [judged(article(name, hours=hour), *TOPICS_OF.get(name, ())) for hour, name in enumerate(reports)]
    ids = [line.article.id for line in lines]
    count = data.draw(st.integers(3, len(ids)))
    pairs = [(ids[n], ids[data.draw(st.integers(0, n - 1))]) for n in range(1, count)]
    held = []
    for _ in range(2):
        turned = [data.draw(st.permutations(pair)) for pair in data.draw(st.permutations(pairs))]
        with fresh(empty) as store:
            Process(store).decide(*lines)
            merge_all(store, [(one, other) for one, other in turned])
            found = told(store)
        held.append(
            (
                {article_id: place.story_id for article_id, place in found.places.items()},
                {key: (story.size, story.title, story.origin) for key, story in found.stories.items() if story.size},
                {(a.topic, a.story) for a in found.alerts.values() if not a.merged_into},
            )
        )
    assert held[0] == held[1]
    assert len({held[0][0][article_id] for article_id in ids[:count]}) == 1


@invariant
@given(lines=newspapers(), repair=repairs, sizes=cuts)
def test_the_books_balance(empty: Path, lines: list[Judged], repair: Repair, sizes: list[int]) -> None:
    """Every article has one place in a story that stands, and every story counts its articles right."""
    with fresh(empty) as store:
        held = decided(store, lines, sizes, [Process(store, repair=repair)])
    assert set(held.places) == {line.article.id for line in lines}
    articles: dict[str, Article] = {}
    for line in lines:
        articles.setdefault(line.article.id, line.article)
    for story in held.stories.values():
        members = [articles[key] for key, place in held.places.items() if place.story_id == story.id]
        assert bool(members) != bool(story.merged_into)
        if members:
            assert story.size == len(members)
            assert story.outlets == len({member.outlet for member in members})
            assert (story.started, story.latest) == (
                min(member.published for member in members),
                max(member.published for member in members),
            )
    for place in held.places.values():
        assert not held.stories[place.story_id].merged_into
        assert place.placed in held.stories
    for alert in held.alerts.values():
        assert alert.story in held.stories
    standing = [(alert.topic, alert.story) for alert in held.alerts.values() if not alert.merged_into]
    assert len(standing) == len(set(standing)), "one open alert a topic and story"
    assert all(not held.stories[story].merged_into for _, story in standing)
