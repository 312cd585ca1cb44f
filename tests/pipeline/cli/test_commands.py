"""What every command has in common: help, an example, JSON, one-line errors, exit codes, colour and pipes."""

import os
import pty
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from pipeline import VERSION
from pipeline.cli.main import COMMANDS, cli
from tests.pipeline.cli.conftest import Say

ROOT = Path(__file__).resolve().parents[3]


def every_command() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """(words, command) of all, groups and their own commands included."""
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        yield (name,), command
        if isinstance(command, click.Group):
            yield from (((name, sub), inner) for sub, inner in command.commands.items())


EVERY = list(every_command())
DOING = [(words, command) for words, command in EVERY if not isinstance(command, click.Group)]


def wirewatch(
    *words: str, cwd: Path | None = None, module: bool = False, **options: object
) -> "subprocess.Popen[bytes]":
    """The command in a process of its own, as the console script runs it."""
    start = ["-m", "pipeline"] if module else ["-c", "from pipeline.cli.main import main; main()"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.Popen([sys.executable, *start, *words], cwd=cwd, env=environment, **pipes)


def test_the_commands_are_those_promised() -> None:
    promised = (
        "run watch stream replay extract feeds topics alerts stories explain dead-letters articles status migrate prune "
        "newsroom demo"
    )
    assert set(promised.split()) <= set(COMMANDS)
    subs = {" ".join(words) for words, _ in EVERY if len(words) == 2}
    assert subs >= {
        "feeds add", "feeds list", "feeds check", "feeds health", "feeds import", "feeds export", "topics check", "alerts list", "alerts show", "alerts tail",
        "stories show", "dead-letters list", "dead-letters redrive", "dead-letters drop", "articles export",
    }  # fmt: skip


@pytest.mark.parametrize(("words", "command"), EVERY, ids=[" ".join(words) for words, _ in EVERY])
def test_every_command_has_help_with_an_example_of_itself(
    say: Say, words: tuple[str, ...], command: click.Command
) -> None:
    found = say(*words, "--help")
    assert found.code == 0
    assert re.search(rf"Example: wirewatch {words[0]}\b", found.out)
    assert say(*words, "-h").out == found.out


@pytest.mark.parametrize(("words", "command"), DOING, ids=[" ".join(words) for words, _ in DOING])
def test_every_command_has_json_and_says_what_its_options_are_for(
    words: tuple[str, ...], command: click.Command
) -> None:
    options = [option for option in command.params if isinstance(option, click.Option)]
    assert "--json" in {name for option in options for name in option.opts}
    assert not [option.name for option in options if not option.help]


@pytest.mark.parametrize(("words", "command"), DOING, ids=[" ".join(words) for words, _ in DOING])
def test_an_unknown_option_is_wrong_use_told_in_one_line(
    bare_desk: Path, say: Say, words: tuple[str, ...], command: click.Command
) -> None:
    found = say(*words, "--no-such-option")
    assert (found.code, found.out, found.err.count("\n")) == (2, "", 1)
    assert found.err.startswith("wirewatch: ")


NEED_SETTINGS = [words for words, command in DOING if any(option.name == "settings_path" for option in command.params)]
ARGUMENTS = {
    "alerts show": ("x",),
    "stories show": ("x",),
    "stories split": ("x", "y"),
    "stories merge": ("x", "y"),
    "explain": ("x", "y"),
    "feeds add": ("https://a.example/",),
    "feeds import": (__file__,),
    "dead-letters redrive": ("1",),
    "dead-letters drop": ("1",),
    "extract": (__file__, "--settings", "settings.toml"),
    "replay": (__file__, "--out", "out", "--settings", "settings.toml"),
}


@pytest.mark.parametrize("words", NEED_SETTINGS, ids=" ".join)
def test_without_settings_a_command_says_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, say: Say, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WIREWATCH_SETTINGS", raising=False)
    words = (*words, *ARGUMENTS.get(" ".join(words), ()))
    found = say(*words)
    assert (found.code, found.out, found.err.count("\n")) == (2, "", 1)
    assert "no settings file 'settings.toml'" in found.err
    (tmp_path / "settings.toml").write_text('feeds = "feeds.txt"\nevery = 1\n')
    found = say(*words)
    assert (found.code, found.out, found.err.count("\n")) == (2, "", 1)
    assert "settings.toml:2: every" in found.err


def test_alone_it_prints_help(say: Say) -> None:
    found = say()
    assert (found.code, found.err) == (0, "")
    assert all(re.search(rf"^  {name} ", found.out, re.MULTILINE) for name in COMMANDS)
    assert say("--version").out == f"wirewatch, version {VERSION}\n"


@pytest.mark.parametrize("words", [("nonsense",), ("--nonsense",), ("feeds", "nonsense"), ("feeds", "add")])
def test_what_is_no_command_is_wrong_use(say: Say, words: tuple[str, ...]) -> None:
    found = say(*words)
    assert (found.code, found.out, found.err.count("\n")) == (2, "", 1)
    assert "--help`" in found.err


def test_a_group_alone_shows_its_commands(say: Say) -> None:
    found = say("feeds")
    assert found.code == 2
    assert "Usage: wirewatch feeds" in found.err


@pytest.mark.parametrize("module", [False, True])
def test_it_runs_as_script_and_as_module_and_tells_failures_without_traceback(desk: Path, module: bool) -> None:
    with wirewatch("stories", "show", "none", cwd=desk, module=module) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, b"")
    assert err == b"wirewatch: no story 'none'; see `wirewatch stories list`\n"


def test_a_reader_that_leaves_is_no_reason_to_complain(desk: Path) -> None:
    with wirewatch("articles", "export", cwd=desk, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 1


def test_ctrl_c_ends_a_tail_quietly(desk: Path) -> None:
    with wirewatch("alerts", "tail", "--since", "0", cwd=desk) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"ALERT 1")
        process.send_signal(2)
        assert process.wait(60) == 0
        assert process.stderr.read() == b""


@pytest.mark.parametrize("no_colour", [False, True])
def test_colour_is_for_terminals_alone(desk: Path, monkeypatch: pytest.MonkeyPatch, no_colour: bool) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_colour:
        monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    ours, theirs = pty.openpty()
    with wirewatch("alerts", "tail", "--once", cwd=desk, stdout=theirs) as process:
        os.close(theirs)
        shown = _all_of(ours)
    os.close(ours)
    assert process.returncode == 0
    assert b"Harbour tunnel" in shown
    assert (b"\x1b[" in shown) is not no_colour
    with wirewatch("alerts", "tail", "--once", cwd=desk) as process:
        assert b"\x1b" not in process.communicate(timeout=60)[0]


def _all_of(terminal: int) -> bytes:
    found = b""
    try:
        while part := os.read(terminal, 4096):
            found += part
    except OSError:  # the other end is closed: what Linux says at a terminal's end
        pass
    return found


def test_a_port_in_use_is_told_in_one_line(say: Say) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        found = say("newsroom", "--port", str(taken.getsockname()[1]))
    assert (found.code, found.err.count("\n")) == (1, 1)
    assert "choose another port" in found.err


def test_the_newsroom_says_for_programs_where_its_feeds_are() -> None:
    with wirewatch("newsroom", "--port", "0", "--json") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.send_signal(2)
        assert process.wait(60) == 0
    assert re.fullmatch(rb'\{"feeds":"http://127\.0\.0\.1:\d+/-/feeds\.opml"\}\n', line)
