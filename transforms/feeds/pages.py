"""What becomes of an inbox row when its page has been asked for: a page, the feed's own text, a later try, a dead letter."""

from email.message import Message

import msgspec

from transforms.config import PollingConfig
from transforms.feeds.answers import Fetched, FetchFailure
from transforms.model import DeadLetter, InboxRow, Page, Record, Seconds, TextFrom

STEP = "FollowFeeds"
BACK_OFF = 300.0
"""Seconds to a page's second try; four times as long to each further one."""
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


def fetched_page(row: InboxRow, answer: Fetched) -> Page:
    """The page as it came."""
    header = Message()
    header["content-type"] = answer.headers.get("content-type", "")
    return Page(
        row=row,
        url=answer.url,
        body=answer.body,
        content_type=header.get_content_type() if answer.headers.get("content-type") else "text/html",
        charset=header.get_content_charset("") or "",
        fetched=answer.received,
    )


def settle_failure(
    row: InboxRow, failure: FetchFailure, *, polling: PollingConfig, now: Seconds
) -> Retry | Page | DeadLetter:
    """What follows from a page that could not be had.

    A passing failure is tried again, page_tries times in all. Then the feed's full text, or else its summary, is the
    article's, marked with why the page is unread. Without either, or where the site forbids it, a dead letter.
    """
    tries = row.tries + 1
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
