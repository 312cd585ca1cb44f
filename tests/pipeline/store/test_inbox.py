import msgspec
import sqlalchemy as sa

from pipeline.store import Store
from pipeline.store.inbox import ALONE_FROM, GIVE_UP_AT
from pipeline.store.schema import inbox
from tests.pipeline.store.records import ALL, NOW, accept, new_entry, starting_wave, write
from transforms.feeds.ports import Shard
from transforms.model import InboxRow


def lapse(store: Store) -> None:
    """Let the leases of all taken rows run out, without waiting for it."""
    out = inbox.update().where(inbox.c.state == "taken").values(leased_until=0.0)
    store.database.write(lambda connection: connection.execute(out))


def states(store: Store) -> dict[int, tuple[str, str | None, str | None]]:
    query = sa.select(inbox).order_by(inbox.c.row)
    rows = store.database.read(lambda connection: connection.execute(query).all())
    return {row.row: (row.state, row.outcome, row.reason) for row in rows}


def take(store: Store, owner: str = "me", limit: int = 100, shard: Shard = ALL) -> list[InboxRow]:
    return store.feeds.take_rows(shard, owner, limit, now=NOW)


def test_rows_are_taken_once_longest_due_first(store: Store) -> None:
    accept(store, new_entry("later"), now=NOW - 1)
    accept(store, new_entry("sooner"), new_entry("third"), now=NOW - 5)
    accept(store, new_entry("not due"), now=NOW + 1)
    assert [row.entry.id for row in take(store, limit=2)] == ["sooner", "third"]
    assert [row.entry.id for row in take(store)] == ["later"]
    assert take(store) == []
    assert take(store, limit=0) == []
    assert store.feeds.taken(ALL) == 3


def test_shards_take_their_own_hosts_rows(store: Store) -> None:
    accept(store, *(new_entry(f"e{n}", link=f"http://host{n}.example/") for n in range(30)))
    shares = [take(store, shard=Shard(index, 2)) for index in range(2)]
    assert sorted(row.row for share in shares for row in share) == list(range(1, 31))
    assert [store.feeds.taken(Shard(index, 2)) for index in range(2)] == [len(share) for share in shares]
    assert all(shares)


def test_a_row_whose_lease_ran_out_is_taken_again_and_counted(store: Store) -> None:
    accept(store, new_entry("a"))
    (row,) = take(store, "first")
    lapse(store)
    assert store.feeds.taken(ALL) == 0
    (again,) = take(store, "second")
    assert again == msgspec.structs.replace(row, takes=1)


def test_a_renewed_lease_holds_but_not_for_another_owner_or_ever(store: Store) -> None:
    accept(store, new_entry("a"))
    (row,) = take(store, "first")
    lapse(store)
    store.feeds.renew([row.row], "somebody else")
    assert store.feeds.taken(ALL) == 0
    store.feeds.renew([row.row], "first")
    assert store.feeds.taken(ALL) == 1
    long_ago = inbox.update().values(taken_at=inbox.c.taken_at - 901.0)
    store.database.write(lambda connection: connection.execute(long_ago))
    store.feeds.renew([row.row], "first")
    assert store.feeds.taken(ALL) == 0, "15 minutes after the take nothing helps"


def test_a_drain_gives_rows_back_uncounted(store: Store) -> None:
    accept(store, new_entry("a"), new_entry("b"))
    rows = take(store)
    store.feeds.give_back([rows[0].row], "somebody else")
    assert take(store) == []
    store.feeds.give_back([row.row for row in rows], "me")
    assert [row.takes for row in take(store)] == [0, 0]


def test_a_page_tried_again_is_a_new_row_and_ends_the_old_one_once(store: Store) -> None:
    accept(store, new_entry("a", backfilled=True))
    (row,) = take(store)
    store.feeds.retry(row, NOW, "503")
    store.feeds.retry(row, NOW, "503")
    assert states(store) == {row.row: ("ended", "retried", "503"), row.row + 1: ("pending", None, None)}
    (again,) = take(store)
    assert again == msgspec.structs.replace(row, row=row.row + 1, tries=1)


def test_a_row_ends_with_its_first_outcome(store: Store) -> None:
    accept(store, new_entry("a"), new_entry("b"))
    first, second = take(store)
    store.feeds.drop(first, "not news")
    write(store, starting_wave(1, "a", "s1", row=first.row))
    store.feeds.drop(second, "not news")
    assert states(store) == {1: ("ended", "dropped", "not news"), 2: ("ended", "dropped", "not news")}
    with store.ledgers.ledger("en") as rows:
        assert [rows.ended(number) for number in (0, 1, 2, 99)] == [False, True, True, True]


def test_from_its_third_take_up_a_row_is_taken_alone(store: Store) -> None:
    accept(store, new_entry("a"), new_entry("b"), new_entry("c"), now=NOW - 9)
    for _ in range(ALONE_FROM):
        assert len(take(store)) == 3
        lapse(store)
    accept(store, new_entry("fresh"))
    (alone,) = take(store)
    assert alone.takes == ALONE_FROM
    assert take(store) == [], "nothing beside it"
    assert [row.row for row in take(store, "another owner")] == [2], "others are not its neighbours"
    store.feeds.drop(alone, "read")
    (third,) = take(store)
    assert third.row == 3
    store.feeds.drop(third, "read")
    assert [row.entry.id for row in take(store)] == ["fresh"]


def test_a_row_to_be_taken_alone_waits_until_the_owner_has_nothing_else(store: Store) -> None:
    accept(store, new_entry("poison"), now=NOW - 9)
    for _ in range(ALONE_FROM):
        take(store)
        lapse(store)
    accept(store, new_entry("older"), now=NOW - 20)
    accept(store, new_entry("fresh"))
    (older,) = take(store, limit=1)
    assert older.entry.id == "older"
    assert take(store) == [], "the queue's head waits for its owner to be free"
    store.feeds.drop(older, "read")
    assert [row.entry.id for row in take(store)] == ["poison"]


def test_rows_alone_take_turns_so_that_chance_does_not_hit_one_twice(store: Store) -> None:
    accept(store, new_entry("a"), new_entry("b"))
    for _ in range(ALONE_FROM):
        take(store)
        lapse(store)
    turns = []
    for _ in range(2):
        turns += [row.entry.id for row in take(store)]
        lapse(store)
    assert turns == ["a", "b"]


def test_dying_twice_alone_makes_a_row_a_dead_letter_that_can_be_redriven(store: Store) -> None:
    accept(store, new_entry("poison"))
    for _ in range(GIVE_UP_AT):
        assert len(take(store)) == 1
        lapse(store)
    assert take(store) == []
    assert states(store) == {1: ("ended", "dead", "gave_up")}
    (kept,) = store.dead_letters.listed()
    assert (kept.letter.step, kept.letter.reason, kept.letter.row) == ("FollowFeeds", "gave_up", 1)
    assert kept.letter.subject == "http://east.example/poison"
    store.dead_letters.redrive(kept.number, NOW)
    (row,) = take(store)
    assert (row.row, row.takes, row.tries) == (1, 0, 0)
