"""`wirewatch feeds health` for people and for programs; what `feeds list` says of it."""

import re
import time
from pathlib import Path

import msgspec

from pipeline.store import Store, open_store
from pipeline.store.feed_health import write_histories
from tests.pipeline.cli.conftest import Say
from tests.pipeline.store.records import new_entry
from transforms.feeds.history import after_document
from transforms.model import Feed, FeedCursor, FeedStatus

WELL, GONE, LOSING, NEW = (f"http://{name}.test/feed" for name in ("well", "gone", "losing", "new"))


def stored(folder: Path) -> Store:
    """A store of four feeds: one is well, one gone, one loses entries, one was never polled."""
    store, now = open_store(f"sqlite:///{folder}/kept.db"), time.time()
    (folder / "feeds.txt").write_text(f"{GONE}\n{LOSING} The Loser\n{NEW}\n{WELL} The Well\n")
    store.feeds.sync_feeds([Feed(GONE), Feed(LOSING, "The Loser"), Feed(NEW), Feed(WELL, "The Well")])
    good = FeedCursor(Feed(WELL), version=1, status=FeedStatus.OK, last_poll=now - 60, last_success=now - 60)
    losing = msgspec.structs.replace(good, feed=Feed(LOSING))
    gone = FeedCursor(
        Feed(GONE), version=1, status=FeedStatus.GONE, last_poll=now, failures=1, cause="410, feed retired"
    )
    store.feeds.touch([good, losing, gone])
    for url, documents in ((WELL, ("abc", "bcd")), (LOSING, ("abc", "xyz"))):
        for document, when in zip(documents, (now - 9 * 86400, now - 3600), strict=True):
            (feed,) = [one for one in store.health.watched() if one.cursor.feed.url == url]
            entries = [new_entry(name) for name in document]
            met = set() if feed.history is None else {one.guid_key for one in map(new_entry, "abc")}
            before = msgspec.structs.replace(feed.cursor, last_success=when - 3600, next_poll=when)
            unmet = {one.guid_key for one in entries} - met
            history = after_document(feed.history, before, entries, unmet, when)
            store.database.write(lambda c, u=url, h=history: write_histories(c, {u: h}))
    store.close()
    return store


def test_the_worst_comes_first_with_what_to_do(bare_desk: Path, say: Say) -> None:
    stored(bare_desk)
    printed = say("feeds", "health").out
    assert printed.startswith("2 of 4 feeds need you: 1 gone, 1 losing. The others: 1 well, 1 new.\n")
    assert re.findall(r"^(\w+)  +", printed, re.MULTILINE)[0:4] == ["gone", "losing", "new", "well"]
    assert "To do: Look for another feed of it" in printed
    assert 'To do: Poll it faster: every="' in printed
    assert "The Well  http://well.test/feed" in printed
    assert "last new entry 60 min ago, 1 new entry in the last week" in printed


def test_programs_get_each_feed_with_its_usual_hours(bare_desk: Path, say: Say) -> None:
    stored(bare_desk)
    found = {one["url"]: one for one in say("feeds", "health", "--json").json()}
    assert {url: one["condition"] for url, one in found.items()} == {
        GONE: "gone",
        LOSING: "losing",
        WELL: "normal",
        NEW: "normal",
    }
    assert (found[WELL]["recent"], found[NEW]["last_success"]) == (1, None)
    assert [len(day) for day in found[WELL]["usual_hours"]] == [24] * 7
    assert found[NEW]["usual_hours"] == []


def test_one_feed_is_shown_with_its_week(bare_desk: Path, say: Say) -> None:
    stored(bare_desk)
    printed = say("feeds", "health", "HTTP://well.test:80/feed").out
    assert printed.startswith("No feed needs you: 1 well.\n")
    assert "usual new entries by hour (UTC):" in printed
    assert [line.split()[0] for line in printed.splitlines()[-7:]] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    for wrong in ("http://other.test/", "nonsense"):
        found = say("feeds", "health", wrong)
        assert (found.code, found.out, found.err.count("\n")) == (2, "", 1)


def test_the_list_tells_what_a_status_does_not(bare_desk: Path, say: Say) -> None:
    stored(bare_desk)
    assert "losing: Some entries were probably missed 60 min ago" in say("feeds", "list").out
    found = {one["url"]: one["condition"] for one in say("feeds", "list", "--json").json()}
    assert (found[LOSING], found[WELL], found[GONE]) == ("losing", "normal", "gone")


def test_without_a_store_it_says_so(bare_desk: Path, say: Say) -> None:
    found = say("feeds", "health")
    assert (found.code, found.out) == (1, "")
    assert "wirewatch run" in found.err
