"""`wirewatch extract`: saved pages to text and metadata."""

import shutil
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from pipeline.cli.output import CommandFailed, emit_json, settings_of, tell
from transforms.articles.files import ReadFile, extract_file
from transforms.articles.pages import UnreadablePage
from transforms.config import ExtractionConfig
from transforms.workers import WorkerDied, WorkerPool, WorkerTimedOut, shared_pool

KEYS = ("text", "title", "published", "modified", "authors", "outlet", "canonical_url", "lang", "links")
"""Of each object that is printed, with `file`, and `error` for a page that cannot be read."""
STDIN = Path("-")
_AHEAD = 2
"""Pages outstanding a worker."""
_TOLD_EVERY = 50


@click.command()
@click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
)
@click.option("--url", default="", help="Where the page was saved from: its relative links and canonical link need it.")
@click.option(
    "--settings",
    "settings_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Deadline and caps as these settings say.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs: always so.")
def command(files: tuple[Path, ...], url: str, settings_path: Path | None, *, as_json: bool) -> None:
    """Print one JSON object a page, in the order of FILE...; "-" is standard input.

    Its keys: file, text, title, published and modified (ISO 8601, UTC, or null), authors, outlet, canonical_url, lang,
    links; and error for a page that cannot be read.

    Example: wirewatch extract page.html --url https://example.org/2025/news.html
    """
    del as_json
    config = settings_of(settings_path).extraction if settings_path else ExtractionConfig()
    with ExitStack() as stack:
        places = [_on_disk(file, stack) for file in files]
        pool = shared_pool(config.workers, config.memory)
        for number, (file, reading) in enumerate(_readings(files, places, url, config, pool), 1):
            emit_json({"file": str(file), **_told(reading, config)})
            sys.stdout.flush()
            if number % _TOLD_EVERY == 0:
                tell(f"{number:,} of {len(files):,} pages read")


def _on_disk(file: Path, stack: ExitStack) -> Path:
    if file != STDIN:
        return file
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wirewatch-extract-")))
    try:
        with (folder / "stdin").open("wb") as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy)
    except OSError as error:
        raise CommandFailed(f"standard input cannot be read: {error.strerror}; save it to a file first") from error
    return folder / "stdin"


def _readings(
    files: Sequence[Path], places: Sequence[Path], url: str, config: ExtractionConfig, pool: WorkerPool
) -> Iterator[tuple[Path, "Future[ReadFile]"]]:
    """Each file with its page under way, never more of them than keep the workers busy."""
    under_way: deque[tuple[Path, Future[ReadFile]]] = deque()
    for file, place in zip(files, places, strict=True):
        reading = pool.submit(extract_file, place, url, config, time.time(), deadline=config.deadline)
        under_way.append((file, reading))
        if len(under_way) > _AHEAD * pool.size:
            yield under_way.popleft()
    yield from under_way


def _told(reading: "Future[ReadFile]", config: ExtractionConfig) -> dict[str, Any]:
    try:
        page = reading.result()
    except Exception as error:  # noqa: BLE001 - whatever a page can make its reader raise is said of that page
        return _nothing(_reason(error, config))
    found: dict[str, Any] = {key: getattr(page, key) for key in KEYS}
    return found | {"published": _moment(page.published), "modified": _moment(page.modified)}


def _nothing(error: str) -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(KEYS, "")
    return empty | {"published": None, "modified": None, "authors": [], "links": [], "error": error}


def _reason(error: Exception, config: ExtractionConfig) -> str:
    match error:
        case UnreadablePage(reason=reason, message=message):
            return f"{reason}: {message}"
        case WorkerTimedOut():
            return f"timeout: not read within {config.deadline:g} s; raise extraction.deadline if it is not hostile"
        case WorkerDied(reason=died):
            return f"worker-killed: {died}; raise extraction.memory if the page is not hostile"
        case OSError():
            return f"unreadable: {error.strerror or error}; see that the file may be read"
        case _:
            return f"extract-failed: {type(error).__name__}: {error}"


def _moment(seconds: float | None) -> str | None:
    """ISO 8601, UTC, to the second; None also for what no calendar has."""
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return None
