import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.config import PollingConfig
from transforms.feeds.answers import Fetched, FetchFailure, body_hash
from transforms.feeds.parse import NotAFeed, ParsedFeed, Unparsed
from transforms.feeds.poll import after_poll, needs_parsing, put_off, request_for
from transforms.model import Feed, FeedCursor, FeedStatus, PollHints

URL, NEW_URL = "http://a.test/feed", "http://b.test/feed"
HOUR, DAY = 3600.0, 86400.0
NOW = 1_700_000_000.0
POLLING = PollingConfig()
BODY = b"<rss/>"
READ = FeedCursor(
    feed=Feed(URL),
    version=3,
    status=FeedStatus.OK,
    title="Old title",
    etag='"1"',
    last_modified="then",
    body_hash=body_hash(BODY),
    last_success=NOW - HOUR,
    hints=PollHints(full=NOW - HOUR, ttl=7200.0),
)
FRESH = FeedCursor(feed=Feed(URL))


def parsed(**fields) -> ParsedFeed:
    return ParsedFeed(**{"title": "Title", "link": "", "language": "", "entries": (), **fields})


def fetched(body=BODY, status=200, moved_to="", **headers) -> Fetched:
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fetched(NEW_URL if moved_to else URL, status, headers, body, moved_to, NOW)


def failed(reason="http-500", status=500, **fields) -> FetchFailure:
    return FetchFailure(URL, reason, f"HTTP {status}", status=status, **fields)


def polled(cursor, answer, document=None, now=NOW):
    request = request_for(cursor, now)
    return after_poll(cursor, request, answer, document, polling=POLLING, now=now, roll=0.0)


def test_first_request_is_unconditional_and_later_ones_send_both_validators_as_they_came():
    assert request_for(FRESH, NOW) == (first := type(request_for(FRESH, NOW))(URL))
    assert not first.conditional
    odd = msgspec.structs.replace(READ, etag='W/"a, b"x', last_modified="not a date")
    assert request_for(odd, NOW).etag == 'W/"a, b"x'
    assert request_for(odd, NOW).last_modified == "not a date"


def test_a_full_answer_is_asked_for_once_a_week():
    assert request_for(READ, NOW + 6 * DAY).conditional
    assert not request_for(READ, NOW + 7 * DAY).conditional


@pytest.mark.parametrize(
    ("answer", "etag", "last_modified"),
    [
        (fetched(b"new", etag='"2"', last_modified="now"), '"2"', "now"),
        (fetched(b"new", etag='"2"'), '"2"', None),
        (fetched(b"new"), None, None),
        (fetched(etag='"2"'), '"2"', None),
        (fetched(b"", 304), '"1"', "then"),
        (fetched(b"", 304, etag='"2"'), '"2"', "then"),
        (fetched(b"new", etag="\xfc", last_modified="a\x01b"), None, None),
        (fetched(b"new", etag='"' + "x" * 5000 + '"'), None, None),
    ],
)
def test_validators_are_replaced_or_dropped_by_a_200_and_updated_by_a_304(answer, etag, last_modified):
    document = parsed() if needs_parsing(READ, answer) else None
    after = polled(READ, answer, document)
    assert (after.etag, after.last_modified) == (etag, last_modified)
    assert (after.version, after.last_poll, after.last_success) == (4, NOW, NOW)


def test_unchanged_document_is_not_parsed_again():
    assert not needs_parsing(READ, fetched())
    assert not needs_parsing(READ, fetched(b"", 304))
    assert needs_parsing(READ, fetched(b"other"))
    after = polled(READ, fetched(etag='"1"'))
    assert (after.title, after.body_hash, after.hints.full) == ("Old title", READ.body_hash, NOW)


@pytest.mark.parametrize(
    ("cursor", "answer", "conditional", "wait"),
    [
        (FRESH, fetched(etag='"1"'), None, HOUR),
        (FRESH, fetched(), False, DAY),
        (READ, fetched(b"", 304), True, 2 * HOUR),
        (READ, fetched(etag='"1"'), False, DAY),
        (READ, fetched(b"new", etag='"2"'), None, HOUR),
    ],
)
def test_feeds_that_never_answer_conditionally_are_asked_once_a_day(cursor, answer, conditional, wait):
    after = polled(cursor, answer, parsed() if needs_parsing(cursor, answer) else None)
    assert after.hints.conditional is conditional
    assert after.next_poll == NOW + wait


def test_a_server_that_once_answered_304_is_believed():
    knows = msgspec.structs.replace(READ, hints=msgspec.structs.replace(READ.hints, conditional=True))
    assert polled(knows, fetched()).hints.conditional is True


def test_hints_of_the_document_hold_until_the_next_one():
    after = polled(READ, fetched(b"new", etag='"2"'), parsed(ttl=5 * HOUR, skip_hours=(1,), skip_days=(5,)))
    assert (after.hints.ttl, after.hints.skip_hours, after.hints.skip_days) == (5 * HOUR, (1,), (5,))
    later = polled(after, fetched(b"", 304))
    assert later.next_poll == NOW + 5 * HOUR
    assert later.hints.skip_days == (5,)
    assert polled(READ, fetched(b"", 304, cache_control="max-age=10800")).next_poll == NOW + 3 * HOUR


