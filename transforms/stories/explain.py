"""Why two articles are, or are not, one story: each signal with its weight, in words."""

from transforms.config import StoriesConfig
from transforms.model import Judged, Record, Relation, Signal
from transforms.stories.decide import NEEDED, _pair_scores
from transforms.stories.memory import StoriesMemory
from transforms.stories.relation import relation
from transforms.stories.similarity import SIGNALS, similarities


class Explanation(Record):
    """A verdict on two articles."""

    together: bool
    score: float
    needed: float
    relation: Relation
    signals: tuple[Signal, ...]
    verdict: str


def explain(a: Judged, b: Judged, memory: StoriesMemory | None = None) -> Explanation:
    """Compare two articles as the story decision would; with a memory, its word counts are used."""
    memory = memory or StoriesMemory(StoriesConfig())
    earlier, later = sorted((a, b), key=lambda one: (one.article.published, one.article.id))
    profiles = memory.profile(earlier), memory.profile(later)
    values = similarities(profiles[1], [profiles[0]], memory.index)
    score = float(_pair_scores(values)[0])
    needed = NEEDED + memory.config.same_event
    signals = tuple(Signal(name=name, value=round(value, 3)) for name, value in zip(SIGNALS, values[0], strict=True))
    return Explanation(
        together=score >= needed,
        score=score,
        needed=needed,
        relation=relation(*profiles),
        signals=signals,
        verdict=f"{'one story' if score >= needed else 'two stories'}: {score:.2f}, needs {needed:.2f}",
    )
