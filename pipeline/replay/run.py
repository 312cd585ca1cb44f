"""A replay: saved articles decided in order, chunk by chunk, on the same graph and into the same kind of store."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.launch import run_chunk
from pipeline.parts import Parts
from pipeline.replay.held import deliver_held
from pipeline.replay.lines import LineRef, Survey, raw_line, read_articles, survey
from pipeline.replay.outputs import (
    ALERTS,
    ARTICLES,
    DEAD_LETTERS,
    OUTPUTS,
    STORIES,
    Told,
    article_line,
    letter_line,
    story_lines,
    told,
    write_lines,
)
from pipeline.runs import SHARDS
from pipeline.settings.settings import Settings
from pipeline.store.store import Store, StoreAddress
from transforms.config import SinkConfig
from transforms.model import DeadLetter, Record

STEP = "Replay"


@dataclass(frozen=True)
class ReplayRequest:
    """What to replay, and how.

    Args:
        articles: the input, JSON lines.
        out: folder for what it writes.
        settings: how stories, alerts and outlets are treated; its feeds and sinks do not count.
        topics: topics file; None: no topics.
        store: where to decide; None: a temporary store.
        alert: raise alerts, into out/alerts.jsonl.
        by_published: decide in order of publication instead of input order.
        chunk: articles a run of the graph.
        beam_args: Beam's options.
    """

    articles: Path
    out: Path
    settings: Settings
    topics: Path | None = None
    store: StoreAddress | None = None
    alert: bool = False
    by_published: bool = False
    chunk: int = 2000
    beam_args: Sequence[str] = ()


class ReplayReport(Record, frozen=True):
    """What a replay did."""

    lines: int
    articles: int
    stories: int
    alerts: int
    bad_lines: int
    dead_letters: int
    out: str


def replay(request: ReplayRequest, command: str, now: float, progress: Callable[[int, int], None]) -> ReplayReport:
    """Run a replay and write its files.

    Args:
        request: what to replay.
        command: for others that want the same store.
        now: publication time of first lines that have none.
        progress: told (lines done, lines in all).

    Raises:
        StoreError: the store cannot be had, or another process owns it.
        SinkError: alerts.jsonl cannot be written.
        OSError: the input cannot be read, or another output cannot be written.
    """
    surveyed = survey(request.articles, now, by_published=request.by_published)
    with _owned_store(request, command) as (store, own_parts):
        request.out.mkdir(parents=True, exist_ok=True)
        parts = _with_sink(own_parts, request, surveyed)
        try:
            if request.alert:
                parts.open_sink(ALERTS)  # makes the file, or says at once why it cannot
            store.dead_letters.record(_bad_lines(request.articles, surveyed.refs, now))
            _decide(request, parts, surveyed.refs, progress)
            if request.alert:
                deliver_held(store, parts.open_sink(ALERTS), ALERTS, parts.owner)
            return _write(request, store, parts, surveyed.refs, now)
        finally:
            parts.close()


@contextmanager
def _owned_store(request: ReplayRequest, command: str) -> Iterator[tuple[Store, Parts]]:
    with ExitStack() as stack:
        address = request.store
        if address is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="wirewatch-replay-"))
            address = StoreAddress(f"sqlite:///{folder}/replay.db", durable=False)
            for name in OUTPUTS:
                (request.out / name).unlink(missing_ok=True)
        store = address.open()
        stack.callback(address.close)
        ownership = stack.enter_context(store.owners.own(SHARDS, command))
        yield store, Parts(request.settings, address, ownership.owner, topics=request.topics)


def _with_sink(parts: Parts, request: ReplayRequest, surveyed: Survey) -> Parts:
    sink = SinkConfig(name=ALERTS, kind="jsonl", path=str(request.out / ALERTS))
    return parts.for_replay((sink,) if request.alert else (), surveyed.outlets)


def _bad_lines(path: Path, refs: Sequence[LineRef], now: float) -> list[DeadLetter]:
    return [
        DeadLetter(
            step=STEP,
            reason="bad-line",
            message=f"{path}:{ref.number}: {ref.error}",
            subject=f"{path}:{ref.number}",
            input=raw_line(path, ref),
            first_seen=now,
            last_seen=now,
        )
        for ref in refs
        if ref.error
    ]


def _decide(
    request: ReplayRequest, parts: Parts, refs: Sequence[LineRef], progress: Callable[[int, int], None]
) -> None:
    good = sorted((ref for ref in refs if not ref.error), key=lambda ref: ref.rank)
    for start in range(0, len(good), request.chunk):
        progress(start, len(good))
        chunk = good[start : start + request.chunk]
        run_chunk(parts, list(read_articles(request.articles, chunk)), request.beam_args)
    progress(len(good), len(good))


def _write(request: ReplayRequest, store: Store, parts: Parts, refs: Sequence[LineRef], began: float) -> ReplayReport:
    places, decided = store.reading.places(), parts.decided_lines()
    stories = {story.id: story for story in store.reading.all_stories()}
    # A store that stays may hold letters of others: this replay's are those seen since it began.
    letters = [kept.letter for kept in store.dead_letters.listed() if kept.letter.last_seen >= began]
    failed = {letter.subject: letter.message for letter in letters}
    ids, errors = _outcomes(request.articles, refs, decided, failed)
    wanted = set(ids.values())
    outlets = parts.outlets()
    articles = {
        stored.judged.article.id: told(stored, outlets)
        for stored in store.reading.export_articles()
        if stored.judged.article.id in wanted
    }

    def lines() -> Iterator[object]:
        for ref in refs:
            article_id = ids.get(ref.number, "")
            error = errors.get(ref.number, "")
            yield article_line(ref, articles.get(article_id), places.get(article_id), stories, error)

    members: dict[str, list[Told]] = {}
    for article in articles.values():
        members.setdefault(places[article.id].story_id, []).append(article)
    placed = {place.placed for article_id, place in places.items() if article_id in articles}
    kept = [story for story in stories.values() if story.id in members or story.id in placed]
    write_lines(request.out / ARTICLES, lines())
    write_lines(request.out / STORIES, story_lines(kept, members))
    write_lines(request.out / DEAD_LETTERS, (letter_line(letter) for letter in letters))
    return ReplayReport(
        lines=len(refs),
        articles=len(articles),
        stories=len(members),
        alerts=store.reading.counts().alerts if request.alert else 0,
        bad_lines=sum(bool(ref.error) for ref in refs),
        dead_letters=len(letters),
        out=str(request.out),
    )


def _outcomes(
    path: Path, refs: Sequence[LineRef], decided: Mapping[int, str], failed: Mapping[str, str]
) -> tuple[dict[int, str], dict[int, str]]:
    """Line number -> article id; line number -> why it is none."""
    ids = {ref.number: decided[ref.rank] for ref in refs if ref.rank in decided and not ref.error}
    errors = {ref.number: ref.error for ref in refs if ref.error}
    lost = [ref for ref in refs if ref.number not in ids and ref.number not in errors]
    for ref, article in zip(lost, read_articles(path, lost), strict=True):
        if article.url in failed:
            errors[ref.number] = failed[article.url]
        else:  # decided in another process, by a runner of the person's own
            ids[ref.number] = article.id
    return ids, errors
