"""The whole graph on one page: the road an article takes, as docs/architecture.md draws it."""

from dataclasses import dataclass

import apache_beam as beam

from pipeline.parts import Parts
from transforms.alerts.step import DeliverAlerts
from transforms.articles.step import ExtractArticles
from transforms.dead_letters import RecordDeadLetters
from transforms.feeds.ports import Shard
from transforms.feeds.step import FollowFeeds
from transforms.model import Article, DeadLetter, DeliveryResult, Judged, Outcome
from transforms.stories.decide_step import DecideStories
from transforms.stories.fingerprint_step import FingerprintArticles
from transforms.topics.step import JudgeRelevance

PASS_PATIENCE = 60.0
STREAM_PATIENCE = 2.0
"""Seconds that a bundle waits for a slow sink; what is not answered then is recorded when it is."""


@dataclass
class Results:
    """What a graph leaves for its launcher to count; the store has it all."""

    outcomes: beam.PCollection[Outcome]
    deliveries: beam.PCollection[DeliveryResult]
    dead_letters: beam.PCollection[DeadLetter]


def watch(pipeline: beam.Pipeline, parts: Parts, shards: list[Shard], *, bounded: bool) -> Results:
    """From feeds to alerts: a bounded pass, or without end."""
    followed = (
        pipeline
        | "Shards" >> beam.Create(shards, reshuffle=False)
        | "FollowFeeds" >> FollowFeeds(parts.open_follower, bounded=bounded)
    )
    pages = followed.main
    if not bounded:  # spread the pages over the workers; in a pass, fetching and extraction stay fused and overlap
        pages = pages | "SpreadPages" >> beam.Reshuffle()
    extracted = pages | "ExtractArticles" >> ExtractArticles(parts.settings.extraction)
    decided = _decide(extracted.main, parts)
    delivered = _deliver([decided.due, followed.due], parts, PASS_PATIENCE if bounded else STREAM_PATIENCE)
    return _results(decided, delivered, [followed.dead, extracted.dead], parts)


def replay(pipeline: beam.Pipeline, parts: Parts, articles: list[Article]) -> Results:
    """From saved articles to alerts: one chunk of a replay."""
    decided = _decide(pipeline | "Articles" >> beam.Create(articles, reshuffle=False), parts)
    _ = decided.outcomes | "NoteLines" >> beam.Map(parts.note_line).with_output_types(Outcome)
    delivered = _deliver([decided.due], parts, PASS_PATIENCE)
    return _results(decided, delivered, [], parts)


@dataclass
class _Decided:
    outcomes: beam.PCollection[Outcome]
    due: beam.PCollection[tuple[str, str]]
    dead: list[beam.PCollection[DeadLetter]]


def _decide(articles: beam.PCollection[Article], parts: Parts) -> _Decided:
    fingerprinted = articles | "FingerprintArticles" >> FingerprintArticles(parts.outlets)
    judged = fingerprinted.main | "JudgeRelevance" >> JudgeRelevance(parts.current_topics)
    outcomes = (
        judged.main
        | "KeyByLedger" >> beam.Map(parts.keyed_by_ledger).with_output_types(tuple[str, Judged])
        | "DecideStories" >> DecideStories(parts.open_ledger, parts.settings.stories.wave)
    )
    due = outcomes | "DueSinks" >> beam.FlatMap(_due_sinks).with_output_types(tuple[str, str])
    return _Decided(outcomes, due, [fingerprinted.dead, judged.dead])


def _deliver(due: list[beam.PCollection[tuple[str, str]]], parts: Parts, patience: float) -> beam.pvalue.DoOutputsTuple:
    flat = due | "Due" >> beam.Flatten()
    return flat | "DeliverAlerts" >> DeliverAlerts(
        parts.open_outbox, parts.open_sink, owner=parts.owner, max_tries=parts.max_tries(), patience=patience
    )


def _results(
    decided: _Decided,
    delivered: beam.pvalue.DoOutputsTuple,
    dead: list[beam.PCollection[DeadLetter]],
    parts: Parts,
) -> Results:
    letters = [*dead, *decided.dead, delivered.dead] | "DeadLetters" >> beam.Flatten()
    return Results(
        outcomes=decided.outcomes,
        deliveries=delivered.main,
        dead_letters=letters | "RecordDeadLetters" >> RecordDeadLetters(parts.record_dead_letters),
    )


def _due_sinks(outcome: Outcome) -> list[tuple[str, str]]:
    return [(outcome.ledger, sink) for sink in outcome.sinks]
