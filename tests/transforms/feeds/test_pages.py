import msgspec
import pytest

from transforms.config import PollingConfig
from transforms.feeds.answers import FetchFailure
from transforms.feeds.pages import Enough, Retry, read_again, settle_failure
from transforms.model import DeadLetter, Entry, InboxRow, Page, TextFrom

NOW, HOUR = 1_700_000_000.0, 3600.0
LINK = "http://post.test/1"
ENTRY = Entry("http://post.test/feed", "1", LINK, "Title", summary="In short")
FORBIDDEN = FetchFailure(LINK, "http-403", "HTTP 403 Forbidden", lasting=True, status=403)
BUSY = FetchFailure(LINK, "http-503", "HTTP 503", status=503)


def row(entry: Entry = ENTRY, **fields) -> InboxRow:
    return InboxRow(7, entry, accepted=NOW, due=NOW, **fields)


def history(failure: FetchFailure) -> list[tuple[str, float]]:
    """What comes of a page that fails so whenever it is asked for: (what, hours from the try before)."""
    told, waiting, now = [], row(), NOW
    while True:
        settled = settle_failure(waiting, failure, polling=PollingConfig(), now=now)
        if isinstance(settled, Enough):
            return [*told, (settled.reason, 0.0)]
        if isinstance(settled, Page):
            due, waiting = settled.again, msgspec.structs.replace(waiting, article="a1")
            told.append(("summary", (due - now) / HOUR if due else 0.0))
        else:
            due = settled.due
            told.append(("again", (due - now) / HOUR))
        if not due:
            return told
        waiting, now = msgspec.structs.replace(waiting, tries=waiting.tries + 1), due


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (FORBIDDEN, [("summary", 1.0), ("again", 4.0), ("again", 16.0), ("http-403", 0.0)]),
        (
            BUSY,
            [("again", wait * 300 / HOUR) for wait in (1, 4, 16)]
            + [("summary", 1.0), ("again", 4.0), ("again", 16.0), ("http-503", 0.0)],
        ),
        (msgspec.structs.replace(FORBIDDEN, status=410), [("summary", 0.0)]),
    ],
    ids=["forbidden", "busy", "gone"],
)
def test_page_whose_feed_has_a_summary_is_asked_for_again_with_growing_waits(failure, expected):
    told = history(failure)
    assert [what for what, _ in told] == [what for what, _ in expected]
    assert [hours for _, hours in told] == pytest.approx([hours for _, hours in expected])


def test_full_text_of_a_feed_is_enough():
    whole = row(msgspec.structs.replace(ENTRY, content="All of it"))
    settled = settle_failure(whole, FORBIDDEN, polling=PollingConfig(), now=NOW)
    assert (settled.text_from, settled.again) == (TextFrom.FEED_CONTENT, 0.0)


def test_retry_after_puts_the_next_try_off_within_its_cap():
    asked = msgspec.structs.replace(FORBIDDEN, retry_after=9 * HOUR)
    assert settle_failure(row(article="a1"), asked, polling=PollingConfig(), now=NOW) == Retry(
        NOW + 9 * HOUR, "http-403"
    )
    capped = PollingConfig(retry_after_cap=2 * HOUR)
    assert settle_failure(row(article="a1"), asked, polling=capped, now=NOW).due == NOW + 2 * HOUR


def test_site_that_comes_to_forbid_its_page_is_asked_no_more():
    robots = FetchFailure(LINK, "robots", "forbidden by robots.txt", lasting=True)
    assert settle_failure(row(article="a1"), robots, polling=PollingConfig(), now=NOW) == Enough("robots")
    assert isinstance(settle_failure(row(), robots, polling=PollingConfig(), now=NOW), DeadLetter)


@pytest.mark.parametrize("lasting", [True, False])
@pytest.mark.parametrize("tries", range(12))
def test_page_tries_bounds_how_often_a_page_is_asked_for(lasting, tries):
    once = PollingConfig(page_tries=1)
    assert read_again(row(tries=tries), once, NOW, lasting=lasting) == 0.0
    bound = 4 if lasting else 7
    assert bool(read_again(row(tries=tries), PollingConfig(), NOW, lasting=lasting)) is (tries + 1 < bound)
