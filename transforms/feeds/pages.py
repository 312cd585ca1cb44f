"""What becomes of an inbox row when its page has been asked for: a page, the feed's own text, a later try, a dead letter."""

from email.message import Message

import msgspec

from transforms.config import PollingConfig
from transforms.feeds.answers import Fetched, FetchFailure
from transforms.model import DeadLetter, InboxRow, Page, Record, Seconds, TextFrom

STEP = "FollowFeeds"
BACK_OFF = 300.0
"""Seconds to a page's second try; four times as long to each further one."""
SUMMARY_BACK_OFF = 3600.0
"""The same once the feed's summary serves as the article."""
_NEVER_FROM_FEED = frozenset(("robots", "forbidden-address", "bad-url"))
"""The site forbids the page, or the link is an attack: its feed's text is not taken either."""
_REMEDIES = {
    "robots": "the site does not want it read; drop the letter, or redrive it when robots.txt has changed",
    "forbidden-address": "allow the network or map the host in [network] if this is wanted, then redrive",
}


class Retry(Record, frozen=True):
    """Ask again then."""

    due: Seconds
    reason: str


class Enough(Record, frozen=True):
    """The page has been asked for often enough; the article stays what the feed's summary made of it."""

    reason: str


def fetched_page(row: InboxRow, answer: Fetched, polling: PollingConfig) -> Page:
    """The page as it came; should it turn out to be a wall before which the feed's summary serves, it is tried again."""
    header = Message()
    header["content-type"] = answer.headers.get("content-type", "")
    return Page(
        row=row,
        url=answer.url,
        body=answer.body,
        content_type=header.get_content_type() if answer.headers.get("content-type") else "text/html",
        charset=header.get_content_charset("") or "",
        fetched=answer.received,
        again=read_again(row, polling, answer.received, lasting=True),
    )


def read_again(
    row: InboxRow, polling: PollingConfig, now: Seconds, *, lasting: bool, asked_to_wait: float = 0.0
) -> Seconds:
    """When to ask for a page again though its feed's summary serves; 0: not any more.

    A page that fails lastingly (403, a wall) is asked for page_tries times in all; one that fails for a passing reason
    is asked for page_tries times before the summary serves, and as often with it.
    """
    before = 0 if lasting else polling.page_tries - 1
    later = max(row.tries - before, 0)
    if later + 1 >= polling.page_tries:
        return 0.0
    return now + max(SUMMARY_BACK_OFF * 4.0**later, min(asked_to_wait, polling.retry_after_cap))


def settle_failure(
    row: InboxRow, failure: FetchFailure, *, polling: PollingConfig, now: Seconds
) -> Retry | Enough | Page | DeadLetter:
    """What follows from a page that could not be had.

    A passing failure is tried again, page_tries times in all. Then the feed's full text, or else its summary, is the
    article's, marked with why the page is unread; where it is the summary, the page is tried again later. Without
    either, or where the site forbids it, a dead letter.
    """
    tries = row.tries + 1
    gone = failure.status == 410 or failure.reason in _NEVER_FROM_FEED
    again = read_again(row, polling, now, lasting=failure.lasting, asked_to_wait=failure.retry_after or 0.0)
    if row.article:  # its summary has been judged: nothing new can be said of it
        return Retry(again, failure.reason) if again and not gone else Enough(failure.reason)
    if not failure.lasting and tries < polling.page_tries:
        asked = min(failure.retry_after or 0.0, polling.retry_after_cap)
        return Retry(now + max(BACK_OFF * 4.0**row.tries, asked), failure.reason)
    unread = str(failure.status or failure.reason)
    entry = row.entry
    if failure.reason not in _NEVER_FROM_FEED and (entry.content or entry.summary):
        return Page(
            row=row,
            url=entry.link,
            body=(entry.content or entry.summary).encode("utf-8", "replace"),
            charset="utf-8",
            fetched=now,
            text_from=TextFrom.FEED_CONTENT if entry.content else TextFrom.FEED_SUMMARY,
            unread=unread,
            again=0.0 if gone or entry.content else again,
        )
    remedy = _REMEDIES.get(failure.reason, "look at it in a browser; redrive it or drop the letter")
    where = "" if failure.url == entry.link else f" (at {failure.url!r})"
    times = "" if tries == 1 else f" after {tries} tries"
    return DeadLetter(
        step=STEP,
        reason=failure.reason,
        message=f"page {entry.link!r}{where} not read{times}: {failure.message}; {remedy}",
        subject=entry.link,
        input=msgspec.msgpack.encode(row),
        row=row.row,
        first_seen=row.accepted,
        last_seen=now,
        tries=tries,
    )
