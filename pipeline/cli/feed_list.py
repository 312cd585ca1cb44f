"""Feeds added to a person's feeds file: everything that stands there, its formatting too, stays as it is."""

import contextlib
import fcntl
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from xml.sax.saxutils import quoteattr

from lxml import etree

from pipeline.settings.errors import SettingsError, complaint
from pipeline.settings.feeds import load_feeds, same_url
from transforms.model import Feed

_OPML_NAMES = frozenset((".opml", ".xml"))
_NEW_OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0">
  <head>
    <title>Feeds</title>
  </head>
  <body>
  </body>
</opml>
"""
_STEP = "  "
"""Of indentation."""
_BODY_END = re.compile(r"</(?:[\w.-]+:)?body\s*>", re.IGNORECASE)
_BODY_EMPTY = re.compile(r"<((?:[\w.-]+:)?body)\b([^<>]*)/>", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)


def add_to_list(path: Path, feed: Feed, title: str = "") -> bool:
    """Write a feed into the feeds file; False: it is on the list already. See add_all.

    Args:
        path: OPML, or a plain list of one URL a line.
        feed: its URL, and the person's name for it or "".
        title: the feed's own; OPML, which needs some text, gets it where the person gives no name.
    """
    return bool(add_all(path, [feed], {feed.url: title}))


def add_all(path: Path, feeds: Sequence[Feed], titles: Mapping[str, str] | None = None) -> list[Feed]:
    """Write feeds into the feeds file, which is made where there is none; those that were not on the list.

    OPML keeps tags, as outlines around the feed, and its own pace; a plain list cannot.

    Args:
        path: OPML, or a plain list of one URL a line.
        feeds: each URL once.
        titles: by URL, the feeds' own titles, for those without name.

    Raises:
        SettingsError: the file is wrong as it stands, or a feed cannot be put into it; nothing is changed.
        OSError: it cannot be written.
    """
    path = path.resolve()
    with _only_writer(path.parent):
        known = load_feeds(path) if path.exists() else ()
        listed = {same_url(feed.url) for feed in known}
        new = [feed for feed in feeds if same_url(feed.url) not in listed]
        if not new:
            return []
        content = path.read_bytes() if path.exists() else None
        if is_opml(path):
            written = _with_outlines(path, content or _NEW_OPML.encode(), outlines(new, titles or {}))
        else:
            written = _with_lines(content, new)
        _replace(path, written, (*known, *new))
    return new


def is_opml(path: Path) -> bool:
    """Is the feeds file OPML, or will it be? A plain list is the other way."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        if start := file.read(64):
            return start.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<")
    return path.suffix.lower() in _OPML_NAMES


def outlines(feeds: Sequence[Feed], titles: Mapping[str, str]) -> list[str]:
    """Feeds as OPML outlines, a line each: those with the same tags together, in an outline a tag.

    Args:
        feeds: to be written.
        titles: by URL, for those without a name of their own.
    """
    lines: list[str] = []
    by_tags: dict[tuple[str, ...], list[Feed]] = {}
    for feed in feeds:
        by_tags.setdefault(feed.tags, []).append(feed)
    open_tags: tuple[str, ...] = ()
    for tags in sorted(by_tags):
        shared = _shared(open_tags, tags)
        lines += [f"{_STEP * depth}</outline>" for depth in reversed(range(shared, len(open_tags)))]
        lines += [f"{_STEP * depth}<outline text={quoteattr(tags[depth])}>" for depth in range(shared, len(tags))]
        lines += [f"{_STEP * len(tags)}{_outline(feed, titles.get(feed.url, ''))}" for feed in by_tags[tags]]
        open_tags = tags
    return lines + [f"{_STEP * depth}</outline>" for depth in reversed(range(len(open_tags)))]


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    return next(
        (at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other))
    )


def _outline(feed: Feed, title: str) -> str:
    every = "" if feed.every is None else f" every={quoteattr(_pace(feed.every))}"
    name = _printable(feed.name or title) or feed.url
    return f'<outline type="rss" text={quoteattr(name)} xmlUrl={quoteattr(feed.url)}{every}/>'


def _printable(text: str) -> str:
    """Without what XML cannot hold: the titles of feeds may be anything."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def _pace(seconds: float) -> str:
    """As a person would write it: "15m"; else the seconds."""
    for unit, name in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds % unit == 0:
            return f"{int(seconds // unit)}{name}"
    return f"{seconds:f}".rstrip("0").rstrip(".")


def _with_lines(content: bytes | None, feeds: Sequence[Feed]) -> bytes:
    content = content or b""
    end = b"\r\n" if b"\r\n" in content else b"\n"
    between = end if content and not content.endswith(b"\n") else b""
    # behind a blank, # begins a comment
    names = [re.sub(r"(^|\s)#+", r"\1", feed.name) for feed in feeds]
    lines = [f"{feed.url} {name}".rstrip().encode() + end for feed, name in zip(feeds, names, strict=True)]
    return content + between + b"".join(lines)


def _with_outlines(path: Path, content: bytes, lines: Sequence[str]) -> bytes:
    """The outlines stand last in the body, indented as the one before them."""
    encoding = (etree.fromstring(content).getroottree().docinfo.encoding or "UTF-8").lower()
    text = content.decode(encoding)
    end = "\r\n" if "\r\n" in text else "\n"
    bare = _COMMENT.sub(lambda comment: " " * len(comment[0]), text)  # what a comment says is no markup
    if closing := list(_BODY_END.finditer(bare)):
        at = closing[-1].start()
        line = text.rfind("\n", 0, at) + 1
        own_line = not text[line:at].strip()
        indent = _indent(bare[:at]) or (text[line:at] if own_line else "") + _STEP
        block = "".join(f"{indent}{outline}{end}" for outline in lines)
        text = f"{text[:line]}{block}{text[line:]}" if own_line else f"{text[:at]}{end}{block}{text[at:]}"
    elif empty := _BODY_EMPTY.search(bare):
        block = "".join(f"{outline}{end}" for outline in lines)
        body = f"<{empty[1]}{empty[2].rstrip()}>{end}{block}</{empty[1]}>"
        text = text[: empty.start()] + body + text[empty.end() :]
    else:
        raise complaint(path, None, "", f"has no <body> to put the feed into; add one, or write there: {lines[0]}")
    return text.encode(encoding, "xmlcharrefreplace")


def _indent(before: str) -> str:
    """That of the last element of the body that begins or ends a line."""
    lines = re.findall(r"^([ \t]+)(?:<outline\b|</outline\s*>)", before, re.MULTILINE)
    return str(lines[-1]) if lines else ""


def _replace(path: Path, content: bytes, feeds: tuple[Feed, ...]) -> None:
    """Put the new content in the file's place, once it has been read back and holds what it should."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, partial)
        try:
            read = {same_url(one.url) for one in load_feeds(partial)}
        except SettingsError:
            read = set()
        if read != {same_url(one.url) for one in feeds}:
            raise complaint(path, None, "", "cannot be added to as it is written; add this feed by hand", feeds[-1].url)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _only_writer(folder: Path) -> Iterator[None]:
    """Two that add at once do so one after the other; the lock is on the folder and costs no file."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
