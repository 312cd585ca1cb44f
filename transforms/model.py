"""The records that travel between steps and rest in the store.

Every record is a frozen msgspec Struct: JSON, msgpack, validation and JSON Schema come from the one definition.
Times are seconds since the epoch, UTC, as floats; durations are seconds. Identifiers are lower-case hex strings.
"""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

Seconds = Annotated[float, Meta(description="seconds since the epoch, UTC")]
Share = Annotated[float, Meta(description="0 to 1")]


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=False, gc=False):
    """Base of all records: immutable, comparable, encodable; never part of a cycle, so the collector passes them over."""


# --- feeds ------------------------------------------------------------------------------------------------------------


class Feed(Record, frozen=True):
    """One feed a person follows."""

    url: str
    name: str = ""
    """The outlet's name as the person or the OPML file gives it; empty: the feed's own title."""
    tags: tuple[str, ...] = ()
    every: float | None = None
    """Seconds between polls that the person asked for; None: as the settings and the server's hints say."""


class FeedStatus(StrEnum):
    """How a feed's last poll went."""

    NEW = "new"
    OK = "ok"
    MOVED = "moved"
    GONE = "gone"
    NOT_A_FEED = "not-a-feed"
    FAILING = "failing"


class PollHints(Record, frozen=True):
    """What a feed's document and its server's past answers say about how often to ask."""

    ttl: float | None = None
    """Seconds that the document asks to wait: RSS ttl, sy:updatePeriod and sy:updateFrequency."""
    skip_hours: tuple[int, ...] = ()
    """Hours (UTC, 0 to 23) in which the document asks not to be polled."""
    skip_days: tuple[int, ...] = ()
    """Weekdays (UTC, Monday 0) on which the document asks not to be polled."""
    conditional: bool | None = None
    """Whether the server answers conditional requests with 304; None: not known yet."""
    full: Seconds | None = None
    """When the whole document was last received."""
    listed: str = ""
    """Hash of the entries' links and titles in the last document."""
    changed: Seconds | None = None
    """When these last changed, as far as is known; None: not known yet."""


class FeedCursor(Record, frozen=True):
    """Where a feed's reading stands: what the next poll sends and when it is due."""

    feed: Feed
    version: int = 0
    """Grows by one with each poll; a cursor is written only over an older one."""
    status: FeedStatus = FeedStatus.NEW
    title: str = ""
    etag: str | None = None
    """Byte-exact as the server sent it, quotes included."""
    last_modified: str | None = None
    body_hash: str = ""
    moved_to: str | None = None
    moved_since: Seconds | None = None
    next_poll: Seconds = 0.0
    not_before: Seconds = 0.0
    """A server's Retry-After: nothing, not even --all, polls before it."""
    last_poll: Seconds | None = None
    last_success: Seconds | None = None
    last_new_entry: Seconds | None = None
    failures: int = 0
    """Polls that failed in a row."""
    cause: str = ""
    """Why the last poll failed, for a person; empty after a success."""
    hints: PollHints = PollHints()


class FeedCondition(StrEnum):
    """What is the matter with a feed, the worst first."""

    GONE = "gone"
    FAILING = "failing"
    """Not one good answer for a day or more."""
    SILENT = "silent"
    """No new entry for far longer than is usual of these hours."""
    DROPPED = "dropped"
    """Far fewer new entries than are usual of these days and hours."""
    LOSING = "losing"
    """Entries come faster than it is polled: some were probably never seen."""
    MOVED = "moved"
    """For good, and its new address is asked."""
    NORMAL = "normal"


class FeedHealth(Record, frozen=True):
    """How a feed is doing, in figures and in words."""

    url: str
    name: str
    condition: FeedCondition
    what: str = ""
    """What was seen, in words; of a normal feed: what else there is to know."""
    advice: str = ""
    """What to do, in words; empty: nothing."""
    since: Seconds | None = None
    """When the trouble began, as far as that is known."""
    last_success: Seconds | None = None
    last_new: Seconds | None = None
    """When its last new entry came."""
    failures: int = 0
    """Polls that failed in a row."""
    cause: str = ""
    """Why the last poll failed."""
    usual: float | None = None
    """New entries of a usual week; None: not known yet."""
    recent: int | None = None
    """New entries of the last seven days; None: it is not known for so long."""


