"""What an installation holds, in terms that can be compared between one that was disturbed and one that was not."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from pipeline.store.activity import rows_due
from pipeline.store.store import Store
from tests.arena import Arena
from tests.newsroom_truth import Found
from transforms.alerts.cloudevents import event_id, to_cloudevent

_TIMES = {"raised", "first_raised", "published"}


@dataclass(frozen=True)
class State:
    """Without times, because each installation has a newsroom of its own hour."""

    articles: dict[str, dict[str, Any]]
    """URL -> id, title, outlet, ledger."""
    memberships: dict[str, dict[str, Any]]
    """URL -> story, relation, score, reason, matched."""
    alerts: dict[str, dict[str, Any]]
    """Id -> content of the latest revision."""
    pairs: dict[str, tuple[str, str]]
    """Id of an open alert -> (topic, story)."""
    told: frozenset[tuple[str, frozenset[str], str]]
    """(topic, the story's articles now, name of its origin) of each open alert."""
    letters: dict[str, str]
    """Subject of a dead letter -> reason."""
    latest: frozenset[str]
    """Event ids of all alerts' latest revisions."""
    standing: dict[str, str]
    """Alert id -> the one that it was merged into, or nothing."""

    @classmethod
    def of(cls, store: Store) -> "State":
        found = Found.of(store)
        members = found.members()
        standing = [alert for alert in found.alerts if not alert.merged_into]
        origins = {story.id: story.origin.name if story.origin else "" for story in found.stories.values()}
        articles = {url: (stored.judged.article, stored.ledger) for url, stored in found.articles.items()}
        return cls(
            articles={
                url: {"id": article.id, "title": article.title, "outlet": article.outlet, "ledger": ledger}
                for url, (article, ledger) in articles.items()
            },
            memberships={
                url: {
                    "story": place.story_id,
                    "relation": place.relation.value,
                    "score": round(place.score, 3),
                    "reason": place.reason,
                    "matched": place.matched,
                }
                for url, place in found.places.items()
            },
            alerts={alert.id: _timeless(to_cloudevent(alert)["data"]) for alert in found.alerts},
            pairs={alert.id: (alert.topic, alert.story) for alert in standing},
            told=frozenset((a.topic, members.get(a.story, frozenset()), origins.get(a.story, "")) for a in standing),
            letters={kept.letter.subject: kept.letter.reason for kept in store.dead_letters.listed()},
            latest=frozenset(event_id(alert) for alert in found.alerts),
            standing={alert.id: alert.merged_into for alert in found.alerts},
        )


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _timeless(inner) for key, inner in value.items() if key not in _TIMES}
    return [_timeless(inner) for inner in value] if isinstance(value, list) else value


def same(undisturbed: State, disturbed: State) -> Iterator[str]:
    """A bounded run: everything is equal."""
    for name in ("articles", "memberships", "alerts", "pairs", "letters"):
        before: dict[str, Any] = getattr(undisturbed, name)
        after: dict[str, Any] = getattr(disturbed, name)
        for key in sorted(before.keys() | after.keys()):
            if before.get(key) != after.get(key):
                yield f"{name}: {key}: {_shown(after.get(key))}, undisturbed {_shown(before.get(key))}"


def same_news(undisturbed: State, disturbed: State) -> Iterator[str]:
    """A stream: the same articles, and the same (topic, set of members, origin)."""
    for url in sorted(undisturbed.articles.keys() ^ disturbed.articles.keys()):
        yield f"articles: {url}: {'lost' if url in undisturbed.articles else 'unexpected'}"
    for topic, urls, origin in sorted(undisturbed.told - disturbed.told, key=str):
        yield f"alerts: none on {topic} by {origin} with {sorted(urls)}"
    for topic, urls, origin in sorted(disturbed.told - undisturbed.told, key=str):
        yield f"alerts: unexpected on {topic} by {origin} with {sorted(urls)}"
    if undisturbed.letters != disturbed.letters:
        yield f"letters: {_shown(disturbed.letters)}, undisturbed {_shown(undisturbed.letters)}"


def kept(here: Arena, store: Store, state: State, told_before: set[str]) -> Iterator[str]:
    """What must hold after any fault: nothing left, nothing lost on its way out, nothing told in two ways.

    Args:
        here: the installation.
        store: its store.
        state: what that holds.
        told_before: event ids that had come to the desk before the fault.
    """
    counts, due = store.reading.counts(), store.reading.next_due()
    if "taken" in counts.rows:
        yield f"inbox: {counts.rows['taken']} rows are still taken"
    if waiting := rows_due(store.database):
        yield f"inbox: {waiting} rows are still pending, the next thing is due at {due}"
    if left := {state: count for state, count in counts.deliveries.items() if state not in {"delivered", "superseded"}}:
        yield f"outbox: {left}"
    bodies = here.desk.bodies()
    for event in sorted(state.latest - bodies.keys()):
        yield f"desk: {event} never came"
    for event, received in bodies.items():
        if len(set(received)) > 1:
            yield f"desk: {event} came with {len(set(received))} contents"
    for alert in sorted({event.rpartition(".")[0] for event in told_before}):
        if alert not in state.standing:
            yield f"desk: alert {alert} was delivered before the fault and is not known any more"
    for alert, survivor in state.standing.items():
        if survivor and state.standing.get(survivor, "gone"):
            yield f"alerts: {alert} was merged into {survivor}, which does not stand"
    for pair, count in Counter(state.pairs.values()).items():
        if count > 1:
            yield f"alerts: {count} open ones on {pair}"
    written = [msgspec.json.decode(line)["id"] for line in here.alerts.read_bytes().splitlines()]
    for event, count in Counter(written).items():
        if count > 1:
            yield f"file: {event} stands there {count} times"
    for event in sorted(state.latest - set(written)):
        yield f"file: {event} was never written"


def _shown(value: Any) -> str:
    return "nothing" if value is None else msgspec.json.encode(value).decode()[:400]
