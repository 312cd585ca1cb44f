import pytest

from pipeline.store import NotRedrivableError, Store
from pipeline.store.columns import pack
from pipeline.store.schema import inbox
from tests.pipeline.store.records import ALL, NOW, accept, alert, new_entry, raise_alerts, starting_wave, write
from transforms.model import DeadLetter, DeliveryResult, InboxRow


def unreadable(row: InboxRow, **changes: object) -> DeadLetter:
    return DeadLetter(
        **{
            "step": "ExtractArticles",
            "reason": "unreadable",
            "message": "no text in the page",
            "subject": row.entry.link,
            "input": pack(row),
            "row": row.row,
            "first_seen": NOW,
            "last_seen": NOW,
            **changes,
        }
    )


def taken(store: Store, name: str = "a") -> InboxRow:
    accept(store, new_entry(name))
    (row,) = store.feeds.take_rows(ALL, "me", 1, now=NOW)
    return row


def forget_rows(store: Store) -> None:
    store.database.write(lambda connection: connection.execute(inbox.delete()))


def test_a_dead_letter_ends_its_row_and_redrive_makes_it_pending(store: Store) -> None:
    row = taken(store)
    store.dead_letters.record([unreadable(row)])
    counts = store.reading.counts()
    assert (counts.ended, counts.rows, counts.dead_letters) == ({"dead": 1}, {}, {"unreadable": 1})
    (kept,) = store.dead_letters.listed(step="ExtractArticles", reason="unreadable")
    assert kept.letter == unreadable(row)
    store.dead_letters.redrive(kept.number, NOW)
    assert store.feeds.take_rows(ALL, "me", 1, now=NOW) == [row]
    again = store.dead_letters.get(kept.number)
    assert again is not None
    assert again.redriven
    assert store.dead_letters.listed() == []


def test_a_repeat_raises_tries_and_opens_a_redriven_one(store: Store) -> None:
    row = taken(store)
    store.dead_letters.record([unreadable(row)])
    (kept,) = store.dead_letters.listed()
    store.dead_letters.redrive(kept.number, NOW)
    store.dead_letters.record([unreadable(row, first_seen=NOW + 5, last_seen=NOW + 5)])
    (again,) = store.dead_letters.listed()
    assert (again.number, again.letter.tries, again.letter.first_seen, again.letter.last_seen) == (
        kept.number,
        2,
        NOW,
        NOW + 5,
    )
    assert not again.redriven


def test_a_row_that_was_forgotten_is_made_anew_from_the_letter(store: Store) -> None:
    row = taken(store)
    store.dead_letters.record([unreadable(row)])
    forget_rows(store)
    store.dead_letters.redrive(store.dead_letters.listed()[0].number, NOW + 9)
    (anew,) = store.feeds.take_rows(ALL, "me", 1, now=NOW + 9)
    assert (anew.entry, anew.accepted, anew.due) == (row.entry, row.accepted, NOW + 9)


def test_a_row_that_a_rival_has_decided_leaves_no_dead_letter(store: Store) -> None:
    row = taken(store)
    write(store, starting_wave(1, "a", "s1", row=row.row))
    store.dead_letters.record([unreadable(row)])
    assert store.dead_letters.listed() == []
    assert store.reading.counts().ended == {"decided": 1}


def test_what_cannot_be_redriven_says_why(store: Store) -> None:
    store.dead_letters.record([DeadLetter("Replay", "bad-line", "no url", "line 7", input=b"{}", last_seen=NOW)])
    row = taken(store)
    store.dead_letters.record([unreadable(row, input=b"\x00", last_seen=NOW - 1)])
    forget_rows(store)
    line, page = store.dead_letters.listed()
    with pytest.raises(NotRedrivableError, match="came from a replay or a feed"):
        store.dead_letters.redrive(line.number, NOW)
    with pytest.raises(NotRedrivableError, match="its input cannot be read"):
        store.dead_letters.redrive(page.number, NOW)
    with pytest.raises(NotRedrivableError, match="there is no dead letter 999"):
        store.dead_letters.redrive(999, NOW)
    assert [kept.number for kept in store.dead_letters.listed(limit=1)] == [line.number]


def test_a_delivery_overtaken_by_a_later_revision_is_not_sent_again(store: Store) -> None:
    raise_alerts(store, alert("x1"))
    (first,) = store.outbox.take("en", "desk", "me", 1)
    store.outbox.record([DeliveryResult(first.delivery, "desk", "x1", 1, delivered=False)])
    raise_alerts(store, alert("x1", 2))
    (second,) = store.outbox.take("en", "desk", "me", 1)
    store.outbox.record([DeliveryResult(second.delivery, "desk", "x1", 2, delivered=True)])
    with pytest.raises(NotRedrivableError, match="later revision"):
        store.dead_letters.redrive(store.dead_letters.listed()[0].number, NOW)


def test_a_dropped_letter_is_forgotten(store: Store) -> None:
    store.dead_letters.record([unreadable(taken(store))])
    (kept,) = store.dead_letters.listed()
    store.dead_letters.drop(kept.number)
    assert store.dead_letters.get(kept.number) is None
    with pytest.raises(NotRedrivableError, match="there is no dead letter"):
        store.dead_letters.drop(kept.number)


def test_hostile_words_are_kept(store: Store) -> None:
    letter = DeadLetter(
        "FollowFeeds", "not-a-feed", "\x00\ud800 is no feed", "http://e.example/" + "ü" * 9000, last_seen=NOW
    )
    store.dead_letters.record([letter, letter])
    (kept,) = store.dead_letters.listed()
    assert kept.letter.message == "\N{REPLACEMENT CHARACTER}? is no feed"
    assert (kept.letter.subject, kept.letter.tries) == (letter.subject, 2)