class Entry(Record, frozen=True):
    """One record of a feed, as parsed."""

    feed: str
    """The feed's URL."""
    id: str
    """The guid, else the link."""
    link: str
    title: str = ""
    published: Seconds | None = None
    updated: Seconds | None = None
    authors: tuple[str, ...] = ()
    summary: str = ""
    """As in the feed, HTML included."""
    content: str = ""
    """Full content as in the feed, HTML included; empty where the feed has only a summary."""
    source: str = ""
    """Title of the feed's <source>, the outlet that the entry was taken from."""
    source_url: str = ""
    outlet: str = ""
    """The outlet's name: the person's name for the feed, else the feed's title."""


class InboxRow(Record, frozen=True):
    """An accepted entry on its way to one outcome."""

    row: int
    entry: Entry
    accepted: Seconds
    due: Seconds
    takes: int = 0
    """How many takers died or let their lease run out before this one."""
    tries: int = 0
    """How often the page has been asked for before (each try after the first is a new row)."""
    backfilled: bool = False
    """Older than alerts.max_age when accepted: joins stories, raises no alert."""
    article: str = ""
    """The article that the feed's summary has become, whose page is tried again; empty: none yet."""


class TextFrom(StrEnum):
    """Where an article's text comes from."""

    PAGE = "page"
    FEED_CONTENT = "feed-content"
    FEED_SUMMARY = "feed-summary"


class Page(Record, frozen=True):
    """A page as fetched, or the feed's own text where the page cannot be had."""

    row: InboxRow
    url: str
    """The final URL, after redirects."""
    body: bytes
    content_type: str = "text/html"
    charset: str = ""
    """From the Content-Type header; empty: not given."""
    fetched: Seconds = 0.0
    text_from: TextFrom = TextFrom.PAGE
    unread: str = ""
    """Why the page itself could not be read ("403"); empty when it was."""
    again: Seconds = 0.0
    """When to ask for the page again, should the feed's summary have to serve; 0: not any more."""


# --- articles ---------------------------------------------------------------------------------------------------------


class Link(Record, frozen=True):
    """An outbound link of an article's text."""

    url: str
    anchor: str
    position: Share = 0.0
    """Where in the text it stands, 0 start to 1 end."""


class Article(Record, frozen=True):
    """One article as read."""

    id: str
    """Hash of the normalised URL; settled inside decide."""
    url: str
    """The normalised final URL (canonical where it is believed)."""
    title: str
    text: str
    """Paragraphs separated by newlines."""
    published: Seconds
    """Bounded to what is plausible at hand-over."""
    outlet: str = ""
    domain: str = ""
    """Registrable domain of the URL (on mapped hosts: the host)."""
    authors: tuple[str, ...] = ()
    lang: str = ""
    """ISO 639-1 code, lower case; "und" when it cannot be told."""
    modified: Seconds | None = None
    canonical_url: str = ""
    """As the page claims it; believed or not inside decide."""
    links: tuple[Link, ...] = ()
    feed: str = ""
    source: str = ""
    source_url: str = ""
    seen: Seconds = 0.0
    """When it was handed over."""
    text_from: TextFrom = TextFrom.PAGE
    unread: str = ""
    row: int = 0
    """Its inbox row; 0: none (replay)."""
    again: Seconds = 0.0
    """When its page is to be tried again, because its text is only the feed's summary; 0: not."""
    line: int = 0
    """Its line in a replay, from 1; 0: live. Live articles are ranked by (published, id), replayed ones by line."""
    backfilled: bool = False
    text_hash: str = ""
    """Hash of title and text: tells an edit from a repeat."""


class CreditKind(StrEnum):
    """What a credit says of the outlet it names."""

    AGENCY = "agency"
    """The text is a wire agency's copy: "(AP) -", byline "Reuters"."""
    SOURCE = "source"
    """The report is another outlet's: "Source: Axios", "informs Axios", "- Axios" in a headline."""
    CITED = "cited"
    """One fact or quote is another outlet's: "told the BBC"."""


