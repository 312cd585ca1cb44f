import msgspec
import pytest

from pipeline.store import Store
from tests.articles import HOUR, START, article, judged
from tests.pipeline.store.records import accept, new_entry
from tests.transforms.stories.ledgers import Process, groups, kinds, on_sqlite, place, told
from transforms.model import OutcomeKind, Relation

replace = msgspec.structs.replace
UKRAINIAN = {
    "title": "Порт закрито після бурі",
    "text": "Порт Брунсватера зачинено: буря зірвала три крани з рейок у ніч на вівторок.",
    "lang": "uk",
}


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


@on_sqlite
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


@on_sqlite
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


@on_sqlite
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


@on_sqlite
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


@on_sqlite
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
