"""One poll as a decision: what to ask for, and what an answer makes of the feed's cursor. Pure."""

from urllib.parse import urlsplit

import msgspec

from transforms.config import PollingConfig
from transforms.feeds.answers import HOLDING, Fetched, FetchFailure, body_hash
from transforms.feeds.parse import NotAFeed, ParsedFeed, Unparsed
from transforms.feeds.schedule import next_poll, wait_after_failure, wait_after_success
from transforms.model import FeedCursor, FeedStatus, PollHints, Record

ADOPT_AFTER = 7 * 86400.0
"""Seconds that a permanent redirect has to last before its target is asked directly."""
FULL_EVERY = 7 * 86400.0
"""Seconds after which a poll is unconditional: some servers answer 304 for ever."""
_MAX_VALIDATOR = 2048


class PollRequest(Record, frozen=True):
    """What a poll sends."""

    url: str
    etag: str | None = None
    last_modified: str | None = None

    @property
    def conditional(self) -> bool:
        """Does it allow the answer 304?"""
        return bool(self.etag or self.last_modified)


def request_for(cursor: FeedCursor, now: float) -> PollRequest:
    """The feed's address, or its new one once a permanent redirect has lasted; with validators, but for now and then."""
    url = cursor.moved_to if cursor.moved_to and _adopted(cursor, now) else cursor.feed.url
    full = cursor.hints.full
    if full is None or now - full >= FULL_EVERY:
        return PollRequest(url)
    return PollRequest(url, cursor.etag, cursor.last_modified)


def needs_parsing(cursor: FeedCursor, answer: Fetched) -> bool:
    """Is this a document that has not been read yet?"""
    return answer.status != 304 and body_hash(answer.body) != cursor.body_hash


def after_poll(
    cursor: FeedCursor,
    request: PollRequest,
    answer: Fetched | FetchFailure,
    parsed: ParsedFeed | NotAFeed | Unparsed | None,
    *,
    polling: PollingConfig,
    now: float,
    roll: float,
) -> FeedCursor:
    """The cursor after a poll.

    Args:
        cursor: before it.
        request: what was asked.
        answer: what came back.
        parsed: the document, where `needs_parsing`; else None.
        polling: intervals and caps.
        now: seconds since the epoch.
        roll: a random number, 0 to 1, for jitter.
    """
    cursor = msgspec.structs.replace(cursor, version=cursor.version + 1, last_poll=now)
    if isinstance(answer, FetchFailure):
        return _failed(cursor, request, answer, polling, now, roll)
    if isinstance(parsed, NotAFeed | Unparsed):
        cause = parsed.reason if isinstance(parsed, Unparsed) else _advice(parsed, answer.url)
        status = FeedStatus.NOT_A_FEED if isinstance(parsed, NotAFeed) else FeedStatus.FAILING
        # Without validators: a 304 to this document would look like success.
        cursor = msgspec.structs.replace(cursor, etag=None, last_modified=None, body_hash="")
        return _set_back(cursor, request, status, cause, polling, now, roll)
    return _succeeded(cursor, request, answer, parsed, polling, now, roll)


def put_off(cursor: FeedCursor, until: float, *, held: bool = False) -> FeedCursor:
    """The cursor of a feed that was not asked; held: because its host wants to be left alone until then."""
    return msgspec.structs.replace(
        cursor,
        version=cursor.version + 1,
        not_before=until if held else cursor.not_before,
        next_poll=max(cursor.next_poll, until),
    )


def _succeeded(
    cursor: FeedCursor,
    request: PollRequest,
    answer: Fetched,
    parsed: ParsedFeed | None,
    polling: PollingConfig,
    now: float,
    roll: float,
) -> FeedCursor:
    etag, last_modified = _validator(answer, "etag"), _validator(answer, "last-modified")
    hints = cursor.hints
    if answer.status == 304:
        etag, last_modified = etag or cursor.etag, last_modified or cursor.last_modified
        hints = msgspec.structs.replace(hints, conditional=True)
    else:
        hints = msgspec.structs.replace(hints, full=now, conditional=_answers_conditionally(cursor, request, answer))
        cursor = msgspec.structs.replace(cursor, body_hash=body_hash(answer.body))
    if parsed is not None:
        hints = msgspec.structs.replace(
            _history(hints, parsed, now), ttl=parsed.ttl, skip_hours=parsed.skip_hours, skip_days=parsed.skip_days
        )
        cursor = msgspec.structs.replace(cursor, title=parsed.title or cursor.title)
    cursor = msgspec.structs.replace(
        _moved(cursor, request, answer, now),
        etag=etag,
        last_modified=last_modified,
        hints=hints,
        last_success=now,
        not_before=0.0,
        failures=0,
        cause="",
    )
    wait = wait_after_success(cursor, answer.headers, polling, now)
    chosen = cursor.feed.every is not None
    return msgspec.structs.replace(cursor, next_poll=next_poll(wait, hints, polling, now, roll, chosen=chosen))


