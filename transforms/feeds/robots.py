"""What a site's robots file allows (RFC 9309), kept for a day, asked for once however many want to know."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from protego import Protego

from transforms.feeds.answers import NOT_ASKED, Fetched, FetchFailure
from transforms.feeds.means import in_thread
from transforms.feeds.pace import Pace
from transforms.feeds.ports import KeptRobots, RobotsShelf

TOKEN = "wirewatch"  # noqa: S105 - the product token that robots files address
KEPT = 86400.0
"""Seconds that a robots file holds."""
KEPT_UNREACHABLE = 900.0
"""Seconds after which one that could not be had is asked for again."""
MAX_KEPT_BYTES = 32 * 1024 * 1024
"""Of robots files in memory; the oldest go first."""
MAX_WORK = 300_000
"""Rules times the user agents they are for, which is what parsing costs; a file above it is hostile."""

_AGENT_LINE = re.compile(r"\s*user.{0,3}agents?\b", re.IGNORECASE)
_RULE_LINE = re.compile(r"\s*(dis)?al+ow|\s*crawl|\s*(request|visit)", re.IGNORECASE)


class Rules(NamedTuple):
    """A robots file's answer for us; no parsed file: all or nothing."""

    parsed: Protego | None
    allow_all: bool = False
    reason: str = ""
    """Why nothing is allowed, for a person."""
    passing: bool = False

    def allows(self, url: str) -> bool:
        """May this URL be asked for?"""
        return bool(self.parsed.can_fetch(url, TOKEN)) if self.parsed else self.allow_all

    @property
    def crawl_delay(self) -> float | None:
        """Seconds between requests that the file asks for."""
        return self.parsed.crawl_delay(TOKEN) if self.parsed else None


def kept_rules(kept: KeptRobots) -> Rules:
    """The rules of a file that has been kept."""
    if kept.allows_all or kept.refusal:
        return Rules(None, allow_all=kept.allows_all, reason=kept.refusal, passing=kept.passing)
    return Rules(Protego.parse(kept.text))


def read_rules(answer: Fetched | FetchFailure) -> Rules:
    """RFC 9309 2.3.1: 4xx allows all, 5xx and what cannot be reached allows nothing. 429 counts as a 5xx."""
    if isinstance(answer, FetchFailure):
        if 400 <= answer.status < 500 and answer.status != 429:
            return Rules(None, allow_all=True)
        return Rules(None, reason=f"robots.txt cannot be had ({answer.message})", passing=True)
    text = file_text(answer)
    if parsing_work(text) > MAX_WORK:
        return Rules(None, reason="robots.txt names too many user agents and rules")
    return Rules(Protego.parse(text))


def file_text(answer: Fetched) -> str:
    """A robots file as text."""
    return answer.body.decode("utf-8", "replace").removeprefix("\ufeff")


def parsing_work(text: str) -> int:
    """Upper bound of (user agent, rule) pairs that a parser would make of a robots file."""
    agents = work = 0
    after_rule = True
    for line in text.splitlines():
        if _AGENT_LINE.match(line):
            agents = 1 if after_rule else agents + 1
            after_rule = False
            work += 1 + agents // 20  # only looked up among the others; honest files list a thousand
        elif line.strip():
            after_rule = after_rule or bool(_RULE_LINE.match(line))
            work += agents
    return work


class Robots:
    """Robots files by origin, fetched when first needed.

    Args:
        fetch: asks for a robots file's URL.
        pace: told of crawl-delays.
        clock: seconds since the epoch, UTC.
        shelf: keeps them over restarts; None: nobody does.
    """

    def __init__(
        self,
        fetch: Callable[[str], Awaitable[Fetched | FetchFailure]],
        pace: Pace,
        clock: Callable[[], float],
        shelf: RobotsShelf | None = None,
    ) -> None:
        self._shelf = shelf
        self._fetch = fetch
        self._pace = pace
        self._clock = clock
        self._kept: dict[str, tuple[float, int, Rules]] = {}
        self._bytes = 0
        self._asked: dict[str, asyncio.Task[Rules | FetchFailure]] = {}

    async def may_visit(self, url: str) -> FetchFailure | None:
        """None, or why the URL may not be asked for; lasting only where a file that was read says so."""
        rules = await self._rules(url)
        if isinstance(rules, FetchFailure):
            return rules
        if rules.allows(url):
            return None
        message = rules.reason or "forbidden by robots.txt"
        return FetchFailure(url, "robots", message, lasting=not rules.passing)

    async def _rules(self, url: str) -> Rules | FetchFailure:
        try:
            parts = urlsplit(url)
        except ValueError:  # what Python takes for a broken IPv6 address
            return FetchFailure(url, "bad-url", "not a usable URL", lasting=True)
        origin = f"{parts.scheme}://{parts.netloc}".lower()
        until, _, rules = self._kept.get(origin, (0.0, 0, None))
        if rules is not None and self._clock() < until:
            return rules
        task = self._asked.get(origin)
        if task is None:
            task = self._asked[origin] = asyncio.create_task(self._ask(origin, parts.hostname or ""))
            task.add_done_callback(lambda _: self._asked.pop(origin, None))
        return await asyncio.shield(task)

    async def _ask(self, origin: str, host: str) -> Rules | FetchFailure:
        if self._shelf is not None:
            kept = await in_thread(self._shelf.robots, origin)
            if kept is not None and self._clock() < kept.until:
                return self._keep(origin, kept, kept_rules(kept))
        answer = await self._fetch(f"{origin}/robots.txt")
        if isinstance(answer, FetchFailure) and answer.reason in NOT_ASKED:
            return answer
        rules = read_rules(answer)
        kept = KeptRobots(
            host=host,
            until=self._clock() + (KEPT_UNREACHABLE if rules.passing else KEPT),
            text=file_text(answer) if isinstance(answer, Fetched) and rules.parsed else "",
            refusal=rules.reason,
            allows_all=rules.allow_all,
            passing=rules.passing,
            crawl_delay=rules.crawl_delay,
        )
        if self._shelf is not None:
            await in_thread(self._shelf.keep_robots, origin, kept)
        return self._keep(origin, kept, rules)

    def _keep(self, origin: str, kept: KeptRobots, rules: Rules) -> Rules:
        self._pace.set_crawl_delay(kept.host, kept.crawl_delay)
        size = 200 + len(kept.text)
        self._bytes += size - self._kept.pop(origin, (0.0, 0, None))[1]
        self._kept[origin] = (kept.until, size, rules)
        while self._bytes > MAX_KEPT_BYTES:
            oldest = next(iter(self._kept))
            self._bytes -= self._kept.pop(oldest)[1]
        return rules
