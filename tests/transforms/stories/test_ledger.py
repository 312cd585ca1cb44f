import shutil
import threading
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from pipeline.store import APART, TOGETHER, Store, open_store
from tests.articles import DAY, HOUR, START, article, judged
from tests.pipeline.store.records import accept, new_entry
from tests.transforms.stories.ledgers import Process, at, groups, told
from transforms.config import AlertsConfig
from transforms.model import Alert, Article, Outcome, OutcomeKind, Relation
from transforms.stories.ledger import ledger_key
from transforms.stories.repair import Merge, Move

replace = msgspec.structs.replace
UKRAINIAN = {
    "title": "Порт закрито після бурі",
    "text": "Порт Брунсватера зачинено: буря зірвала три крани з рейок у ніч на вівторок.",
    "lang": "uk",
}


def kinds(outcomes: list[Outcome]) -> list[OutcomeKind]:
    return [outcome.kind for outcome in outcomes]


def place(store: Store, one: Article) -> tuple[str, Relation]:
    membership = store.reading.places()[one.id]
    return membership.story_id, membership.relation


def told_of(store: Store, topic: str) -> list[Alert]:
    return [numbered.alert for numbered in store.reading.alerts(topic=topic)]


@pytest.mark.parametrize(("lang", "one_ledger", "key"), [("uk", False, "uk"), ("", False, "und"), ("uk", True, "all")])
def test_a_language_has_a_ledger(lang: str, one_ledger: bool, key: str) -> None:
    assert ledger_key(replace(article(), lang=lang), one_ledger=one_ledger) == key


# --- order and identity ------------------------------------------------------------------------------------------------


def test_a_wave_is_decided_in_order_of_rank(store: Store) -> None:
    first, copy, other = article(hours=0), article(variant=1, hours=1), article("bank", hours=2)
    outcomes = Process(store).decide(other, copy, first)
    assert [outcome.article_id for outcome in outcomes] == [first.id, copy.id, other.id]
    assert [outcome.seq for outcome in outcomes] == [1, 2, 3]
    assert place(store, first)[1] is Relation.FIRST
    assert place(store, copy)[0] == place(store, first)[0] != place(store, other)[0]
    assert groups(store) == {frozenset({first.id, copy.id}), frozenset({other.id})}


def test_a_replay_is_decided_in_order_of_lines(store: Store) -> None:
    late, early = replace(article(hours=5), line=1), replace(article(variant=1, hours=1), line=2)
    Process(store).decide(early, late)
    assert place(store, late)[1] is Relation.FIRST
    assert place(store, early)[1] is not Relation.FIRST
    (story,) = told(store).stories.values()
    assert (story.started, story.latest, story.title) == (early.published, late.published, late.title)


def test_an_empty_wave_writes_nothing(store: Store) -> None:
    assert Process(store).ledger().decide_wave([]) == []
    assert store.ledgers.keys() == []


def test_a_repeat_returns_the_stored_outcome_and_ends_its_row(store: Store) -> None:
    accept(store, new_entry("a"), new_entry("b"), new_entry("c"))
    one = article(variant=1)
    (first,) = Process(store).decide(replace(one, row=1))
    again, last = Process(store).decide(replace(one, row=2), replace(one, row=3, seen=one.seen + 60))
    assert kinds([first, again, last]) == [OutcomeKind.DECIDED, OutcomeKind.DUPLICATE, OutcomeKind.DUPLICATE]
    assert first.membership == again.membership == last.membership
    assert store.reading.counts().ended == {"decided": 1, "duplicate": 2}
    assert store.reading.counts().rows == {}


def test_a_new_text_is_a_revision_that_keeps_story_and_number(store: Store) -> None:
    process = Process(store)
    process.decide(article(), article("bank", variant=1, hours=1))
    edited = article(title="Grain harbour reopens", text="An altogether different text.", hours=9)
    (outcome,) = process.decide(edited)
    assert outcome.kind is OutcomeKind.REVISED
    (stored,) = store.reading.article(edited.id)
    assert (stored.decided, stored.judged.article.text) == (1, "An altogether different text.")
    assert stored.judged.article.published == START, "a revision keeps the date"
    assert told(store).stories[place(store, edited)[0]].title == "Grain harbour reopens"
    assert len(groups(store)) == 2


