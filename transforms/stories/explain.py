"""Why two articles are, or are not, one story: each signal with its weight, in words."""

from transforms.config import StoriesConfig
from transforms.model import Judged, Record, Relation, Signal
from transforms.stories.affinity import crowd
from transforms.stories.decide import score_of
from transforms.stories.likeness import pair_likeness
from transforms.stories.memory import StoriesMemory
from transforms.stories.reasons import reason_of, signals_of
from transforms.stories.relation import relation

USUAL_CROWD = 0.08
"""How crowded an article's surroundings usually are; used where no memory shows them."""


class Explanation(Record, frozen=True):
    """A verdict on two articles."""

    together: bool
    score: float
    """From .5 on the two alone would be one story."""
    needed: float
    relation: Relation
    signals: tuple[Signal, ...]
    verdict: str


def explain(a: Judged, b: Judged, memory: StoriesMemory | None = None) -> Explanation:
    """Compare two articles as the story decision would; a memory shows how crowded their topic is and its words."""
    held = memory or StoriesMemory(StoriesConfig())
    earlier, later = sorted((a, b), key=lambda one: (one.article.published, one.article.id))
    alike = pair_likeness(earlier, later, held)
    needed = held.weights.needed.joining + held.config.same_event
    crowds = [_crowd(one.article.id, memory) for one in (earlier, later)]
    fit = alike.value - sum(crowds) / 2
    if abs(a.article.published - b.article.published) > held.config.window:
        return Explanation(
            together=False,
            score=0.0,
            needed=0.5,
            relation=relation(alike.theirs, alike.mine),
            signals=(),
            verdict="two stories: published further apart than the window",
        )
    together = fit >= needed
    signals = signals_of(later.fingerprint, alike, held.index, held.weights)
    score = score_of(fit, needed)
    return Explanation(
        together=together,
        score=score,
        needed=0.5,
        relation=relation(alike.theirs, alike.mine),
        signals=signals,
        verdict=_verdict(signals, score, together=together),
    )


def _verdict(signals: tuple[Signal, ...], score: float, *, together: bool) -> str:
    if together:
        return f"one story ({score:.2f}, needs 0.50): {reason_of(signals)}"
    shared = ", ".join(signal.name for signal in signals)
    return f"two stories ({score:.2f}, needs 0.50): {f'a little alike in {shared}' if shared else 'nothing in common'}"


def _crowd(article_id: str, memory: StoriesMemory | None) -> float:
    if memory is None or memory.article(article_id) is None:
        return USUAL_CROWD
    return crowd(memory.ranked(article_id), "", memory)