class Credit(Record, frozen=True):
    """An outlet or agency that an article names as where its report comes from."""

    name: str
    """The outlet's usual name, from the outlet table where it is there."""
    domain: str = ""
    kind: CreditKind = CreditKind.SOURCE
    evidence: str = ""
    """The words of the text that say so, at most 160 characters."""
    weight: Share = 1.0
    """How sure: a tail line "Source: X" 1, a link alone less."""
    via: str = ""
    """The outlet through which it is cited ("Politeka, citing RBC, citing Axios": Axios via RBC)."""


class Fingerprint(Record, frozen=True):
    """What the story decision needs of an article's text; pure function of the article and the model's version."""

    article_id: str
    version: str
    """Model and rules that made it; another version means: make it anew."""
    vector: bytes
    """Unit vector of the lead and text, int8, little-endian."""
    title_terms: dict[str, int]
    lead_terms: dict[str, int]
    """First 200 words of the body."""
    body_terms: dict[str, int]
    """Whole body, boilerplate tail left out."""
    names: dict[str, int]
    """Capitalised names, folded to lower case, with counts."""
    numbers: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    """Quoted sentences, normalised, at most 20."""
    shingles: tuple[int, ...] = ()
    """Sketch of the body's word 5-grams: sorted 64-bit hashes, kept when below a fixed bound (so containment works)."""
    words: int = 0
    """Words of the body."""
    head: bytes = b""
    """Hashes, two bytes each, of the body's first words, in order: boilerplate is told by them."""
    tail: bytes = b""
    """And of its last ones."""
    credits: tuple[Credit, ...] = ()
    links: tuple[str, ...] = ()
    """Normalised outbound links of the body that may show a shared source."""
    facts: tuple[str, ...] = ()
    """What title and lead state in numbers (transforms.alerts.facts)."""


class Evidence(Record, frozen=True):
    """Why a topic's answer is yes: what was found, where, how often."""

    what: str
    field: str
    """title, lead, text or meaning."""
    count: int = 1
    snippet: str = ""


class Relevance(Record, frozen=True):
    """One topic's judgement of one article."""

    topic: str
    relevant: bool
    score: Share
    evidence: tuple[Evidence, ...] = ()


class Judged(Record, frozen=True):
    """An article with everything that its story's decision needs."""

    article: Article
    fingerprint: Fingerprint
    relevance: tuple[Relevance, ...] = ()


# --- topics -----------------------------------------------------------------------------------------------------------


class Require(StrEnum):
    """What a topic demands of an article."""

    QUERY = "query"
    MEANING = "meaning"
    BOTH = "both"
    EITHER = "either"


class Topic(Record, frozen=True):
    """What a person follows."""

    id: str
    name: str
    query: str = ""
    description: str = ""
    require: Require = Require.QUERY
    sinks: tuple[str, ...] = ()
    """Empty: all sinks."""


# --- stories ----------------------------------------------------------------------------------------------------------


class Relation(StrEnum):
    """How an article stands to its story."""

    FIRST = "first"
    COPY = "copy"
    NEAR_COPY = "near-copy"
    REWRITE = "rewrite"
    SAME_EVENT = "same-event"


class Signal(Record, frozen=True):
    """One reason with its weight, for a person: "same credited outlet: Axios"."""

    name: str
    value: float
    text: str = ""
    weight: float = 0.0
    """How much the value counts in the likeness of the two; 0: it tells what one is to the other, not whether it joins."""


class Membership(Record, frozen=True):
    """An article's place in a story, with the reason."""

    article_id: str
    story_id: str
    """Where it is now, after repairs."""
    placed: str
    """The story at its own decision."""
    relation: Relation
    score: Share = 1.0
    reason: str = ""
    matched: str = ""
    """The article_id it was matched with; empty for a first."""
    signals: tuple[Signal, ...] = ()
    nearest_other: str = ""
    """The next best story, and its score: why not that one."""
    nearest_other_score: Share = 0.0
    likeness: dict[str, float] = msgspec.field(default_factory=dict)
    """The earlier articles that it was most like at its decision, by id: what later repairs go by."""
    seq: int = 0
    """The ledger's number under which this was written."""