@pytest.mark.parametrize("pieces", [[3], [1, 2], [2, 1], [1, 1, 1]])
def test_a_text_that_another_has_replaced_is_a_repeat_whatever_the_cut(store: Store, pieces: list[int]) -> None:
    old = article()
    texts = [replace(one, line=line) for line, one in enumerate([old, article(text="Edited text."), old], start=1)]
    process, outcomes = Process(store), []
    for size in pieces:
        outcomes += process.decide(*texts[:size])
        texts = texts[size:]
    assert kinds(outcomes) == [OutcomeKind.DECIDED, OutcomeKind.REVISED, OutcomeKind.DUPLICATE]
    (stored,) = store.reading.article(old.id)
    assert stored.judged.article.text == "Edited text."


def test_a_revision_in_another_language_is_decided_by_the_ledger_of_the_first(store: Store) -> None:
    accept(store, new_entry("a"), new_entry("b"), new_entry("c"))
    process = Process(store)
    process.decide(article(row=1))
    outcomes = process.decide(article("bank", lang="uk", variant=1, row=2), article(**UKRAINIAN, row=3))
    assert [(outcome.ledger, outcome.kind) for outcome in outcomes] == [
        ("uk", OutcomeKind.DECIDED),
        ("en", OutcomeKind.REVISED),
    ]
    (stored,) = store.reading.article(article().id)
    assert (stored.ledger, stored.judged.article.lang) == ("en", "uk")
    assert store.reading.counts().rows == {}


@pytest.mark.parametrize(
    ("canonical", "title", "articles"),
    [
        ("https://gazette0.example/harbour", "Grain harbour closed after storm", 1),
        ("https://gazette0.example/harbour", "Quite another headline", 2),
        ("https://gazette0.example/", "Grain harbour closed after storm", 2),
        ("https://gazette1.example/harbour", "Grain harbour closed after storm", 2),
        ("", "Grain harbour closed after storm", 2),
    ],
    ids=["same domain", "two titles", "the root", "another site", "none"],
)
def test_a_canonical_link_is_believed_inside_one_domain(
    store: Store, canonical: str, title: str, articles: int
) -> None:
    first = article()
    second = article(url="https://gazette0.example/print/77", canonical_url=canonical, title=title, text="Print it.")
    process = Process(store)
    process.decide(first)
    process.decide(second)
    assert store.reading.counts().articles == articles
    (stored,) = store.reading.article(first.id)
    assert stored.judged.article.url == first.url, "its address stays that of the first"
    assert stored.judged.article.text == (second.text if articles == 1 else first.text)


def test_a_contested_link_identifies_nothing_any_more(store: Store) -> None:
    front = "https://gazette0.example/front"
    pages = [
        article(report, url=f"https://gazette0.example/{report}", canonical_url=front)
        for report in ("harbour", "bank", "comet")
    ]
    Process(store).decide(*[replace(page, line=line) for line, page in enumerate(pages, start=1)])
    assert set(told(store).places) == {page.id for page in pages}


