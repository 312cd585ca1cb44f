"""The newsroom's outlets and stories as written in fixtures/newsroom: records, and their reading from TOML."""

import re
import tomllib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from pipeline.bundled import bundled

FeedFormat = Literal["rss", "atom", "rdf", "moved", "gone", "html"]
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


class _Spec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of what is written in the files: a key that is not known is a mistake."""


class FeedSpec(_Spec, frozen=True):
    """A feed's address at its outlet, and how it answers."""

    path: str
    format: FeedFormat
    sections: tuple[str, ...] = ()
    """Sections whose articles it lists; empty: all."""
    target: str = ""
    """Where a moved feed is now, or which feed an HTML page points to."""
    content: bool = False
    """Entries carry the whole text beside the summary."""
    listed: bool = True
    """Part of the list of feeds a person follows; a moved feed's target is not."""


class Outlet(_Spec, frozen=True):
    """One site: its name, address, feeds, page template and the furniture around its articles."""

    id: str
    name: str
    lang: str
    template: str
    feeds: tuple[FeedSpec, ...]
    nav: tuple[str, ...]
    promos: tuple[str, ...]
    """Sidebar texts that belong to no article."""
    newsletter: str
    cookies: str = ""
    tail: tuple[str, ...] = ()
    """Paragraphs that the outlet hangs under every article's text."""
    query: str = ""
    """Tracking parameters that its feed puts behind each link."""
    robots: str = "User-agent: *\nAllow: /\n"
    utc_offset: float = 0.0
    """Hours by which its dates are written."""
    charset: str = "utf-8"

    @property
    def host(self) -> str:
        return f"{self.id}.newsroom"

    @property
    def site(self) -> str:
        return f"http://{self.host}"


class Edit(_Spec, frozen=True):
    """What changes in an article once it is edited."""

    headline: str = ""
    replace: tuple[tuple[str, str], ...] = ()


class Block(NamedTuple):
    """A paragraph or a heading of an article's text."""

    kind: Literal["p", "h2"]
    words: str
    """Plain text."""
    parts: tuple[tuple[str, str], ...]
    """(text, link or "") in order."""


class ArticleSpec(_Spec, frozen=True):
    """One article as an outlet publishes it."""

    outlet: str
    path: str
    offset: float
    """Minutes before the newsroom's start at which it was published."""
    headline: str
    relation: str
    """How it stands to its story: first, copy, near-copy, rewrite, same-event ("copy | near-copy": either is right);
    empty: it is never read."""
    text: str = ""
    copy_of: str = ""
    """Outlet of the same story whose text it takes over."""
    paragraphs: int = 0
    """How many paragraphs of that text it keeps; 0: all."""
    replace: tuple[tuple[str, str], ...] = ()
    """Changes it makes in that text."""
    authors: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    summary: str = ""
    """For the feed; empty: the first paragraph."""
    canonical: str = ""
    """Canonical link of its page; empty: its own address."""
    status: int = 200
    trap: bool = False
    """The page hangs an extractor until it is repaired."""
    edit: Edit | None = None
    credits: tuple[str, ...] = ()
    """Outlets and agencies its text names as where the report comes from."""
    story: str = ""
    """Set on reading."""
    lang: str = ""
    """Set on reading."""

    @property
    def id(self) -> str:
        return f"{self.story}.{self.outlet}"


class Expect(_Spec, frozen=True):
    """What the pipeline is to find out about a story."""

    topics: tuple[str, ...] = ()
    """Topics some article of it is relevant to."""
    alerts: tuple[str, ...] = ()
    """Topics that raise an alert on it."""
    origin: str = ""
    """Name of the outlet or agency that reported first; empty: its first article's outlet."""
    independent_origins: tuple[str, ...] = ()
    follows: str = ""
    """Story that it follows up without being it."""
    apart_from: tuple[str, ...] = ()
    """Stories it resembles and must not join."""
    why: str = ""


class StorySpec(_Spec, frozen=True, kw_only=True):
    """A story: everything that the outlets publish on one event."""

    about: str
    lang: str = "en"
    expect: Expect = Expect()
    articles: tuple[ArticleSpec, ...]
    id: str = ""
    """The file's name."""


