import msgspec
import pytest

from pipeline.store import Store
from tests.articles import DAY, HOUR, START, article, judged
from tests.transforms.stories.ledgers import Process, at, groups, on_sqlite, place, told, write_by_hand
from transforms.model import Alert, Article, Relation
from transforms.stories.places import story_id_at
from transforms.stories.repair import Merge, Move

replace = msgspec.structs.replace


def told_of(store: Store, topic: str) -> list[Alert]:
    return [numbered.alert for numbered in store.reading.alerts(topic=topic)]


@on_sqlite
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


def merging(*articles: Article):
    """Merge the stories that these are in."""
    return lambda memory: [Merge(tuple(memory.membership(one.id).story_id for one in articles), 0.5, "told again")]


def moving(one: Article, target: Article | str):
    """Move an article to the story of another, or to a new one."""

    def changes(memory):
        story_id = target if isinstance(target, str) else memory.membership(target.id).story_id
        return [Move(one.id, story_id, Relation.REWRITE, 0.4, "belongs here", "")]

    return changes


@on_sqlite
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
    started = held.stories[held.places[wrong.id].story_id]
    assert (started.id, started.first_article, started.size) == (story_id_at(wrong.id, 2), wrong.id, 1)
    assert len(groups(store)) == 2


@on_sqlite
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
    write_by_hand(store, apart=[(one.id, place(store, other)[0])])
    process = Process(store, repair=at(repairs)) if anew else process
    process.decide(article("strike", hours=3), article("strike", variant=1, hours=4))
    assert place(store, one)[0] != place(store, other)[0]
    process.decide(article("strike", variant=2, hours=5))
    assert place(store, one)[0] == place(store, last)[0], "only these two are split"


def test_what_a_person_joined_no_repair_parts(store: Store) -> None:
    one, other = article(), article("bank", hours=1)
    process = Process(store, repair=at({4: moving(one, other)}))
    process.decide(one, other)
    write_by_hand(store, together=[(one.id, place(store, one)[0])])
    process.decide(article("comet", hours=2))
    assert place(store, one)[0] != place(store, other)[0]


def test_an_article_does_not_join_a_story_that_it_was_split_from(store: Store) -> None:
    process = Process(store)
    process.decide(article())
    copy = article(variant=1, hours=1)
    write_by_hand(store, apart=[(copy.id, place(store, article())[0])])
    process.decide(copy)
    assert place(store, copy)[1] is Relation.FIRST
