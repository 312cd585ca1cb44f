"""One feed added to a person's feeds file: everything that stands there, its formatting too, stays as it is."""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
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
_BODY_END = re.compile(r"</(?:[\w.-]+:)?body\s*>", re.IGNORECASE)
_BODY_EMPTY = re.compile(r"<((?:[\w.-]+:)?body)\b([^<>]*)/>", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)


def add_to_list(path: Path, feed: Feed, title: str = "") -> bool:
    """Write a feed into the feeds file, which is made where there is none; False: it is on the list already.

    Args:
        path: OPML, or a plain list of one URL a line.
        feed: its URL, and the person's name for it or "".
        title: the feed's own; OPML, which needs some text, gets it where the person gives no name.

    Raises:
        SettingsError: the file is wrong as it stands, or the feed cannot be put into it; nothing is changed.
        OSError: it cannot be written.
    """
    path = path.resolve()
    with _only_writer(path.parent):
        known = load_feeds(path) if path.exists() else ()
        if any(same_url(other.url) == same_url(feed.url) for other in known):
            return False
        content = path.read_bytes() if path.exists() else None
        is_opml = _is_opml(content) if content else path.suffix.lower() in _OPML_NAMES
        new = _with_outline(path, content or _NEW_OPML.encode(), feed, title) if is_opml else _with_line(content, feed)
        _replace(path, new, known, feed)
    return True


def _is_opml(content: bytes) -> bool:
    return content[:64].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<")


def _with_line(content: bytes | None, feed: Feed) -> bytes:
    content = content or b""
    end = b"\r\n" if b"\r\n" in content else b"\n"
    between = end if content and not content.endswith(b"\n") else b""
    name = re.sub(r"(^|\s)#+", r"\1", feed.name)  # behind a blank, # begins a comment
    return content + between + f"{feed.url} {name}".rstrip().encode() + end


def _with_outline(path: Path, content: bytes, feed: Feed, title: str) -> bytes:
    """The outline stands last in the body, indented as the one before it."""
    encoding = (etree.fromstring(content).getroottree().docinfo.encoding or "UTF-8").lower()
    text = content.decode(encoding)
    name = feed.name or title or feed.url
    outline = f'<outline type="rss" text={quoteattr(name)} xmlUrl={quoteattr(feed.url)}/>'
    end = "\r\n" if "\r\n" in text else "\n"
    bare = _COMMENT.sub(lambda comment: " " * len(comment[0]), text)  # what a comment says is no markup
    if closing := list(_BODY_END.finditer(bare)):
        at = closing[-1].start()
        line = text.rfind("\n", 0, at) + 1
        own_line = not text[line:at].strip()
        indent = _indent(bare[:at]) or (text[line:at] if own_line else "") + "  "
        if own_line:
            text = f"{text[:line]}{indent}{outline}{end}{text[line:]}"
        else:
            text = f"{text[:at]}{end}{indent}{outline}{end}{text[at:]}"
    elif empty := _BODY_EMPTY.search(bare):
        body = f"<{empty[1]}{empty[2].rstrip()}>{end}{outline}{end}</{empty[1]}>"
        text = text[: empty.start()] + body + text[empty.end() :]
    else:
        raise complaint(path, None, "", f"has no <body> to put the feed into; add one, or write there: {outline}")
    return text.encode(encoding, "xmlcharrefreplace")


def _indent(before: str) -> str:
    """That of the last element of the body that begins or ends a line."""
    lines = re.findall(r"^([ \t]+)(?:<outline\b|</outline\s*>)", before, re.MULTILINE)
    return str(lines[-1]) if lines else ""


def _replace(path: Path, content: bytes, known: tuple[Feed, ...], feed: Feed) -> None:
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
        if read != {same_url(one.url) for one in (*known, feed)}:
            raise complaint(path, None, "", "cannot be added to as it is written; add this feed by hand", feed.url)
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
