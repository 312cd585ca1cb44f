import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.feeds.acceptance import accept_entry, guid_key, like_title, link_key, new_entries, shard_of
from transforms.feeds.parse import ParsedFeed
from transforms.feeds.ports import Acceptance, Seen, host_hash
from transforms.model import Entry, Feed, FeedCursor

NOW = 1_700_000_000.0
HOUR, DAY = 3600.0, 86400.0
FEED = "http://a.test/feed"
SEEN = Seen("l", "g", "Port closes after storm", NOW)


def entry(title=SEEN.title, updated=None, link="http://a.test/1", guid="1", published=None) -> Entry:
    return Entry(FEED, guid, link, title, published, updated)


@pytest.mark.parametrize(
    ("entry", "by_link", "by_guid", "expected"),
    [
        (entry(), None, None, Acceptance.NEW),
        (entry(), SEEN, None, Acceptance.KNOWN),
        (entry(), SEEN, SEEN, Acceptance.KNOWN),
        (entry("Quite another title"), SEEN, SEEN, Acceptance.KNOWN),
        (entry(updated=NOW), SEEN, SEEN, Acceptance.KNOWN),
        (entry(updated=NOW - DAY), SEEN, SEEN, Acceptance.KNOWN),
        (entry("Port opens", updated=NOW - DAY), SEEN, SEEN, Acceptance.KNOWN),
        (entry(updated=NOW + 60), SEEN, SEEN, Acceptance.KNOWN),
        (entry(updated=NOW + 300), SEEN, SEEN, Acceptance.CHANGED),
        (entry("Port opens", updated=NOW + 1), SEEN, SEEN, Acceptance.CHANGED),
        (entry("Port opens", updated=NOW), msgspec.structs.replace(SEEN, updated=None), None, Acceptance.CHANGED),
        (entry(updated=NOW), msgspec.structs.replace(SEEN, updated=None), None, Acceptance.KNOWN),
        (entry(), None, SEEN, Acceptance.ALIAS),
        (entry("Port closes after a storm"), None, SEEN, Acceptance.ALIAS),
        (entry(""), None, SEEN, Acceptance.ALIAS),
        (entry("Grain exports reach a record"), None, SEEN, Acceptance.NEW),
    ],
)
def test_what_an_entry_is(entry, by_link, by_guid, expected):
    assert accept_entry(entry, by_link, by_guid) == expected


@given(st.text(max_size=60))
def test_a_title_is_like_itself(title):
    assert like_title(title, title.upper()) or title.casefold() != title.upper().casefold()
    assert like_title(title, title)


def accepted(*entries, last_success=None, name="", **changes):
    cursor = FeedCursor(feed=Feed(FEED, name), last_success=last_success)
    document = ParsedFeed("The Feed", "", "", tuple(entries))
    options = {"now": NOW, "first_poll_age": 2 * DAY, "max_age": DAY, **changes}
    return new_entries(cursor, document, **options)


@pytest.mark.parametrize(
    ("published", "first", "seen_only", "backfilled"),
    [
        (NOW - HOUR, True, False, False),
        (NOW - 1.5 * DAY, True, False, True),
        (NOW - 3 * DAY, True, True, True),
        (NOW - 3 * DAY, False, False, True),
        (None, True, False, False),
        (NOW + DAY, True, False, False),
    ],
)
def test_first_poll_reads_recent_entries_and_old_news_raises_no_alert(published, first, seen_only, backfilled):
    [new] = accepted(entry(published=published), last_success=None if first else NOW - HOUR)
    assert (new.seen_only, new.backfilled) == (seen_only, backfilled)


def test_updated_dates_an_entry_without_publication_time():
    [new] = accepted(entry(updated=NOW - 3 * DAY))
    assert new.seen_only


def test_entries_carry_feed_and_outlet_and_each_link_comes_once():
    entries = (
        entry(link="http://a.test/1?utm_source=rss"),
        entry(link="https://www.a.test/1/"),
        entry(link="http://a.test/1?id=2"),
    )
    found = accepted(*entries)
    assert [new.entry.link for new in found] == [entries[0].link, entries[2].link]
    assert {(new.entry.feed, new.entry.outlet) for new in found} == {(FEED, "The Feed")}
    assert accepted(entries[0], name="Mine")[0].entry.outlet == "Mine"
    assert found[0].host_hash == host_hash("http://a.test/")


def test_a_feed_that_resets_every_date_raises_nothing_again():
    reset = [entry(updated=NOW + n, link=f"http://a.test/{n}") for n in range(20)]
    assert {new.entry.updated for new in accepted(*reset)} == {None}
    edited = [entry(updated=NOW - n * DAY, link=f"http://a.test/{n}") for n in range(20)]
    assert None not in {new.entry.updated for new in accepted(*edited)}
    few = [entry(updated=NOW, link=f"http://a.test/{n}") for n in range(3)]
    assert {new.entry.updated for new in accepted(*few)} == {NOW}


def test_a_parameter_renamed_in_links_that_are_the_guids_is_told_by_path_title_and_time():
    def guids(*links, title="Port closes after storm", published=NOW, **fields):
        found = [entry(title, link=link, guid=link, published=published, **fields) for link in links]
        return [new.guid_key for new in accepted(*found)]

    one, renamed = "http://a.test/story?wn=rss", "http://a.test/story?wn2=web"
    assert guids(one) == guids(renamed)
    assert guids(one) != guids(renamed, published=NOW + 60)
    assert guids(one) != guids(renamed, title="Port opens after storm")
    assert guids(one) != guids("http://a.test/other?wn=rss")
    assert guids("http://a.test/a.php?id=1") != guids("http://a.test/a.php?id=2")
    for alone in ({"title": "Live"}, {"published": None}):
        assert guids(one, **alone) != guids(renamed, **alone)
    assert len(set(guids("http://a.test/a.php?id=1", "http://a.test/a.php?id=2"))) == 2


def test_keys():
    assert link_key("http://a.test/1") == link_key("https://www.a.test/1/?utm_medium=x")
    assert link_key("http://a.test/?id=1") != link_key("http://a.test/?id=2")
    assert guid_key("http://a.test/", "1") != guid_key("http://b.test/", "1")
    assert len(link_key("http://a.test/1")) == len(guid_key("a", "b")) == 32


@given(st.text(), st.integers(1, 64))
def test_every_url_has_a_shard(url, count):
    assert 0 <= shard_of(url, count) < count