def test_one_article_that_two_ledgers_decide_at_once_is_decided_by_one(store: Store) -> None:
    """The claims wait for each other; who comes second finds the first's decision."""
    process, barrier = Process(store), threading.Barrier(2)
    outcomes: list[Outcome] = []

    def decide(one: Article) -> None:
        barrier.wait(20)
        outcomes.extend(process.decide(one))

    threads = [threading.Thread(target=decide, args=(one,)) for one in (article(), article(**UKRAINIAN))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(kinds(outcomes)) == [OutcomeKind.DECIDED, OutcomeKind.REVISED]
    assert len({outcome.ledger for outcome in outcomes}) == 1
    (stored,) = store.reading.article(article().id)
    assert stored.ledger == outcomes[0].ledger
    assert told(store).places[article().id].story_id in told(store).stories


# --- failure -----------------------------------------------------------------------------------------------------------


BROKEN = {
    "sqlite": [
        "CREATE TRIGGER broken BEFORE UPDATE ON ledgers BEGIN SELECT RAISE(ABORT, 'broken'); END",
    ],
    "postgresql": [  # deferred: it is COMMIT itself that fails
        "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE integrity_constraint_violation; END $$",
        "CREATE CONSTRAINT TRIGGER broken AFTER UPDATE ON ledgers DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION broken()",
    ],
}
MENDED = {
    "sqlite": ["DROP TRIGGER broken"],
    "postgresql": ["DROP TRIGGER broken ON ledgers", "DROP FUNCTION broken"],
}


def execute(store: Store, statements: dict[str, list[str]]) -> None:
    def work(connection: sa.Connection) -> None:
        for statement in statements[connection.dialect.name]:
            connection.execute(sa.text(statement))

    store.database.write(work)


def test_a_commit_that_fails_leaves_no_trace_in_memory(store: Store) -> None:
    process = Process(store)
    process.decide(judged(article(), "ports"))
    before = told(store)
    wave = [judged(article(variant=1, hours=1), "ports"), judged(article("bank", hours=2), "money")]
    execute(store, BROKEN)
    try:
        with pytest.raises(sa.exc.DBAPIError):
            process.decide(*wave)
        assert told(store) == before
    finally:
        execute(store, MENDED)
    outcomes = process.decide(*wave)
    assert [(outcome.kind, outcome.seq) for outcome in outcomes] == [(OutcomeKind.DECIDED, 2), (OutcomeKind.DECIDED, 3)]
    assert {alert.topic: alert.revision for alert in told(store).alerts.values()} == {"ports": 2, "money": 1}


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_a_killed_connection_is_a_wave_decided_anew(store: Store) -> None:
    killed: list[int] = []

    def kill_once(_name: str, _domain: str) -> bool:
        """Asked when the wave is decided and not yet written."""
        if not killed:
            with store.database.connect_apart() as connection:
                others = (
                    "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'"
                )
                killed.extend(row.pid for row in connection.execute(sa.text(others)))
        return True

    process = Process(store, in_feeds=kill_once)
    outcomes = process.decide(article(), article(variant=1, hours=1))
    assert len(killed) == 1
    assert [(outcome.kind, outcome.seq) for outcome in outcomes] == [(OutcomeKind.DECIDED, 1), (OutcomeKind.DECIDED, 2)]
    outcomes = process.decide(article(variant=2, hours=2))
    assert outcomes[0].seq == 3
    assert len(groups(store)) == 1


def test_an_error_of_ours_drops_the_memory(store: Store) -> None:
    broken = [True]

    def in_feeds(_name: str, _domain: str) -> bool:
        if broken:
            raise RuntimeError("poisoned")
        return True

    process = Process(store, in_feeds=in_feeds)
    with pytest.raises(RuntimeError, match="poisoned"):
        process.decide(article(), article("bank"))
    assert store.reading.counts().articles == 0
    broken.clear()
    outcomes = process.decide(article(variant=1))
    assert outcomes[0].seq == 1
    assert place(store, article(variant=1))[1] is Relation.FIRST, "what was not committed is not believed"


def test_a_zombie_catches_up_and_agrees(store: Store) -> None:
    accept(store, new_entry("a"))
    here, zombie = Process(store), Process(store)
    zombie.decide(judged(article(), "ports"))
    here.decide(judged(article(variant=1, hours=1, row=1), "ports"), judged(article("bank", hours=1), "money"))
    held = told(store)
    outcomes = zombie.decide(
        judged(article(variant=1, hours=1, row=1), "ports"), judged(article("bank", hours=1), "money")
    )
    assert kinds(outcomes) == [OutcomeKind.DUPLICATE, OutcomeKind.DUPLICATE]
    assert told(store) == held
    assert store.reading.counts().ended == {"decided": 1}
    zombie.decide(judged(article(variant=2, hours=2), "ports"))
    here.decide(judged(article("bank", variant=1, hours=3), "money"))
    assert len(groups(store)) == 2
    assert {alert.topic: len(alert.members) for alert in told(store).alerts.values()} == {"ports": 2, "money": 2}


def test_a_store_that_came_back_from_an_older_copy_is_believed(tmp_path: Path, migrated_sqlite: Path) -> None:
    path = shutil.copy(migrated_sqlite, tmp_path / "wirewatch.db")
    store = open_store(f"sqlite:///{path}", patience=5.0, create=False)
    process = Process(store)
    process.decide(article())
    store.close()  # the last connection takes its journal along
    shutil.copy(path, tmp_path / "copy.db")
    process.decide(article("bank", hours=1), article(variant=1, hours=2))
    store.close()
    shutil.copy(tmp_path / "copy.db", path)
    outcomes = process.decide(article("bank", variant=2, hours=3))
    assert outcomes[0].seq == 2
    assert place(store, article("bank", variant=2))[1] is Relation.FIRST
    store.close()


def test_a_memory_that_is_forgotten_comes_back(store: Store) -> None:
    process = Process(store)
    process.decide(judged(article(), "ports"))
    process.ledger().forget()
    process.decide(judged(article(variant=1, hours=1), "ports"))
    (alert,) = told_of(store, "ports")
    assert (alert.revision, alert.outlets) == (2, 2)


# --- memory that lets go ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", [[1, 1, 1, 1, 1], [5], [2, 3], [4, 1]])
@pytest.mark.parametrize("anew", [False, True], ids=["lives on", "started again"])
def test_members_that_memory_let_go_still_count(store: Store, cut: list[int], anew: bool) -> None:
    days = (0, 1, 6, 11, 12)
    articles = [article(variant=n % 4, name=f"harbour-{n}", hours=24 * day) for n, day in enumerate(days)]
    process = Process(store)
    for size in cut:
        process = Process(store) if anew else process
        process.decide(*articles[:size])
        articles = articles[size:]
    (story,) = told(store).stories.values()
    assert (story.size, story.outlets) == (5, 4)
    assert (story.started, story.latest) == (START, START + 12 * DAY)


@pytest.mark.parametrize("cut", [[4], [1, 1, 1, 1], [2, 2]])
def test_an_article_older_than_the_window_has_its_story_and_its_texts(store: Store, cut: list[int]) -> None:
    old = article(hours=-24 * 30, line=2, seen=START)
    lines = [
        article("bank", line=1),
        old,
        article(text="Edited.", hours=-24 * 30, line=3, seen=START),
        replace(old, line=4),
    ]
    process, outcomes = Process(store), []
    for size in cut:
        outcomes += process.decide(*lines[:size])
        lines = lines[size:]
    assert kinds(outcomes) == [
        OutcomeKind.DECIDED,
        OutcomeKind.DECIDED,
        OutcomeKind.REVISED,
        OutcomeKind.DUPLICATE,
    ]
    assert {outcome.membership.story_id for outcome in outcomes[1:] if outcome.membership} == {place(store, old)[0]}
    story = told(store).stories[place(store, old)[0]]
    assert (story.first_article, story.size, story.started) == (old.id, 1, old.published)
    (stored,) = store.reading.article(old.id)
    assert (stored.decided, stored.judged.article.text) == (2, "Edited.")
    assert not told(store).alerts


# --- merges and moves ---------------------------------------------------------------------------------------------------


def merging(*articles: Article):
    """Merge the stories that these are in."""
    return lambda memory: [Merge(tuple(memory.membership(one.id).story_id for one in articles), 0.5, "told again")]


def moving(one: Article, target: Article | str):
    """Move an article to the story of another, or to a new one."""

    def changes(memory):
        story_id = target if isinstance(target, str) else memory.membership(target.id).story_id
        return [Move(one.id, story_id, Relation.REWRITE, 0.4, "belongs here", "")]

    return changes


@pytest.mark.parametrize("cut", [[3], [1, 1, 1], [2, 1]])
def test_of_two_stories_without_alerts_the_older_survives(store: Store, cut: list[int]) -> None:
    young, old, last = article("bank", hours=3, line=1), article(hours=1, line=2), article("comet", hours=4, line=3)
    process, wave = Process(store, repair=at({3: merging(young, old)})), [young, old, last]
    for size in cut:
        process.decide(*wave[:size])
        wave = wave[size:]
    held = told(store)
    survivor, loser = place(store, old)[0], held.places[young.id].placed
    assert held.places[young.id].story_id == survivor
    assert (held.places[young.id].relation, held.places[young.id].reason) == (Relation.SAME_EVENT, "told again")
    assert (held.stories[loser].merged_into, held.stories[survivor].merged_into) == (survivor, "")
    assert (held.stories[survivor].size, held.stories[survivor].outlets) == (2, 1)
    process.decide(article("bank", variant=1, hours=5))
    assert place(store, article("bank", variant=1))[0] == survivor, "who joins now joins the survivor"


def test_the_story_with_the_oldest_alert_survives_and_the_others_alert_ends(store: Store) -> None:
    first, second = article("bank", hours=1, seen=START + 3 * HOUR), article(hours=2)
    process = Process(store, repair=at({3: merging(first, second)}))
    process.decide(judged(second, "ports"))
    process.decide(judged(first, "ports", "money"))
    process.decide(article("comet", hours=3))
    survivor = place(store, second)[0]
    assert place(store, first)[0] == survivor, "told of first, though it began later"
    ports = {alert.story: alert for alert in told_of(store, "ports")}
    loser = next(story_id for story_id in ports if story_id != survivor)
    assert ports[loser].merged_into == ports[survivor].id
    assert ports[loser].revision == 2
    (money,) = told_of(store, "money")
    assert (money.story, money.revision, len(money.members)) == (survivor, 2, 2), "passed on"
    assert "told again" in money.reasons


def test_a_merge_takes_along_what_memory_let_go(store: Store) -> None:
    old, middle = article(hours=0), article(variant=1, hours=24 * 6)
    late, last = article("bank", hours=24 * 10), article("comet", hours=24 * 10)
    process = Process(store, repair=at({4: merging(middle, late)}))
    for one in (old, middle, late, last):
        process.decide(one)
    held = told(store)
    survivor = held.places[old.id].story_id
    assert {held.places[one.id].story_id for one in (old, middle, late)} == {survivor}
    assert (held.stories[survivor].size, held.stories[survivor].started) == (3, START)
    # and the other way round: the survivor is the story of the alert, the loser has let one go
    process = Process(store, repair=at({9: merging(article("strike", variant=2), article("vaccine"))}))
    process.decide(article("strike", hours=24 * 20))
    process.decide(article("strike", variant=1, hours=24 * 25), article("strike", variant=2, hours=24 * 28))
    process.decide(judged(article("vaccine", hours=24 * 29), "ports"))
    process.decide(article("bank", variant=2, hours=24 * 29))
    held = told(store)
    survivor = held.places[article("vaccine").id].story_id
    assert {held.places[article("strike", variant=n).id].story_id for n in range(3)} == {survivor}
    assert held.stories[survivor].size == 4


def test_merges_in_one_wave_follow_each_other(store: Store) -> None:
    a, b, c = article("bank", hours=1), article(hours=2), article("comet", hours=3)
    process = Process(store, repair=at({3: lambda memory: [*merging(a, b)(memory), *merging(b, c)(memory)] * 2}))
    stale = [Merge((f"{n}", place_)) for n, place_ in enumerate(("x", "y"))]
    process.decide(a, b, c)
    held = told(store)
    survivor = held.places[a.id].story_id
    assert {place_.story_id for place_ in held.places.values()} == {survivor}
    assert held.stories[survivor].size == 3
    assert sum(story.merged_into == survivor for story in held.stories.values()) == 2
    Process(store, repair=at({4: lambda _memory: stale})).decide(article("strike", hours=4))
    assert {key: story for key, story in told(store).stories.items() if key in held.stories} == held.stories


def test_an_article_that_moves_is_counted_where_it_is(store: Store) -> None:
    wrong = article(variant=1, hours=1)
    process = Process(store, repair=at({4: moving(wrong, article("bank"))}))
    process.decide(article(), wrong, article("bank", hours=2))
    process.decide(article("comet", hours=3))
    held = told(store)
    left, target = held.places[article().id].story_id, held.places[article("bank").id].story_id
    assert (held.places[wrong.id].story_id, held.places[wrong.id].placed) == (target, left)
    assert (held.stories[left].size, held.stories[target].size) == (1, 2)
    assert held.stories[left].latest == START


def test_a_story_left_empty_points_to_where_its_article_went(store: Store) -> None:
    one = article(hours=1)
    process = Process(store, repair=at({3: moving(one, article("bank"))}))
    process.decide(judged(one, "ports"), article("bank"))
    process.decide(article("comet", hours=2))
    held = told(store)
    target = held.places[one.id].story_id
    assert held.stories[held.places[one.id].placed].merged_into == target
    (alert,) = told_of(store, "ports")
    assert (alert.story, alert.revision) == (target, 2)
    assert store.reading.counts().stories == 2


def test_a_move_to_an_unknown_story_starts_it(store: Store) -> None:
    wrong = article(variant=1, hours=1)
    process = Process(store, repair=at({2: moving(wrong, "new")}))
    process.decide(article(), wrong)
    held = told(store)
    assert held.places[wrong.id].relation is Relation.FIRST
    assert (held.stories["new"].first_article, held.stories["new"].size) == (wrong.id, 1)
    assert len(groups(store)) == 2


# --- alerts -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "alerts"),
    [
        ({}, 1),
        ({"backfilled": True}, 0),
        ({"seen": START + 25 * HOUR}, 0),
        ({"seen": START + 23 * HOUR}, 1),
    ],
    ids=["news", "backfilled", "old at hand-over", "young at hand-over"],
)
def test_old_news_raises_nothing(store: Store, fields: dict[str, float], alerts: int) -> None:
    Process(store).decide(judged(article(**fields), "ports"))
    assert len(told(store).alerts) == alerts


