import msgspec

from pipeline.store import Store, StoredArticle
from tests.pipeline.store.records import (
    ALL,
    NOW,
    accept,
    alert,
    judged,
    membership,
    new_entry,
    raise_alerts,
    starting_wave,
    story,
    write,
)
from transforms.model import DeliveryResult, Relation
from transforms.stories.ports import DecidedArticle, Wave

replace = msgspec.structs.replace


def test_alerts_are_listed_by_their_latest_revision_and_found_by_the_beginning_of_their_id(store: Store) -> None:
    raise_alerts(store, alert("a1f0"), alert("a2f0", topic="banks"))
    raise_alerts(store, alert("a1f0", 2, sinks=("desk", "file")))
    assert [(told.alert.id, told.alert.revision) for told in store.reading.alerts()] == [("a1f0", 2), ("a2f0", 1)]
    assert [told.alert.id for told in store.reading.alerts(topic="banks", limit=1)] == ["a2f0"]
    assert [(told.alert.revision, told.latest) for told in store.reading.alert("a1")] == [(1, False), (2, True)]
    assert [told.alert.id for told in store.reading.alert("a")] == ["a1f0", "a1f0", "a2f0"]
    assert store.reading.alert("") == store.reading.alert("b") == []
    (delivery, *_) = store.outbox.take("en", "file", "me", 1)
    store.outbox.record([DeliveryResult(delivery.delivery, "file", "a1f0", 2, delivered=False, message="503")])
    sent = {way.sink: (way.state, way.tries, way.message) for way in store.reading.alert("a1")[1].sent}
    assert sent == {"desk": ("pending", 0, ""), "file": ("dead", 1, "503")}


def test_a_tail_reads_on_from_a_number(store: Store) -> None:
    assert store.reading.last_alert() == 0
    raise_alerts(store, alert("x1"))
    last = store.reading.last_alert()
    raise_alerts(store, alert("x2"), alert("x1", 2))
    assert [(told.alert.id, told.alert.revision) for told in store.reading.alerts_after(last)] == [("x2", 1), ("x1", 2)]
    assert [told.alert.id for told in store.reading.alerts_after(last, limit=1)] == ["x2"]
    assert store.reading.alerts_after(store.reading.last_alert()) == []


def grow(store: Store) -> None:
    """A story of two with one merged into it, and one of its own."""
    write(store, starting_wave(1, "a1", "5001"))
    write(store, starting_wave(2, "b2", "5002", published=NOW - 60))
    moved = membership("b2", "5001", 3, placed="5002", relation=Relation.COPY, matched="a1", score=0.9)
    stories = (story("5001", "a1", 3, size=2), story("5002", "b2", 3, merged_into="5001"))
    write(store, Wave(seq=3, memberships=(moved,), stories=stories))
    write(store, starting_wave(4, "c3", "6003", published=NOW - 120))


def test_a_story_is_shown_with_its_articles_and_what_it_absorbed(store: Store) -> None:
    grow(store)
    (shown,) = store.reading.story("5001")
    assert [stored.judged.article.id for stored in shown.articles] == ["b2", "a1"]
    assert shown.articles[0].membership is not None
    assert shown.articles[0].membership.relation == Relation.COPY
    assert shown.absorbed == ("5002",)
    assert [found.story.id for found in store.reading.story("5")] == ["5001", "5002"]
    assert [standing.id for standing in store.reading.stories()] == ["5001", "6003"]
    assert [standing.id for standing in store.reading.stories(smallest=2, limit=1)] == ["5001"]
    assert [known.id for known in store.reading.all_stories()] == ["5001", "5002", "6003"]
    assert {name: place.story_id for name, place in store.reading.places().items()} == {
        "a1": "5001",
        "b2": "5001",
        "c3": "6003",
    }


def test_an_article_is_found_by_its_url_or_the_beginning_of_its_id(store: Store) -> None:
    grow(store)
    (by_url,) = store.reading.article("http://east.example/b2")
    (by_id,) = store.reading.article("b")
    assert by_url == by_id
    assert (by_id.judged, by_id.ledger, by_id.decided) == (judged("b2", published=NOW - 60), "en", 2)
    assert by_id.membership is not None
    assert by_id.membership.placed == "5002"
    assert store.reading.article("http://nowhere.example/") == []


def test_articles_are_exported_in_the_order_of_their_first_decisions_with_their_latest_text(store: Store) -> None:
    for seq in range(1, 251):
        write(store, starting_wave(seq, f"a{seq}", f"s{seq}"), ledger="en" if seq % 2 else "uk")
    edited = judged("a1", text="Another text.")
    write(store, Wave(seq=251, articles=(DecidedArticle(edited, decided=251, seq=251),)))
    exported: list[StoredArticle] = list(store.reading.export_articles())
    assert [stored.decided for stored in exported] == list(range(1, 251))
    assert exported[0].judged.article.text == "Another text."
    assert exported[1].ledger == "uk"


def test_counts_tell_what_there_is_and_what_ended_since(store: Store) -> None:
    grow(store)
    accept(store, new_entry("a", backfilled=True), new_entry("b"))
    before = store.reading.now()
    row, _ = store.feeds.take_rows(ALL, "me", 2, now=NOW)
    store.feeds.drop(row, "too old")
    raise_alerts(store, alert("x1"))
    counts = store.reading.counts(before - 1)
    assert counts.feeds == {"new": 1}
    assert counts.rows == {"taken": 1}
    assert (counts.ended, counts.backfilled) == ({"dropped": 1}, 1)
    assert store.reading.counts(before + 60).ended == {}
    assert (counts.articles, counts.stories, counts.alerts) == (3, 2, 1)
    assert counts.deliveries == {"pending": 1}
    assert counts.relations == {"copy": 1, "first": 2}
    assert counts.dead_letters == {}
