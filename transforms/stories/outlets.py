"""The outlet table: who publishes under which names and domains, who owns it, which are news agencies.

Read from a TOML file of facts (seeds/outlets.toml) and extended by outlets met in feeds. Names are found in texts by
one compiled trie, case-sensitive: outlets are proper names, and most are made of everyday words.
"""

import functools
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from transforms.model import Record

_ENDING = "\0"
"""Stands in the trie for a word's inflected ending ("Українськ* правд*")."""
_ENDING_PATTERN = r"\w{0,4}"
_FIELDS: dict[str, type[Any]] = {
    "name": str,
    "domains": list,
    "owner": str,
    "country": str,
    "aliases": list,
    "agency": str,
    "common": bool,
}
_ARTICLE = re.compile(r"^(?:the|die|der|das|le|la|les|el|il|o|l['’])\s*(?=\S)", re.IGNORECASE)
_KIND_WORD = re.compile(
    r"\s+(?:newspaper|news agency|magazine|website|online|news site|daily|\((?:[^()]*)\)|news service)$", re.IGNORECASE
)
_QUOTES = "\"'’‘“”„«»‹›`"
_SPACES = re.compile(r"\s+")
_HOST = re.compile(r"^(?:https?://)?(?:[\w-]+\.)+[a-z]{2,}(?:[:/].*)?$", re.IGNORECASE)


_MET_NAME = re.compile(r"(?=.*[^\W\d_])(?!.* [–—|»-] )[^\W_][^|»:;*<>()\[\]/\n]{2,39}")
"""A name, and no title such as "World news | The Guardian" or "Top stories: Harbour"."""


class Outlet(Record, frozen=True):
    """A publication or news agency."""

    name: str
    domains: tuple[str, ...] = ()
    owner: str = ""
    """Who controls it; independent origins are counted over owners. Empty: itself."""
    country: str = ""
    """ISO 3166-1 alpha-2, upper case."""
    aliases: tuple[str, ...] = ()
    agency: str = ""
    """A news agency's code ("AP", "Reuters"); empty for all others."""
    common: bool = False
    """The name is also an everyday word or another's name: only an unmistakable context makes it a credit."""

    @property
    def house(self) -> str:
        """What independent origins are counted over: the owner, else the outlet itself."""
        return self.owner or self.name


class Mention(NamedTuple):
    """An outlet's name in a text."""

    start: int
    end: int
    outlet: Outlet


class OutletTable:
    """Outlets by name and domain; immutable, picklable (the compiled trie is made anew where it is used)."""

    def __init__(self, outlets: Iterable[Outlet] = ()) -> None:
        self.outlets = tuple(outlets)
        self._names: dict[str, Outlet] = {}
        self._exact: dict[str, Outlet] = {}
        self._domains: dict[str, Outlet] = {}
        self._inflected: list[tuple[re.Pattern[str], Outlet]] = []
        for outlet in self.outlets:
            for domain in outlet.domains:
                self._domains.setdefault(domain, outlet)
            for name in (outlet.name, *outlet.aliases):
                if "*" in name:
                    self._inflected.append(
                        (re.compile(re.escape(name).replace(r"\*", _ENDING_PATTERN), re.IGNORECASE), outlet)
                    )
                else:
                    self._names.setdefault(_key(name), outlet)
                    self._exact.setdefault(_folded(name), outlet)
        self._found: dict[str, Outlet] = {}

    def __reduce__(self) -> tuple[type["OutletTable"], tuple[tuple[Outlet, ...]]]:
        return OutletTable, (self.outlets,)

    def find(self, name: str) -> Outlet | None:
        """The outlet of a name, alias, inflected form or host, whatever its case and article; None: not known."""
        if found := self._exact.get(_folded(name)):  # "Der Standard" is not "The Standard"
            return found
        key = _key(name)
        if found := self._names.get(key) or self._names.get(_KIND_WORD.sub("", key)):
            return found
        if _HOST.match(key) and (found := self.by_domain(key)):
            return found
        bare = _SPACES.sub(" ", name).strip(_QUOTES + " ")
        return next((outlet for pattern, outlet in self._inflected if pattern.fullmatch(bare)), None)

    def by_domain(self, domain: str) -> Outlet | None:
        """The outlet that publishes under a host or one of its parent domains ("www.bbc.co.uk")."""
        host = domain.lower().removeprefix("https://").removeprefix("http://").split("/")[0].split(":")[0]
        while "." in host:
            if found := self._domains.get(host):
                return found
            host = host.partition(".")[2]
        return None

    def mentions(self, text: str) -> list[Mention]:
        """Every outlet's name in a text, longest match first, in the order of the text."""
        found = self._found
        mentions = []
        for match in self._trie.finditer(text):
            words = match.group()
            outlet = found.get(words)
            if outlet is None:
                named = self.find(words)
                if named is None:
                    continue
                outlet = found[words] = named
            mentions.append(Mention(match.start(), match.end(), outlet))
        return mentions

    def extended(self, outlets: Iterable[Outlet]) -> "OutletTable":
        """This table and outlets met elsewhere; where both know a name or a domain, this table's word stands."""
        added = [
            outlet
            for outlet in outlets
            if outlet.name
            and self.find(outlet.name) is None
            and not any(self.by_domain(domain) for domain in outlet.domains)
        ]
        return OutletTable((*self.outlets, *added)) if added else self

    @functools.cached_property
    def _trie(self) -> re.Pattern[str]:
        names = {
            variant
            for outlet in self.outlets
            for name in (outlet.name, *outlet.aliases)
            if not name.endswith(")")  # "Focus (Germany)" is the table's own way to tell two apart
            for variant in (name, name.replace("'", "’"), name.upper() if outlet.agency else name)
        }
        if not names:
            return re.compile(r"(?!)")
        trie: dict[str, Any] = {}
        for name in names:
            node = trie
            for char in name.replace("*", _ENDING):
                node = node.setdefault(char, {})
            node[""] = {}
        initials = re.escape("".join(sorted(char for char in trie if char)))
        # The initials are looked at first: at most places of a text they end the search.
        return re.compile(rf"(?<![\w@#&.])(?=[{initials}]){_branches(trie)}(?!\w)")


