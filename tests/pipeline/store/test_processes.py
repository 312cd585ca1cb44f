import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from pipeline.store import Store, StoreAddress, StoreOwnedError, open_store
from pipeline.store.owners import Owners
from pipeline.store.schema import owners
from tests.pipeline.store.processes import start
from tests.pipeline.store.records import ALL, NOW, accept, new_entry, raise_alerts
from tests.pipeline.store.records import alert as an_alert
from transforms.model import Feed


def test_two_processes_that_race_for_rows_take_each_once(store: Store, store_url: str) -> None:
    accept(store, *(new_entry(f"e{number}") for number in range(60)))
    racers = [start("take", store_url, owner) for owner in ("one", "other")]
    taken = [racer.communicate("go\n", timeout=60)[0].split() for racer in racers]
    assert sorted(int(row) for rows in taken for row in rows) == list(range(1, 61))


def test_two_processes_that_open_an_empty_database_make_one_store(empty_url: str) -> None:
    openers = [start("open", empty_url) for _ in range(2)]
    assert [opener.communicate(timeout=60) for opener in openers] == [("", None)] * 2
    assert [opener.returncode for opener in openers] == [0, 0]
    store = open_store(empty_url, create=False)
    assert store.reading.counts().articles == 0
    store.close()


def test_a_second_owner_is_told_who_the_first_is(store: Store) -> None:
    with store.owners.own("shards", "wirewatch watch") as first:
        (holder,) = store.owners.holders()
        assert (holder.owner, holder.pid, holder.alive) == (first.owner, os.getpid(), True)
        with pytest.raises(
            StoreOwnedError, match=rf"owned by `wirewatch watch` \(host '.*', process {os.getpid()}, since"
        ):
            store.owners.own("shards", "wirewatch run")
        with store.owners.own("another scope", "wirewatch prune"):
            assert len(store.owners.holders()) == 2
    assert store.owners.holders() == []
    with store.owners.own("shards", "wirewatch run"):
        pass


@pytest.mark.parametrize("mode", ["own", "fork"])
def test_after_a_kill_the_next_owner_takes_over_at_once(store: Store, store_url: str, mode: str) -> None:
    accept(store, new_entry("a"))
    process = start(mode, store_url)
    assert process.stdout is not None
    taken, *child = process.stdout.readline().split()
    try:
        assert taken == "1"
        with pytest.raises(StoreOwnedError, match=f"process {process.pid}"):
            store.owners.own("shards", "wirewatch run")
        assert store.feeds.take_rows(ALL, "me", 1, now=NOW) == []
        process.kill()
        process.wait(20)
        with store.owners.own("shards", "wirewatch run") as ownership:
            (row,) = store.feeds.take_rows(ALL, ownership.owner, 1, now=NOW)
            assert row.takes == 1
    finally:
        for pid in child:
            os.kill(int(pid), signal.SIGKILL)
        process.kill()
        process.communicate()


def test_a_released_owners_rows_and_deliveries_are_due_at_once(store: Store) -> None:
    accept(store, new_entry("a"))
    raise_alerts(store, an_alert("x1"))
    with store.owners.own("shards", "wirewatch run") as ownership:
        assert len(store.feeds.take_rows(ALL, ownership.owner, 1, now=NOW)) == 1
        assert len(store.outbox.take("en", "desk", ownership.owner, 1)) == 1
        assert store.feeds.taken(ALL) == 1
        assert store.feeds.due_deliveries() == []
    assert store.feeds.taken(ALL) == 0
    assert store.feeds.next_due(ALL) == NOW
    assert store.feeds.due_deliveries() == [("en", "desk")]
    assert [row.takes for row in store.feeds.take_rows(ALL, "me", 1, now=NOW)] == [1]


def test_a_heartbeat_renews_the_owner_and_its_rows(store: Store) -> None:
    accept(store, new_entry("a"))
    with store.owners.own("shards", "wirewatch run", heartbeat=0.05) as ownership:
        store.feeds.take_rows(ALL, ownership.owner, 1, now=NOW)
        silence(store)
        wait_until(lambda: all(holder.alive for holder in store.owners.holders()) and store.feeds.taken(ALL) == 1)
        assert not ownership.lost.is_set()


def test_an_owner_declared_dead_hears_of_it(store: Store) -> None:
    with store.owners.own("shards", "wirewatch run", heartbeat=0.05) as ownership:
        dead = owners.update().values(state="dead")
        store.database.write(lambda connection: connection.execute(dead))
        assert ownership.lost.wait(20)


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
def test_an_owner_silent_for_a_lease_is_succeeded_though_its_connection_stands(store: Store, store_url: str) -> None:
    """A machine cut off from the network: its connection is never seen to close."""
    with store.owners.own("shards", "wirewatch watch", heartbeat=3600) as first:
        silence(store)
        with Owners(store.database).own("shards", "wirewatch run") as second:
            assert [holder.owner for holder in store.owners.holders()] == [second.owner]
        assert first.owner != second.owner


def silence(store: Store) -> None:
    """Let the owner's lease and its rows' run out, without waiting."""
    for statement in ("UPDATE owners SET leased_until = 0", "UPDATE inbox SET leased_until = 0"):
        store.database.write(lambda connection, statement=statement: connection.execute(sa.text(statement)))


def wait_until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Ask until it holds, within a deadline far beyond what it takes."""
    waiting = multiprocessing.Event()
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        waiting.wait(0.02)
    raise AssertionError("not within the deadline")


def test_an_address_travels_by_pickle_and_opens_one_store_a_process(store_url: str) -> None:
    address = StoreAddress(store_url)
    same = pickle.loads(pickle.dumps(address))
    store = address.open()
    try:
        assert same.open() is store
        store.feeds.add_feed(Feed("http://east.example/feed"))
        with multiprocessing.get_context("fork").Pool(1) as pool:
            assert pool.apply(opened_in_child, (address, id(store))) == (True, ["http://east.example/feed"])
        assert [listed.cursor.feed.url for listed in store.feeds.listed()] == ["http://east.example/feed"]
    finally:
        address.close()
    assert address.open() is not store
    address.close()
    address.close()


def opened_in_child(address: StoreAddress, parents: int) -> tuple[bool, list[str]]:
    store = address.open()
    return id(store) != parents, [listed.cursor.feed.url for listed in store.feeds.listed()]