class Origin(Record, frozen=True):
    """Who reported first, as far as the evidence shows."""

    name: str
    domain: str = ""
    in_feeds: bool = False
    evidence: str = ""


class Story(Record, frozen=True):
    """Articles that report the same thing."""

    id: str
    ledger: str
    title: str
    started: Seconds
    """Earliest publication time of its members."""
    latest: Seconds
    first_article: str
    size: int = 1
    outlets: int = 1
    origin: Origin | None = None
    independent_origins: tuple[Origin, ...] = ()
    merged_into: str = ""
    follows: str = ""
    """A story that this one follows up without being it."""
    seq: int = 0


# --- alerts -----------------------------------------------------------------------------------------------------------


class AlertMember(Record, frozen=True):
    """One article of an alerted story, with its evidence."""

    article_id: str
    url: str
    title: str
    outlet: str
    published: Seconds
    relation: Relation
    score: Share = 1.0
    reason: str = ""
    matched: str = ""
    credit: str = ""
    """The words that credit another outlet."""
    share: Share | None = None
    """For a copy: which share of the original's words it keeps."""
    unread: str = ""


class AlertState(StrEnum):
    """What a revision says."""

    NEW = "new"
    REVISED = "revised"
    MERGED = "merged"


class Alert(Record, frozen=True):
    """A notice to a person about one story on one topic; each revision replaces the one before."""

    id: str
    revision: int
    state: AlertState
    topic: str
    topic_name: str
    story: str
    title: str
    raised: Seconds
    """When this revision was decided."""
    first_raised: Seconds
    origin: Origin | None = None
    outlets: int = 1
    independent_origins: tuple[Origin, ...] = ()
    members: tuple[AlertMember, ...] = ()
    matched: tuple[Evidence, ...] = ()
    reasons: tuple[str, ...] = ()
    """Why these are one story, in words."""
    changes: tuple[str, ...] = ()
    """What changed since the revision before, in words."""
    facts: tuple[str, ...] = ()
    merged_into: str = ""
    """The alert that carries on, in a last revision."""
    follow_up: str = ""
    sinks: tuple[str, ...] = ()
    due: Seconds = 0.0
    """Not to be delivered before: cooldown or quiet hours."""
    feed: FeedHealth | None = None
    """Of an alert about a feed's health: how it is; topic, story and all that tells of them are empty then."""


class Delivery(Record, frozen=True):
    """One alert revision on its way to one sink."""

    delivery: int
    alert: Alert
    sink: str
    ledger: str
    due: Seconds
    tries: int = 0


class DeliveryResult(Record, frozen=True):
    """A sink's answer to one try."""

    delivery: int
    sink: str
    alert_id: str
    revision: int
    delivered: bool
    message: str = ""
    retry_at: Seconds | None = None
    """Try again then; None with delivered False: given up."""


# --- outcomes ---------------------------------------------------------------------------------------------------------


class OutcomeKind(StrEnum):
    """How an inbox row or a replayed line ended."""

    DECIDED = "decided"
    REVISED = "revised"
    DUPLICATE = "duplicate"
    DROPPED = "dropped"
    DEAD = "dead"


class Outcome(Record, frozen=True):
    """What DecideStories did with one article."""

    kind: OutcomeKind
    article_id: str
    ledger: str
    row: int = 0
    line: int = 0
    membership: Membership | None = None
    sinks: tuple[str, ...] = ()
    """Sinks for which this article's wave left deliveries."""
    seq: int = 0
    again: Seconds = 0.0
    """When a new row is to try the article's page again; 0: not."""


class DeadLetter(Record, frozen=True):
    """What could not be processed, kept so that it can be redriven."""

    step: str
    """The step's name: FollowFeeds, ExtractArticles, ..."""
    reason: str
    """A stable code: robots, forbidden-address, http-410, too-large, timeout, worker-killed, unreadable, gave_up, ..."""
    message: str
    """For a person: what happened, to which value, and what to do."""
    subject: str
    """The URL or line it concerns."""
    input: bytes = b""
    """The record that failed, msgpack (InboxRow, Delivery) or a replay's JSON line."""
    row: int = 0
    delivery: int = 0
    first_seen: Seconds = 0.0
    last_seen: Seconds = 0.0
    tries: int = 1
