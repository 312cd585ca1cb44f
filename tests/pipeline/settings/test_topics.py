import os
import pickle
from pathlib import Path

import pytest

from pipeline.settings.errors import SettingsError
from pipeline.settings.topics import TopicsFile, load_topics
from transforms.model import Article, Fingerprint, Require, Topic
from transforms.topics.judge import judge

GRAIN = '[[topics]]\nid = "grain"\nname = "Grain"\nquery = "grain"\n'
PORTS = '[[topics]]\nid = "ports"\nname = "Ports"\nquery = "port*"\n'


def embed(text: str) -> bytes:
    return bytes([127, 0]) if "grain" in text else bytes([0, 127])


@pytest.fixture
def path(tmp_path) -> Path:
    path = tmp_path / "topics.toml"
    path.write_text(GRAIN)
    return path


def edit(path: Path, text: str) -> None:
    """Writes with a later time of change, whatever the file system's clock ticks."""
    later = path.stat().st_mtime_ns + 10**9 if path.exists() else 0
    path.write_text(text)
    os.utime(path, ns=(later, later))


def ids(topics: TopicsFile) -> list[str]:
    return [topic.id for topic in topics.current().topics]


def test_topics_are_read(path):
    path.write_text(
        GRAIN
        + '[[topics]]\nid = "b-1"\nname = " Banks  fail "\ndescription = """\nBanks\nthat fail"""\nsinks = ["desk"]\n'
        '[[topics]]\nid = "c"\nname = "C"\nquery = "x1"\ndescription = "y"\nrequire = "both"\n'
    )
    assert load_topics(path, frozenset({"desk"})) == (
        Topic("grain", "Grain", "grain"),
        Topic("b-1", "Banks fail", "", "Banks that fail", Require.MEANING, ("desk",)),
        Topic("c", "C", "x1", "y", Require.BOTH),
    )


def test_no_topics_are_allowed(path):
    path.write_text("# none yet\n")
    assert load_topics(path) == ()


def test_an_edit_is_seen(path):
    topics = TopicsFile(path)
    unchanged = topics.current()
    assert topics.current() is unchanged
    edit(path, PORTS)
    assert ids(topics) == ["ports"]
    assert topics() is topics.current()


def test_nonsense_keeps_the_old_topics_and_is_reported_once(path):
    reports: list[str] = []
    topics = TopicsFile(path, report=reports.append)
    edit(path, GRAIN + "nonsense")
    assert [ids(topics) for _ in range(3)] == [["grain"]] * 3
    assert len(reports) == 1
    assert "topics.toml:5" in reports[0]
    assert "topics stay as they were" in reports[0]
    edit(path, GRAIN.replace('"grain"\n', '"(grain"\n'))
    assert [ids(topics) for _ in range(3)] == [["grain"]] * 3
    assert len(reports) == 2
    edit(path, PORTS)
    assert ids(topics) == ["ports"]
    assert len(reports) == 2


def test_a_file_taken_away_keeps_the_topics(path, caplog):
    topics = TopicsFile(path)
    path.unlink()
    assert [ids(topics) for _ in range(3)] == [["grain"]] * 3
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "cannot be read" in caplog.text
    path.write_text(PORTS)
    assert ids(topics) == ["ports"]


def test_a_copy_on_another_machine_has_the_last_good_topics(path):
    topics = TopicsFile(path, frozenset({"desk"}), embed)
    edit(path, PORTS)
    assert ids(topics) == ["ports"]
    sent = pickle.dumps(topics)
    path.unlink()
    received = pickle.loads(sent)
    assert ids(received) == ["ports"]
    edit(path, GRAIN + 'sinks = ["other"]\n')
    assert ids(received) == ["ports"]


def test_descriptions_are_compared(path):
    edit(path, '[[topics]]\nid = "g"\nname = "G"\ndescription = "all about grain"\n')
    found = judge(
        Article("a", "u", "t", "", 0.0),
        Fingerprint("a", "1", embed("grain"), {}, {}, {}, {}),
        TopicsFile(path, None, embed)(),
    )
    assert [relevance.topic for relevance in found] == ["g"]


def test_wrong_from_the_start_is_an_error(path):
    path.write_text("nonsense")
    with pytest.raises(SettingsError):
        TopicsFile(path)
