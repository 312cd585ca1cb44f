"""The stories of one ledger: memory over the store's rows, decided a wave at a time in one transaction."""

import threading
from collections.abc import Callable, Iterable, Sequence

import msgspec

from transforms.alerts.wave import DecideAlerts
from transforms.config import StoriesConfig
from transforms.model import Alert, Article, Judged, Outcome
from transforms.stories.fingerprint import VERSION, fingerprint
from transforms.stories.memory import GRACE, StoriesMemory
from transforms.stories.outlets import OutletTable
from transforms.stories.ports import KnownArticle, LedgerStore, LedgerTransaction, Wave
from transforms.stories.repair import repair
from transforms.stories.view import InFeeds
from transforms.stories.wave import DecidingWave, Means, Repair


def ledger_key(article: Article, *, one_ledger: bool = False) -> str:
    """The ledger that decides an article: its language, or "all" with cross-language grouping."""
    return "all" if one_ledger else (article.lang or "und")


class Ledger:
    """Memory over one ledger's rows; one a process and key, shared by passes and DoFn instances, with a lock.

    The memory is changed in place while a wave is decided and dropped on any error, so that what is not committed is
    never believed; the next wave rebuilds it from the store.
    """

    def __init__(
        self,
        key: str,
        store: LedgerStore,
        config: StoriesConfig,
        outlets: OutletTable,
        in_feeds: InFeeds,
        decide_alerts: DecideAlerts | None,
        elsewhere: Callable[[str], "Ledger"],
        repair: Repair = repair,
    ) -> None:
        """Args:
        key: the ledger's name, a language or "all".
        store: opens its transactions.
        config: how articles become stories.
        outlets: names, owners and domains of outlets.
        in_feeds: is an outlet one of the person's feeds?
        decide_alerts: what a wave's end has to tell; None: nothing (a replay without alerts).
        elsewhere: opens another ledger, for a revision whose article was first decided there.
        repair: second looks at stories.
        """
        self.key = key
        self._store = store
        self._config = config
        self._means = Means(outlets, in_feeds, decide_alerts, repair)
        self._elsewhere = elsewhere
        self._lock = threading.RLock()
        self._memory: StoriesMemory | None = None
        self._committed = True
        self._alerts: dict[str, Alert] = {}

    def decide_wave(self, wave: Iterable[Judged]) -> list[Outcome]:
        """Decide the articles in order of rank, commit everything at once, return one outcome an article."""
        ranked = sorted(wave, key=_rank)
        if not ranked:
            return []
        with self._lock:
            deciding, written = self._store.decide(self.key, lambda rows: self._decide(rows, ranked))
            self._absorb(written)
        outcomes = deciding.outcomes
        for key, moved in deciding.elsewhere.items():
            outcomes.extend(self._elsewhere(key).decide_wave(moved))
        return outcomes

    def _decide(self, rows: LedgerTransaction, ranked: Sequence[Judged]) -> tuple[DecidingWave, Wave]:
        """One try at a wave; what an earlier try left in memory without a commit is thrown away."""
        if not self._committed:
            self._memory = None
        self._committed = False
        memory = self._caught_up(rows)
        deciding = DecidingWave(self.key, memory, self._alerts, rows, self._means)
        deciding.decide(ranked)
        written = deciding.close()
        rows.write(written)
        return deciding, written

    def _absorb(self, written: Wave) -> None:
        """The wave is committed: what the memory holds since is true, and alerts go with their stories."""
        if self._memory is None:
            return
        self._memory.seq = written.seq
        alerts = {**self._alerts, **{alert.id: alert for alert in written.alerts}}
        self._alerts = {key: alert for key, alert in alerts.items() if self._memory.story(alert.story) is not None}
        self._committed = True

    def forget(self) -> None:
        """Drop the memory; the next wave rebuilds it."""
        with self._lock:
            self._memory = None

    def _caught_up(self, rows: LedgerTransaction) -> StoriesMemory:
        """The memory with all that was committed since its number, by whomever."""
        if self._memory is None or self._memory.seq > rows.seq:  # ahead: the database came back from an older copy
            self._memory = StoriesMemory(self._config)
            self._alerts = {}
        memory = self._memory
        if memory.seq < rows.seq:
            changes = rows.since(memory.seq, max(rows.highwater(), memory.highwater) - self._config.window - GRACE)
            placed = {membership.article_id: membership for membership in changes.memberships}
            for story in changes.stories:
                memory.put_story(story)
            articles = self._in_this_version(changes.articles, rows)
            for known in sorted(articles, key=lambda known: known.decided):
                membership = placed.pop(known.article.id, None) or memory.membership(known.article.id)
                if membership is not None:
                    memory.remember(known, membership)
            for membership in placed.values():
                if memory.article(membership.article_id) is not None:
                    memory.move(membership)
            memory.keep_apart(changes.apart)
            memory.keep_together(changes.together)
            memory.evict()
            self._alerts = {**self._alerts, **{alert.id: alert for alert in changes.alerts}}
            memory.seq = changes.seq
        return memory

    def _in_this_version(self, articles: Sequence[KnownArticle], rows: LedgerTransaction) -> list[KnownArticle]:
        """The articles with fingerprints of this program's version, made anew from their texts where they are not."""
        stale = [known.article.id for known in articles if known.fingerprint.version != VERSION]
        texts = rows.stored(stale) if stale else {}
        current = []
        for known in articles:
            if known.fingerprint.version != VERSION and known.article.id in texts:
                anew = fingerprint(texts[known.article.id].article, self._means.outlets)
                current.append(msgspec.structs.replace(known, fingerprint=anew))
            else:
                current.append(known)
        return current


def _rank(judged: Judged) -> tuple[int, float, str, float, int]:
    """A replay's lines in their order; live by (published, id), two texts of one article as they were handed over."""
    article = judged.article
    return (article.line, article.published, article.id, article.seen, article.row)
