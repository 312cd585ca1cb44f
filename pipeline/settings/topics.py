"""The topics a person follows, from TOML, kept up to date while the file is edited."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from pipeline.settings import values
from pipeline.settings.errors import SettingsError
from pipeline.settings.toml import Table, TomlFile, suggestion
from transforms.model import Article, Require, Topic
from transforms.topics.document import Document, matches
from transforms.topics.judge import Embed, TopicSet
from transforms.topics.query import QueryError, parse

_NOTHING = Document(Article("", "", "", "", 0.0))
_log = logging.getLogger(__name__)


def load_topics(path: Path, sinks: frozenset[str] | None = None) -> tuple[Topic, ...]:
    """Read and validate topics.

    Args:
        path: a TOML file of [[topics]].
        sinks: names that topics may send to; None: not checked.

    Raises:
        SettingsError: one line naming file, line, key, value and remedy; for a query also the place in it.
    """
    top = TomlFile(Path(path), "topics file").top
    topics: dict[str, Topic] = {}
    for table in top.tables("topics"):
        topic = _topic(table, sinks)
        if topic.id in topics:
            raise table.error("id", "another topic has this id; give each its own", topic.id)
        topics[topic.id] = topic
    top.finish()
    return tuple(topics.values())


def _topic(table: Table, sinks: frozenset[str] | None) -> Topic:
    known_id = table.need("id", values.name, 'write id = "north-korea", and keep it when the name changes')
    name = table.need("name", values.title, 'write name = "North Korea"')
    query = table.get("query", values.text, "")
    description = table.get("description", values.text, "")
    require = table.get("require", values.one_of(*Require), "query" if query else "meaning")
    chosen = table.get("sinks", values.texts, default=tuple[str, ...]())
    table.finish()
    if not query and not description:
        raise table.error("query", "is missing; write a query, a description, or both")
    if not query and require in {"query", "both"}:
        raise table.error("require", 'asks for a query, and there is none; write one or require = "meaning"', require)
    if not description and require in {"meaning", "both"}:
        raise table.error(
            "require", 'asks for a description, and there is none; write one or require = "query"', require
        )
    if query:
        _check_query(table, query)
    if sinks is not None:
        for sink in chosen:
            if sink not in sinks:
                hint = suggestion(sink, sorted(sinks)) if sinks else "there are no sinks"
                raise table.error("sinks", f"the settings have no sink {sink!r}; {hint}", list(chosen))
    return Topic(known_id, name, query, " ".join(description.split()), Require(require), chosen)


def _check_query(table: Table, query: str) -> None:
    try:
        tree = parse(query)
    except QueryError as error:
        before = query[: error.position]
        row, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        place = f"line {row}, column {column} of the query" if "\n" in query else f"column {column} of the query"
        raise table.error("query", f"{place}: {error}", query) from error
    if matches(tree, _NOTHING):
        raise table.error("query", "would match articles that hold none of its words; add what must be there", query)


@dataclass
class TopicsFile:
    """Gives the topics as the file has them now; re-reads it when it changes. Picklable, and safe among threads.

    A file that is edited into nonsense or taken away leaves the topics as they were; the error is reported once for
    each state of the file.

    Args:
        path: the topics file.
        sinks: names that topics may send to; None: not checked.
        embed: makes vectors of descriptions; picklable; None: meaning is not compared.
        report: told of an error, in one line; picklable; None: the log.

    Raises:
        SettingsError: at creation only, where the file is wrong from the start.
    """

    path: Path
    sinks: frozenset[str] | None = None
    embed: Embed | None = None
    report: Callable[[str], None] | None = None
    _topics: tuple[Topic, ...] = field(default=(), init=False)
    _state: tuple[int, ...] = field(default=(), init=False)

    def __post_init__(self) -> None:
        self._state = self._file_state()
        self._topics = load_topics(self.path, self.sinks)
        self._prepare()

    def _prepare(self) -> None:
        self._set = TopicSet.of(self._topics, self.embed)
        self._lock = Lock()

    def __getstate__(self) -> dict[str, Any]:
        # The compiled set and the lock stay here; the last good topics travel, should the file be wrong by then.
        return {key: value for key, value in self.__dict__.items() if key not in {"_set", "_lock"}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._prepare()

    def __call__(self) -> TopicSet:
        return self.current()

    def current(self) -> TopicSet:
        """The topics now; costs one stat() while the file stays as it is."""
        state = self._file_state()
        if state != self._state:
            with self._lock:
                if state != self._state:
                    self._read_again()
                    self._state = state
        return self._set

    def _read_again(self) -> None:
        try:
            topics = load_topics(self.path, self.sinks)
            self._set = TopicSet.of(topics, self.embed)
            self._topics = topics
        except SettingsError as error:
            message = f"{error} (the topics stay as they were)"
            if self.report is None:
                _log.error("%s", message)
            else:
                self.report(message)

    def _file_state(self) -> tuple[int, ...]:
        try:
            found = self.path.stat()
        except OSError:
            return ()
        return (found.st_mtime_ns, found.st_size, found.st_ino)