def _history(hints: PollHints, parsed: ParsedFeed, now: float) -> PollHints:
    """When the entries last changed: now, where they differ from those before; of a first document, as it dates them."""
    if parsed.listed == hints.listed:
        return hints
    changed = now
    if not hints.listed and parsed.latest is not None:
        changed = min(parsed.latest, now)
    return msgspec.structs.replace(hints, listed=parsed.listed, changed=changed)


def _failed(
    cursor: FeedCursor, request: PollRequest, failure: FetchFailure, polling: PollingConfig, now: float, roll: float
) -> FeedCursor:
    at_own_address = request.url == cursor.feed.url
    if failure.status == 410 and at_own_address:
        cause = "410, feed retired"
        return _set_back(cursor, request, FeedStatus.GONE, cause, polling, now, roll)
    cursor = _set_back(cursor, request, FeedStatus.FAILING, failure.message, polling, now, roll)
    if failure.retry_after is None or failure.status not in HOLDING:
        return cursor
    not_before = now + min(failure.retry_after, polling.retry_after_cap)
    return msgspec.structs.replace(cursor, not_before=not_before, next_poll=max(cursor.next_poll, not_before))


def _set_back(
    cursor: FeedCursor,
    request: PollRequest,
    status: FeedStatus,
    cause: str,
    polling: PollingConfig,
    now: float,
    roll: float,
) -> FeedCursor:
    cursor = msgspec.structs.replace(cursor, status=status, cause=cause, failures=cursor.failures + 1, not_before=0.0)
    if request.url != cursor.feed.url:
        # The adopted address fails: next time the feed's own is asked again, from the start.
        cursor = msgspec.structs.replace(cursor, moved_to=None, moved_since=None, etag=None, last_modified=None)
    wait = wait_after_failure(cursor, polling)
    return msgspec.structs.replace(cursor, next_poll=next_poll(wait, PollHints(), polling, now, roll, chosen=True))


def _moved(cursor: FeedCursor, request: PollRequest, answer: Fetched, now: float) -> FeedCursor:
    if request.url != cursor.feed.url:  # adopted; it may have moved on
        moved_to, since = answer.moved_to or cursor.moved_to, cursor.moved_since
    elif not answer.moved_to:
        moved_to, since = None, None
    else:
        moved_to = answer.moved_to
        since = cursor.moved_since if moved_to == cursor.moved_to else now
    status = FeedStatus.MOVED if moved_to else FeedStatus.OK
    return msgspec.structs.replace(cursor, moved_to=moved_to, moved_since=since, status=status)


def _adopted(cursor: FeedCursor, now: float) -> bool:
    return cursor.moved_since is not None and now - cursor.moved_since >= ADOPT_AFTER


def _answers_conditionally(cursor: FeedCursor, request: PollRequest, answer: Fetched) -> bool | None:
    """What a 200 tells: no validators, or the same document though asked conditionally, means never."""
    if cursor.hints.conditional:
        return True
    if not (_validator(answer, "etag") or _validator(answer, "last-modified")):
        return False
    if request.conditional and body_hash(answer.body) == cursor.body_hash:
        return False
    return cursor.hints.conditional if request.conditional else None


def _validator(answer: Fetched, name: str) -> str | None:
    """Byte-exact or not at all: what could not be sent back as it came is dropped."""
    value = answer.headers.get(name, "")
    return value if value and value.isascii() and value.isprintable() and len(value) <= _MAX_VALIDATOR else None


def _advice(parsed: NotAFeed, url: str) -> str:
    if not parsed.links:
        return parsed.reason
    here = urlsplit(url)
    shown = []
    for link in parsed.links[:3]:
        there = urlsplit(link)
        path = there.path + (f"?{there.query}" if there.query else "")
        shown.append(path if (there.scheme, there.netloc) == (here.scheme, here.netloc) else link)
    return f"{parsed.reason} (try {', '.join(shown)})"