def test_failures_are_counted_and_a_success_forgets_them():
    once = polled(READ, failed())
    assert (once.status, once.cause, once.failures, once.next_poll) == (FeedStatus.FAILING, "HTTP 500", 1, NOW + HOUR)
    twice = polled(once, failed("http-404", 404, lasting=True))
    assert (twice.failures, twice.next_poll, twice.etag) == (2, NOW + 2 * HOUR, '"1"')
    back = polled(twice, fetched(b"", 304))
    assert (back.status, back.cause, back.failures, back.not_before) == (FeedStatus.OK, "", 0, 0.0)


@pytest.mark.parametrize(
    ("status", "seconds", "not_before"),
    [(429, 60.0, NOW + 60), (503, 9000.0, NOW + 9000), (503, 9e9, NOW + 7 * DAY), (500, 60.0, 0.0), (429, None, 0.0)],
)
def test_retry_after_is_a_floor_with_a_cap(status, seconds, not_before):
    after = polled(READ, failed(f"http-{status}", status, retry_after=seconds))
    assert after.not_before == not_before
    assert after.next_poll == max(NOW + HOUR, not_before)


def test_gone_retires():
    after = polled(READ, failed("http-410", 410, lasting=True))
    assert (after.status, after.cause) == (FeedStatus.GONE, "410, feed retired")


@pytest.mark.parametrize(
    ("document", "status", "cause"),
    [
        (
            NotAFeed("HTML, not a feed", ("http://a.test/rss.xml?x=1",)),
            "not-a-feed",
            "HTML, not a feed (try /rss.xml?x=1)",
        ),
        (NotAFeed("not a feed"), "not-a-feed", "not a feed"),
        (Unparsed("an empty answer"), "failing", "an empty answer"),
    ],
)
def test_documents_that_are_no_feed_leave_no_validators(document, status, cause):
    after = polled(READ, fetched(b"<html>", etag='"html"'), document)
    assert (after.status, after.cause, after.failures) == (status, cause, 1)
    assert (after.etag, after.last_modified, after.body_hash) == (None, None, "")


def test_permanent_redirect_is_adopted_after_a_week():
    moved = polled(READ, fetched(b"", 304, moved_to=NEW_URL))
    assert (moved.status, moved.moved_to, moved.moved_since) == (FeedStatus.MOVED, NEW_URL, NOW)
    still = polled(moved, fetched(b"", 304, moved_to=NEW_URL), now=NOW + 6 * DAY)
    assert still.moved_since == NOW
    assert request_for(still, NOW + 6 * DAY).url == URL
    assert request_for(still, NOW + 7 * DAY).url == NEW_URL
    adopted = polled(still, fetched(b"", 304), now=NOW + 8 * DAY)
    assert (adopted.status, adopted.moved_to, adopted.feed.url) == (FeedStatus.MOVED, NEW_URL, URL)
    onward = polled(adopted, fetched(b"", 304, moved_to="http://c.test/"), now=NOW + 9 * DAY)
    assert request_for(onward, NOW + 9 * DAY).url == "http://c.test/"


def test_redirect_that_goes_elsewhere_or_ends_starts_its_week_anew():
    moved = polled(READ, fetched(b"", 304, moved_to=NEW_URL))
    elsewhere = polled(moved, fetched(b"", 304, moved_to="http://c.test/"), now=NOW + DAY)
    assert (elsewhere.moved_to, elsewhere.moved_since) == ("http://c.test/", NOW + DAY)
    ended = polled(moved, fetched(b"", 304), now=NOW + DAY)
    assert (ended.status, ended.moved_to, ended.moved_since) == (FeedStatus.OK, None, None)


def test_adopted_address_that_fails_is_given_up_for_the_old_one():
    adopted = msgspec.structs.replace(READ, moved_to=NEW_URL, moved_since=NOW - 8 * DAY)
    after = polled(adopted, failed("http-410", 410, lasting=True))
    assert (after.status, after.moved_to, after.etag) == (FeedStatus.FAILING, None, None)
    assert request_for(after, NOW).url == URL


def test_feed_of_a_host_that_wants_rest_is_put_off():
    after = put_off(READ, NOW + 50.0, held=True)
    assert (after.version, after.not_before, after.next_poll) == (4, NOW + 50.0, NOW + 50.0)
    after = put_off(READ, NOW + 50.0)
    assert (after.version, after.not_before, after.next_poll) == (4, 0.0, NOW + 50.0)


@given(st.lists(st.sampled_from(["200", "same", "304", "500", "429", "html", "moved"]), max_size=30), st.data())
def test_any_history_keeps_the_bounds(history, data):
    cursor, now = FRESH, NOW
    for number, what in enumerate(history):
        answer, document = {
            "200": (fetched(str(number).encode(), etag=f'"{number}"'), parsed()),
            "same": (fetched(), parsed()),
            "304": (fetched(b"", 304), None),
            "500": (failed(), None),
            "429": (failed("http-429", 429, retry_after=data.draw(st.floats(0, 1e8))), None),
            "html": (fetched(b"<html>"), NotAFeed("HTML, not a feed")),
            "moved": (fetched(b"", 304, moved_to=NEW_URL), None),
        }[what]
        before = cursor
        cursor = polled(before, answer, document, now=now)
        assert cursor.version == before.version + 1
        assert cursor.next_poll >= max(now + PollingConfig().at_least, cursor.not_before)
        assert cursor.next_poll <= now + 7 * DAY + 1
        assert (cursor.failures == 0) is (cursor.cause == "") is (cursor.status in {"ok", "moved"})
        now = cursor.next_poll
