"""What a person corrects stays so, and alerts follow."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from pipeline.store import Store
from pipeline.store.schema import hand_edits
from tests.articles import DAY, HOUR, NO_OUTLETS, START, article, judged
from tests.transforms.stories.ledgers import TOPICS, Process, at, groups, kinds, on_sqlite, place, told
from transforms.alerts.wave import DecideAlerts
from transforms.config import AlertsConfig
from transforms.model import AlertState, Article, OutcomeKind, Relation
from transforms.stories.by_hand import Correction, HandEditError, merge_stories, split_story
from transforms.stories.repair import Merge, Move, repair
from transforms.stories.wave import Means

LATER = START + 10 * HOUR
MONTHS_LATER = START + 90 * DAY
MEANS = Means(
    NO_OUTLETS, lambda _name, _domain: True, DecideAlerts(lambda: TOPICS, AlertsConfig(cooldown=0.0), ("desk",))
)


def split(store: Store, story_id: str, *articles: Article, now: float = LATER) -> Correction:
    ids = [one.id for one in articles]
    return store.ledgers.decide("en", lambda rows: split_story(rows, story_id, ids, MEANS, now))


def merge(store: Store, one: str, other: str, now: float = LATER) -> Correction:
    return store.ledgers.decide("en", lambda rows: merge_stories(rows, one, other, MEANS, now))


def ids(*articles: Article) -> frozenset[str]:
    return frozenset(one.id for one in articles)


COPIES = [article(variant=variant, hours=variant) for variant in range(3)]


def test_articles_split_off_are_a_story_of_their_own_and_alerts_follow(store: Store) -> None:
    Process(store).decide(*(judged(one, "ports") for one in COPIES))
    before = told(store)
    (left,) = before.stories
    (alert,) = before.alerts.values()
    done = split(store, left, *COPIES[1:])
    held = told(store)
    assert groups(store) == {ids(COPIES[0]), ids(*COPIES[1:])}
    assert (done.other, done.moved) == (left, (COPIES[1].id, COPIES[2].id))
    started = held.stories[done.story]
    assert (started.first_article, started.size, held.stories[left].size) == (COPIES[1].id, 2, 1)
    assert [place(store, one) for one in COPIES] == [
        (left, Relation.FIRST),
        (done.story, Relation.FIRST),
        (done.story, Relation.COPY),
    ]
    assert held.places[COPIES[2].id].matched == COPIES[1].id, "matched anew, for what it had matched is not here"
    assert held.alerts[alert.id].revision == alert.revision + 1
    assert held.alerts[alert.id].changes[0] == f"split off by hand: {COPIES[1].title!r} and 1 more"
    assert [member.article_id for member in held.alerts[alert.id].members] == [COPIES[0].id]
    assert {(one.story, one.revision) for one in held.alerts.values()} == {(left, 2), (done.story, 1)}
    assert store.reading.counts().deliveries == {"pending": 3}, "the outbox has both revisions, and the new alert"


def test_where_the_first_is_split_off_the_earliest_that_stays_is_first(store: Store) -> None:
    Process(store).decide(*COPIES)
    (left,) = told(store).stories
    split(store, left, COPIES[0])
    assert [place(store, one)[1] for one in COPIES] == [Relation.FIRST, Relation.FIRST, Relation.COPY]
    held = told(store)
    assert held.places[COPIES[1].id].reason == "first of those that stayed when others were split off by hand"
    assert held.places[COPIES[2].id].matched == COPIES[1].id
    assert held.stories[left].title == COPIES[1].title


def test_stories_merged_by_hand_are_one_and_the_older_alert_s_id_survives(store: Store) -> None:
    older = judged(article("bank", seen=START + 3 * HOUR), "ports", "money")
    younger = judged(article(hours=1), "ports")
    process = Process(store)
    process.decide(younger)  # told first, so it survives though its news is younger
    process.decide(older)
    survivor, loser = place(store, younger.article)[0], place(store, older.article)[0]
    done = merge(store, loser, survivor, now=MONTHS_LATER)
    held = told(store)
    assert (done.story, done.other, done.moved) == (survivor, loser, (older.article.id,))
    assert (held.stories[loser].merged_into, held.stories[loser].size) == (survivor, 0)
    assert (held.stories[survivor].size, held.stories[survivor].started) == (2, older.article.published)
    relations = {article_id: (one.relation, one.matched) for article_id, one in held.places.items()}
    assert relations[older.article.id] == (Relation.SAME_EVENT, younger.article.id)
    assert held.places[older.article.id].reason.startswith("joined by hand")
    by_topic = {(one.topic, one.state): one for one in held.alerts.values()}
    ended, kept = by_topic["ports", AlertState.MERGED], by_topic["ports", AlertState.REVISED]
    assert (ended.merged_into, kept.story) == (kept.id, survivor)
    assert kept.changes[0] == f"joined by hand: {older.article.title!r}", "told however old the news is"
    passed = by_topic["money", AlertState.REVISED]
    assert (passed.story, passed.revision) == (survivor, 2), "an alert that only the other had passes to the survivor"


Correct = Callable[[Store], Correction]
UNDOING = {
    "a merge of what was split": (
        lambda store: split(store, place(store, COPIES[0])[0], COPIES[2]),
        lambda memory: [Merge((memory.story_of(COPIES[0].id), memory.story_of(COPIES[2].id)))],
    ),
    "a move back": (
        lambda store: split(store, place(store, COPIES[0])[0], COPIES[2]),
        lambda memory: [Move(COPIES[2].id, memory.story_of(COPIES[0].id))],
    ),
    "a move of one that stayed": (
        lambda store: split(store, place(store, COPIES[0])[0], COPIES[2]),
        lambda memory: [Move(COPIES[1].id, memory.story_of(COPIES[2].id))],
    ),
    "a move out of what was merged": (
        lambda store: merge(store, place(store, COPIES[0])[0], place(store, article("bank"))[0]),
        lambda _memory: [Move(article("bank").id, "new")],
    ),
    "a move of the survivor's own": (
        lambda store: merge(store, place(store, COPIES[0])[0], place(store, article("bank"))[0]),
        lambda _memory: [Move(COPIES[0].id, "new")],
    ),
}


@pytest.mark.parametrize("anew", [False, True], ids=["lives on", "started again"])
@pytest.mark.parametrize(("correct", "undo"), UNDOING.values(), ids=UNDOING.keys())
def test_no_repair_undoes_a_correction(store: Store, correct: Correct, undo: object, *, anew: bool) -> None:
    process = Process(store, repair=at({6: undo}))
    process.decide(*COPIES, article("bank", hours=3))
    correct(store)  # number 5
    corrected = groups(store)
    process = Process(store, repair=at({6: undo})) if anew else process
    process.decide(article("comet", hours=4))
    assert groups(store) == corrected | {ids(article("comet", hours=4))}
    handed_in_again = process.decide(*COPIES)
    assert kinds(handed_in_again) == [OutcomeKind.DUPLICATE] * 3
    places = told(store).places
    assert [outcome.membership for outcome in handed_in_again] == [places[one.id] for one in COPIES]


@on_sqlite
@pytest.mark.parametrize("forgotten", [False, True], ids=["by hand", "not known to be by hand"])
def test_the_shipped_repair_would_undo_a_correction_that_was_not_by_hand(store: Store, *, forgotten: bool) -> None:
    process = Process(store, repair=repair)
    process.decide(*COPIES, article("bank", hours=3), article("comet", hours=3))
    split(store, place(store, COPIES[0])[0], COPIES[2])
    merge(store, place(store, article("bank"))[0], place(store, article("comet"))[0])
    corrected = groups(store)
    if forgotten:
        store.database.write(lambda connection: connection.execute(sa.delete(hand_edits)))
        process = Process(store, repair=repair)
    more = [
        article(name, f"later-{name}-{n}", variant=3, hours=4 + n) for n in range(6) for name in ("harbour", "comet")
    ]
    process.decide(*more)
    added = ids(*more)
    found = {members - added for members in groups(store)} - {frozenset()}
    assert (found == corrected) is not forgotten


def test_a_correction_can_be_taken_back(store: Store) -> None:
    Process(store).decide(*COPIES)
    (left,) = told(store).stories
    done = split(store, left, COPIES[2])
    merge(store, done.story, left)
    assert groups(store) == {ids(*COPIES)}
    Process(store, repair=at({6: lambda _memory: [Move(COPIES[2].id, "new")]})).decide(article("bank", hours=4))
    assert ids(*COPIES) in groups(store)


def test_a_correction_needs_no_window(store: Store) -> None:
    process = Process(store)
    process.decide(*COPIES)
    left = place(store, COPIES[0])[0]
    process.decide(article("bank", hours=24 * 60))  # the copies are out of every memory
    done = split(store, left, COPIES[2], now=MONTHS_LATER)
    assert place(store, COPIES[2])[0] == done.story
    assert kinds(process.decide(COPIES[2])) == [OutcomeKind.DUPLICATE]
    assert groups(store) == {ids(*COPIES[:2]), ids(COPIES[2]), ids(article("bank", hours=24 * 60))}


@on_sqlite
def test_what_cannot_be_corrected_is_told_and_changes_nothing(store: Store) -> None:
    process = Process(store)
    process.decide(*COPIES, article("bank", hours=3), article("comet", hours=3))
    story, bank, comet = (place(store, one)[0] for one in (COPIES[0], article("bank"), article("comet")))
    merge(store, bank, comet)
    gone = ({bank, comet} - {one.story_id for one in told(store).places.values()}).pop()
    before = told(store)
    wrong: dict[str, Callable[[], Correction]] = {
        "no story 'ffff' here": lambda: split(store, "ffff", COPIES[0]),
        "is not in story": lambda: split(store, story, article("bank")),
        "nothing would be left": lambda: split(store, story, *COPIES),
        f"{gone!r} was merged into": lambda: merge(store, story, gone),
        "was merged into": lambda: split(store, gone, article("bank")),
        "named twice": lambda: merge(store, story, story),
        "no story 'abcd'": lambda: merge(store, story, "abcd"),
    }
    for words, correct in wrong.items():
        with pytest.raises(HandEditError, match=words):
            correct()
    assert told(store) == before
