"""One topic's judgement of a story, from its judgements of the story's articles."""

from collections.abc import Iterable

from transforms.model import Evidence, Relevance

MEANING = "meaning"
MOST = 20
"""Pieces of evidence kept of a story's."""
_FIELDS = {"title": 0, "lead": 1, "text": 2, MEANING: 3}


def merge_relevance(judgements: Iterable[Relevance]) -> Relevance:
    """One topic's judgements of a story's articles as one: relevant when one article is.

    Evidence comes from the relevant articles, its counts added up (of a meaning, the first stands for all), titles
    first, then leads, then texts, the frequent before the rare.

    Raises:
        ValueError: no judgement, or of two topics.
    """
    rows = list(judgements)
    if len({row.topic for row in rows}) != 1:
        raise ValueError(f"judgements of one topic are merged, not of {sorted({row.topic for row in rows})!r}")
    relevant = [row for row in rows if row.relevant]
    found: dict[tuple[str, str], Evidence] = {}
    for row in relevant:
        for piece in row.evidence:
            key = (piece.what, piece.field)
            known = found.get(key)
            if known is None:
                found[key] = piece
            elif piece.field != MEANING:
                found[key] = Evidence(
                    known.what, known.field, known.count + piece.count, known.snippet or piece.snippet
                )
    ranked = sorted(found.values(), key=lambda e: (_FIELDS.get(e.field, len(_FIELDS)), -e.count, e.what))
    score = max(row.score for row in relevant or rows)
    return Relevance(rows[0].topic, bool(relevant), score, tuple(ranked[:MOST]))


def merge_by_topic(articles: Iterable[Iterable[Relevance]]) -> dict[str, Relevance]:
    """Each article's judgements -> topic id -> the story's judgement."""
    by_topic: dict[str, list[Relevance]] = {}
    for judgements in articles:
        for judgement in judgements:
            by_topic.setdefault(judgement.topic, []).append(judgement)
    return {topic: merge_relevance(rows) for topic, rows in by_topic.items()}
