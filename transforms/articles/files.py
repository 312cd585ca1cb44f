"""A saved page read on its own, for people: what `wirewatch extract` prints."""

from pathlib import Path

from transforms.articles.dates import plausible
from transforms.articles.extract import extract
from transforms.articles.pages import UnreadablePage
from transforms.config import ExtractionConfig
from transforms.model import Link, Record, Seconds


class ReadFile(Record, frozen=True):
    """One page as read; the fields of the `extract` command's JSON."""

    text: str
    title: str
    published: Seconds | None
    modified: Seconds | None
    authors: tuple[str, ...]
    outlet: str
    canonical_url: str
    lang: str
    links: tuple[Link, ...]
    mark: str = ""
    """paywall where only the part before a wall could be read."""


def extract_file(
    path: Path, url: str = "", config: ExtractionConfig | None = None, now: float | None = None
) -> ReadFile:
    """Read a saved page; pure but for reading the file, and made to run in a worker.

    Args:
        path: of the file.
        url: where it was saved from, for relative links and the canonical link; "" where unknown.
        config: caps.
        now: dates after it are left out; None: they stay.

    Raises:
        UnreadablePage: with a reason code.
        OSError: where the file cannot be read.
    """
    page = extract(path.read_bytes(), url, config=config)
    published = page.published
    if published is not None and now is not None and plausible(published, now) != published:
        published = None
    return ReadFile(
        text=page.text,
        title=page.title,
        published=published,
        modified=page.modified,
        authors=page.authors,
        outlet=page.outlet,
        canonical_url=page.canonical_url,
        lang=page.lang,
        links=page.links,
        mark=page.mark,
    )


__all__ = ["ReadFile", "UnreadablePage", "extract_file"]