def blocks(text: str) -> tuple[Block, ...]:
    """Split an article's text as written: blank lines between paragraphs, "## " before a heading, [words](link)."""
    return tuple(_block(" ".join(piece.split())) for piece in re.split(r"\n\s*\n", text.strip()) if piece.strip())


def _block(piece: str) -> Block:
    kind: Literal["p", "h2"] = "h2" if piece.startswith("## ") else "p"
    piece = piece.removeprefix("## ")
    parts: list[tuple[str, str]] = []
    end = 0
    for link in _LINK.finditer(piece):
        parts += [(piece[end : link.start()], ""), (link[1], link[2])]
        end = link.end()
    parts.append((piece[end:], ""))
    return Block(kind, "".join(words for words, _ in parts), tuple(part for part in parts if part[0]))


class Landscape(msgspec.Struct, frozen=True, dict=True):
    """All outlets and stories."""

    outlets: dict[str, Outlet]
    stories: dict[str, StorySpec]

    @cached_property
    def articles(self) -> dict[str, ArticleSpec]:
        """All articles by id, newest last."""
        every = (article for story in self.stories.values() for article in story.articles)
        return {article.id: article for article in sorted(every, key=lambda article: (-article.offset, article.id))}

    @cached_property
    def hosts(self) -> dict[str, Outlet]:
        return {outlet.host: outlet for outlet in self.outlets.values()}

    @cached_property
    def pages(self) -> dict[tuple[str, str], ArticleSpec]:
        """Articles by (outlet, path)."""
        return {(article.outlet, article.path): article for article in self.articles.values()}

    def url(self, article: ArticleSpec) -> str:
        return self.outlets[article.outlet].site + article.path

    def feeds(self) -> Iterator[tuple[Outlet, FeedSpec]]:
        """The feeds that a person follows, in order."""
        for outlet in self.outlets.values():
            for feed in outlet.feeds:
                if feed.listed:
                    yield outlet, feed

    def forbidden(self, article: ArticleSpec) -> bool:
        """Do the outlet's robots rules forbid the page? They are written as plain prefixes."""
        rules = re.findall(r"(?m)^Disallow: (\S+)$", self.outlets[article.outlet].robots)
        return any(article.path.startswith(rule) for rule in rules)

    def source_text(self, article: ArticleSpec) -> str:
        """The article's text as written or as taken over from another outlet, without the outlet's tail."""
        text = article.text
        if article.copy_of:
            text = self.source_text(self.articles[f"{article.story}.{article.copy_of}"])
            kept = re.split(r"\n\s*\n", text.strip())[: article.paragraphs or None]
            text = "\n\n".join(kept)
        for old, new in article.replace:
            if old not in text:
                raise ValueError(f"{article.id}: nothing to replace, {old!r} is not in its text")
            text = text.replace(old, new)
        return text


def load(folder: Path | None = None) -> Landscape:
    """Read the newsroom's files.

    Args:
        folder: holds outlets.toml and stories/*.toml; None: the bundled newsroom.

    Raises:
        ValueError: a file has an unknown key, or names an unknown outlet; the message names the file.
    """
    folder = folder or bundled("fixtures") / "newsroom"
    outlets = {outlet.id: outlet for outlet in _convert(folder / "outlets.toml", _Outlets).outlets}
    stories: dict[str, StorySpec] = {}
    for path in sorted((folder / "stories").glob("*.toml")):
        story = _convert(path, StorySpec)
        for article in story.articles:
            if article.outlet not in outlets:
                raise ValueError(f"{path}: no outlet is called {article.outlet!r}; add it to outlets.toml")
        articles = tuple(
            msgspec.structs.replace(article, story=path.stem, lang=story.lang) for article in story.articles
        )
        stories[path.stem] = msgspec.structs.replace(story, id=path.stem, articles=articles)
    return Landscape(outlets, stories)


class _Outlets(_Spec, frozen=True):
    outlets: tuple[Outlet, ...]


def _convert(path: Path, kind: type[Any]) -> Any:
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), kind)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"{path}: {error}") from error
