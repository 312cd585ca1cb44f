"""What deciding stories needs of a store, as a protocol; pipeline.store implements it."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from transforms.model import (
    Alert,
    Article,
    Fingerprint,
    Judged,
    Membership,
    Outcome,
    Record,
    Relevance,
    Seconds,
    Story,
)

T = TypeVar("T")


class KnownArticle(Record, frozen=True):
    """An article that a ledger has decided; its text left out."""

    article: Article
    fingerprint: Fingerprint
    relevance: tuple[Relevance, ...]
    decided: int
    """The ledger's number of its first decision; never changes."""
    seq: int
    """The number under which this text was written."""


class Claim(Record, frozen=True):
    """Which article a canonical or final URL belongs to, over all ledgers."""

    key: str
    article_id: str
    title: str
    """Folded title of the first article that claimed it."""
    contested: bool = False
    """Two titles have claimed it: it identifies nothing any more."""


class LedgerChanges(Record, frozen=True):
    """Rows of a ledger committed after a number, each list in order of seq."""

    seq: int
    articles: tuple[KnownArticle, ...] = ()
    memberships: tuple[Membership, ...] = ()
    stories: tuple[Story, ...] = ()
    alerts: tuple[Alert, ...] = ()
    """Latest revision of each alert."""
    apart: tuple[tuple[str, str], ...] = ()
    """Pairs (article_id, story_id) that a person has split: no automatic decision joins them again."""
    together: tuple[tuple[str, str], ...] = ()
    """Pairs (article_id, story_id) that a person has joined: no automatic decision parts them."""


class DecidedArticle(Record, frozen=True):
    """An article to write, with its text."""

    judged: Judged
    decided: int
    seq: int


class Wave(Record, frozen=True):
    """All that one wave writes, in one transaction."""

    seq: int
    """The ledger's number after it."""
    articles: tuple[DecidedArticle, ...] = ()
    memberships: tuple[Membership, ...] = ()
    stories: tuple[Story, ...] = ()
    alerts: tuple[Alert, ...] = ()
    """New revisions; each leaves one outbox row a sink, due at alert.due."""
    ended: tuple[Outcome, ...] = ()
    """One a consumed article; inbox rows (row > 0) end with it."""
    apart: tuple[tuple[str, str], ...] = ()
    """Pairs (article_id, story_id) that a person parts from now on."""
    together: tuple[tuple[str, str], ...] = ()
    """Pairs (article_id, story_id) that a person joins from now on."""


class LedgerTransaction(Protocol):
    """A ledger's row locked, from reading what is new to committing the wave."""

    seq: int
    """The ledger's number before this transaction."""

    def highwater(self) -> Seconds:
        """Greatest publication time of the ledger's articles; -inf where it has none."""
        ...

    def since(self, seq: int, published_after: Seconds) -> LedgerChanges:
        """What was committed after seq; articles published before the bound are left out (with their memberships)."""
        ...

    def stored(self, article_ids: Sequence[str]) -> dict[str, Judged]:
        """Articles by id, over all ledgers, with their latest text: to tell repeats and revisions."""
        ...

    def ledger_of(self, article_ids: Sequence[str]) -> dict[str, str]:
        """The ledger of the first decision of each known article."""
        ...

    def outcome(self, article_id: str, text_hash: str) -> Outcome | None:
        """The stored outcome of an (article, text) decided before."""
        ...

    def ended(self, row: int) -> bool:
        """Has this inbox row ended?"""
        ...

    def members(self, story_id: str) -> list[tuple[KnownArticle, Membership]]:
        """All members of a story in order of decision, those that memory has let go included."""
        ...

    def story(self, story_id: str) -> Story | None:
        """A story of this ledger as it stands, memory or not; None: it has none of that id."""
        ...

    def alerts_of(self, story_ids: Sequence[str]) -> tuple[Alert, ...]:
        """The latest revisions of these stories' alerts."""
        ...

    def claim(self, keys: Sequence[tuple[str, str]], article_id: str) -> dict[str, Claim]:
        """Claim each (key, folded title) for the article where it is free; returns every key's claim as it stands then.

        A key claimed under another title becomes contested.
        """
        ...

    def write(self, wave: Wave) -> None:
        """Write all; committed when the transaction's context ends without an error."""
        ...


class LedgerStore(Protocol):
    """Opens ledger transactions."""

    def decide(self, key: str, work: Callable[[LedgerTransaction], T]) -> T:
        """Run work with the ledger's row locked, commit, return its result; anew from its start after a passing error."""
        ...