@pytest.mark.parametrize("together", [True, False])
def test_news_is_judged_at_its_hand_over_whatever_the_waves_length(store: Store, together: bool) -> None:
    wave = [judged(article(line=1), "ports"), judged(article("bank", hours=50, line=2), "money")]
    process = Process(store)
    for some in [wave] if together else [[one] for one in wave]:
        process.decide(*some)
    assert {alert.topic for alert in told(store).alerts.values()} == {"ports", "money"}


def test_a_wave_tells_the_sinks_that_have_something_due(store: Store) -> None:
    process = Process(store)
    outcomes = process.decide(judged(article(), "ports"), article("bank"))
    assert [outcome.sinks for outcome in outcomes] == [("desk",), ("desk",)]
    assert [outcome.sinks for outcome in process.decide(article("bank", variant=1, hours=1))] == [()]


def test_without_alerts_stories_are_the_same(store: Store) -> None:
    Process(store, alerting=False).decide(judged(article(), "ports"), judged(article("bank"), "money"))
    held = told(store)
    assert (len(held.stories), held.alerts) == (2, {})


def test_alerts_go_from_memory_with_their_stories(store: Store) -> None:
    process = Process(store, config=AlertsConfig())
    process.decide(judged(article(), "ports"))
    process.decide(judged(article("bank", hours=24 * 30), "money"))
    process.decide(judged(article("bank", variant=1, hours=24 * 30 + 1), "money"))
    assert [alert.topic for alert in process.ledger()._alerts.values()] == ["money"]
    assert {alert.topic: alert.revision for alert in told(store).alerts.values()} == {"ports": 1, "money": 2}


