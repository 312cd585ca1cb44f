"""README.md and docs/ speak of commands and options that exist, and README.md names every command."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from pipeline.cli.main import COMMANDS, cli

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
DOCUMENTS = [
    README,
    *(ROOT / name for name in ("CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
_CODE = re.compile(r"```.*?```|``.*?``|`[^`\n]+`", re.DOTALL)
_SAID = re.compile(r"(?<![\w./-])(?:wirewatch|python -m pipeline)(?=\s)([^\n`#|;&)]*)")
_MEANT = re.compile(r"^[\w-]+$")
"""A word that names a command: no ellipsis, no placeholder."""


def commands() -> Iterator[str]:
    context = click.Context(cli)
    for name in COMMANDS:
        yield name
        command = cli.get_command(context, name)
        if isinstance(command, click.Group):
            yield from (f"{name} {sub}" for sub in command.commands)


def said(document: Path) -> Iterator[list[str]]:
    """The words behind each `wirewatch` in a document's code."""
    text = document.read_text(encoding="utf-8") if document.exists() else ""
    for code in _CODE.findall(text):
        for found in _SAID.finditer(code.replace("\\\n", " ")):
            words = found[1].strip()
            try:
                yield shlex.split(words)
            except ValueError:  # a quotation that goes on
                yield words.split()


def complaint(words: list[str]) -> str:
    """What is wrong with `wirewatch WORDS`; empty: nothing."""
    command: click.Command = cli
    context = click.Context(cli, info_name="wirewatch")
    words = [word for word in words if word not in {"...", "[...]"}]
    while isinstance(command, click.Group):
        words = _without_flags(words, command)
        if not words or not _MEANT.match(words[0].rstrip(",.:")):
            return ""
        name = words.pop(0).rstrip(",.:")
        inner = command.get_command(context, name)
        if inner is None:
            return f"there is no command {name!r}"
        command, context = inner, click.Context(inner, info_name=name, parent=context)
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    passes_on = command.context_settings.get("ignore_unknown_options", False)
    for word in words:
        option = word.partition("=")[0].rstrip(",.:")
        if (
            re.match(r"--?[a-z]", option)
            and option not in known | {"--help", "-h"}
            and not (passes_on and _is_beam(option))
        ):
            return f"there is no option {option!r}"
    return ""


def _without_flags(words: list[str], group: click.Group) -> list[str]:
    flags = {option for parameter in group.params for option in parameter.opts} | {"--help", "-h", "-vv"}
    while words and words[0] in flags:
        words = words[1:]
    return words


def _is_beam(option: str) -> bool:
    return "_" in option or option == "--runner"


def test_readme_is_there() -> None:
    assert README.is_file()


@pytest.mark.parametrize("command", list(commands()))
def test_readme_names_every_command(command: str) -> None:
    named = {" ".join(words[: command.count(" ") + 1]) for words in said(README)}
    inline = set(re.findall(r"`(?:wirewatch )?([a-z][a-z -]*[a-z])`", README.read_text(encoding="utf-8")))
    assert command in named | inline, f"README.md does not name `wirewatch {command}`"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_documents_say_can_be_said(document: Path) -> None:
    wrong = [f"wirewatch {' '.join(words)}: {what}" for words in said(document) if (what := complaint(words))]
    assert not wrong


@pytest.mark.parametrize("command", list(commands()))
def test_every_command_s_example_can_be_said(command: str) -> None:
    context, found = click.Context(cli), cli.get_command(click.Context(cli), command.split(maxsplit=1)[0])
    if " " in command:
        assert isinstance(found, click.Group)
        found = found.get_command(context, command.split()[1])
    assert found is not None
    assert found.help is not None
    example = re.search(r"^ *Example: wirewatch (.+)$", found.help, re.MULTILINE)
    assert example, f"the help of `wirewatch {command}` has no example"
    assert complaint(shlex.split(example[1])) == ""
    assert example[1].startswith(command.split(maxsplit=1)[0])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("nonsense", "no command 'nonsense'"),
        ("feeds nonsense", "no command 'nonsense'"),
        ("run --nonsense", "no option '--nonsense'"),
        ("feeds add https://a.example/rss --nonsense=1", "no option '--nonsense'"),
        ("replay a.jsonl --out out --chunk=500 --alert", ""),
        ("run --all --direct_num_workers=2", ""),
        ("-v run", ""),
        ("alerts", ""),
        ("", ""),
    ],
)
def test_the_check_itself_sees_what_is_wrong(words: str, told: str) -> None:
    assert told in complaint(words.split())
    assert bool(told) == bool(complaint(words.split()))
