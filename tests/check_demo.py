"""python -m tests.check_demo LOG OUTDIR: is what `make demo` printed and wrote what the newsroom expects?

Exits with 0 and a line that says what was compared, or with 1 at the first difference.
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.bundled import bundled
from pipeline.newsroom.expectations import Expectations, ExpectedStory, expectations
from pipeline.settings.topics import load_topics
from pipeline.store.store import open_store
from tests.newsroom_truth import differences

LONGEST = 60
"""Seconds that the demo may take."""

_HEAD = re.compile(r"^ALERT \d+  (?P<topic>.+?) {2,}new, .*$", re.MULTILINE)
_TAKEN = re.compile(r", (?:(?P<minutes>\d+) min ?)?(?:(?P<seconds>\d+) s)?$")
_ELSEWHERE = " (in no feed of yours)"


@dataclass(frozen=True)
class PrintedAlert:
    """One alert as the log has it."""

    topic: str
    text: str

    @property
    def urls(self) -> frozenset[str]:
        return frozenset(re.findall(r"http://\S+", self.text))


def printed_alerts(log: str) -> list[PrintedAlert]:
    """The alerts of a demo's log, in order."""
    heads = list(_HEAD.finditer(log))
    ends = [head.start() for head in heads[1:]] + [len(log.partition("\nNot alerted:")[0])]
    return [PrintedAlert(head["topic"], log[head.end() : end]) for head, end in zip(heads, ends, strict=False)]


def check(log: str, out: Path) -> Iterator[str]:
    """Differences, the most telling first."""
    truth = expectations()
    names = {topic.id: topic.name for topic in load_topics(bundled("seeds") / "topics.toml")}
    wanted = [(topic, truth.stories[name]) for topic, stories in truth.alerts.items() for name in stories]
    yield from _printed(log, truth, [(names[topic], story) for topic, story in wanted])
    yield from _file(out / "alerts.jsonl", wanted)
    if not (out / "demo.db").exists():
        yield f"{out / 'demo.db'} is not there"
        return
    store = open_store(f"sqlite:///{(out / 'demo.db').resolve()}", patience=5.0, create=False)
    try:
        yield from differences(store, truth)
    finally:
        store.close()


def _printed(log: str, truth: Expectations, wanted: list[tuple[str, ExpectedStory]]) -> Iterator[str]:
    alerts = printed_alerts(log)
    for topic, story in wanted:
        urls = frozenset(article.url for article in story.articles)
        found = [alert for alert in alerts if alert.topic == topic and alert.urls == urls]
        if len(found) != 1:
            yield f"the log has {len(found)} alerts on {topic!r} with the articles of {story.id}: {', '.join(urls)}"
            continue
        first = f"First reported by {story.origin}" + ("" if story.origin_in_feeds else _ELSEWHERE) + "."
        if first not in found[0].text:
            yield f"the alert on {topic!r} with the articles of {story.id} does not say {first!r}:{found[0].text}"
    if len(alerts) != len(wanted):
        yield f"the log has {len(alerts)} alerts, expected {len(wanted)}"
    closing = " ".join(log[log.find("\nNot alerted:") :].split())
    unread = len(truth.dead_letters) + sum(status in {"gone", "not-a-feed"} for status in truth.feeds.values())
    counts = [
        f"Could not be read ({unread};",
        f"{len(truth.feeds)} feeds (",
        f" {len(truth.articles)} articles, {len(truth.stories)} stories, ",
        f" {len(wanted)} alerts, ",
    ]
    for words in counts:
        if words not in closing:
            yield f"the closing lines do not say {words!r}: {closing}"
    taken = _TAKEN.search(closing.partition(" Written:")[0])
    if taken is None or int(taken["minutes"] or 0) * 60 + int(taken["seconds"] or 0) >= LONGEST:
        yield f"the closing lines do not say that it took less than {LONGEST} s: {closing}"


def _file(path: Path, wanted: list[tuple[str, ExpectedStory]]) -> Iterator[str]:
    if not path.exists():
        yield f"{path} is not there"
        return
    events = [json.loads(line) for line in path.read_bytes().splitlines()]
    found = [
        (event["data"]["topic"]["id"], frozenset(member["url"] for member in event["data"]["members"]))
        for event in events
    ]
    expected = [(topic, frozenset(article.url for article in story.articles)) for topic, story in wanted]
    for pair in expected:
        if found.count(pair) != 1:
            yield f"{path} has {found.count(pair)} events on {pair[0]} with the articles {', '.join(sorted(pair[1]))}"
    if len(found) != len(expected):
        yield f"{path} has {len(found)} events, expected {len(expected)}"


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m tests.check_demo LOG OUTDIR\n")
        return 2
    log, out = Path(arguments[0]), Path(arguments[1])
    difference = next(check(log.read_text(encoding="utf-8"), out), None)
    if difference is not None:
        sys.stderr.write(f"demo: {difference}\n")
        return 1
    truth = expectations()
    alerts = sum(map(len, truth.alerts.values()))
    sys.stdout.write(
        f"demo: as expected: {len(truth.articles)} articles, {len(truth.stories)} stories, {alerts} alerts, "
        f"{len(truth.feeds)} feeds, {len(truth.dead_letters)} dead letters\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