def met_outlets(met: Iterable[tuple[str, str]]) -> Iterator[Outlet]:
    """Outlets as feeds and articles name them, to extend a table by; what is a feed's title rather than a name is left out.

    Args:
        met: (name, domain) of each; either may be empty.
    """
    for name, domain in sorted(set(met)):
        bare = _SPACES.sub(" ", name).strip()
        if _MET_NAME.fullmatch(bare) and not _HOST.match(bare):
            yield Outlet(name=bare, domains=(domain,) if domain else (), common=" " not in bare)


def load_outlets(source: str | Path) -> OutletTable:
    """Read an outlet table from a TOML file's path or its text.

    Raises:
        ValueError: the TOML is not well formed, or an entry lacks its name or has a field of a wrong kind; the message
            says which.
    """
    if isinstance(source, Path) or "\n" not in source:
        where, text = str(source), Path(source).read_text(encoding="utf-8")
    else:
        where, text = "outlets", source
    try:
        entries = tomllib.loads(text).get("outlets", [])
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{where}: not valid TOML: {error}; mend the line it names") from error
    if not isinstance(entries, list):
        raise ValueError(f"{where}: outlets is {entries!r}; give a list of tables, each with a name")  # noqa: TRY004
    return OutletTable(_outlet(entry, number, where) for number, entry in enumerate(entries, 1))


def _outlet(entry: Any, number: int, where: str) -> Outlet:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str) or not entry["name"].strip():
        raise ValueError(f"{where}: outlet {number} is {entry!r}; give it a name")
    fields: dict[str, Any] = {}
    for key, value in entry.items():
        kind = _FIELDS.get(key)
        if kind is None:
            raise ValueError(f"{where}: outlet {entry['name']!r} has an unknown key {key!r}; use {', '.join(_FIELDS)}")
        if not isinstance(value, kind) or (kind is list and not all(isinstance(part, str) for part in value)):
            expected = "a list of strings" if kind is list else "true or false" if kind is bool else "a string"
            raise ValueError(f"{where}: outlet {entry['name']!r}: {key} is {value!r}; give {expected}")
        fields[key] = tuple(value) if kind is list else value
    return Outlet(**fields)


def _folded(name: str) -> str:
    return _SPACES.sub(" ", name).strip(_QUOTES + " .,").casefold().replace("’", "'")


def _key(name: str) -> str:
    return _ARTICLE.sub("", _folded(name))


def _branches(node: dict[str, Any]) -> str:
    """A trie as a regular expression that prefers the longest name."""
    ends = "" in node
    parts = []
    plain = sorted(char for char in node if char not in {"", _ENDING})
    for char in [*plain, _ENDING] if _ENDING in node else plain:
        head = _ENDING_PATTERN if char == _ENDING else r"\s" if char == " " else re.escape(char)
        child, rest = node[char], head
        while len(child) == 1 and "" not in child:  # a run without branches
            ((char_after, child_after),) = child.items()
            rest += _ENDING_PATTERN if char_after == _ENDING else r"\s" if char_after == " " else re.escape(char_after)
            child = child_after
        parts.append(rest + (_branches(child) if set(child) != {""} else ""))
    if not parts:
        return ""
    group = f"(?:{'|'.join(parts)})"
    return f"{group}?" if ends else group