# --- by hand ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("anew", [False, True], ids=["lives on", "started again"])
def test_what_a_person_split_no_repair_joins(store: Store, anew: bool) -> None:
    one, other, last = article(), article("bank", hours=1), article("comet", hours=2)
    repairs = {
        5: merging(one, other),
        6: moving(one, other),
        7: merging(one, last),
    }
    process = Process(store, repair=at(repairs))
    process.decide(one, other, last)
    store.ledgers.edit_by_hand("en", APART, one.id, place(store, other)[0], START)
    process = Process(store, repair=at(repairs)) if anew else process
    process.decide(article("strike", hours=3), article("strike", variant=1, hours=4))
    assert place(store, one)[0] != place(store, other)[0]
    process.decide(article("strike", variant=2, hours=5))
    assert place(store, one)[0] == place(store, last)[0], "only these two are split"


def test_what_a_person_joined_no_repair_parts(store: Store) -> None:
    one, other = article(), article("bank", hours=1)
    process = Process(store, repair=at({4: moving(one, other)}))
    process.decide(one, other)
    store.ledgers.edit_by_hand("en", TOGETHER, one.id, place(store, one)[0], START)
    process.decide(article("comet", hours=2))
    assert place(store, one)[0] != place(store, other)[0]


def test_an_article_does_not_join_a_story_that_it_was_split_from(store: Store) -> None:
    process = Process(store)
    process.decide(article())
    copy = article(variant=1, hours=1)
    store.ledgers.edit_by_hand("en", APART, copy.id, place(store, article())[0], START)
    process.decide(copy)
    assert place(store, copy)[1] is Relation.FIRST
