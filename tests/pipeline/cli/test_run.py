"""`wirewatch run` as a person and as a program says it, over two feeds of the newsroom."""

from pathlib import Path

import pytest

from pipeline.newsroom.server import Newsroom
from tests.pipeline.cli.conftest import SETTINGS, Say

ATOM = "http://meridian.newsroom/atom.xml"
GONE = "http://gone-gazette.newsroom/rss"
TOPIC = '[[topics]]\nid = "all"\nname = "Everything"\nquery = "the"\n'


@pytest.fixture
def followed(bare_desk: Path, newsroom: Newsroom) -> Path:
    network = f'[network]\nallow = ["127.0.0.0/8"]\n[network.hosts]\n"*.newsroom" = "127.0.0.1:{newsroom.port}"\n'
    (bare_desk / "settings.toml").write_text(SETTINGS + network, encoding="utf-8")
    (bare_desk / "topics.toml").write_text(TOPIC, encoding="utf-8")
    (bare_desk / "feeds.txt").write_text(f"{ATOM} Meridian Agency\n{GONE}\n", encoding="utf-8")
    return bare_desk


def test_a_run_reports_and_a_second_says_when_the_next_is_due(followed: Path, say: Say, newsroom: Newsroom) -> None:
    first = say("run", "--json")
    report = first.json()  # what the terminal's sink printed is elsewhere
    assert first.code == 0  # though a feed is gone
    assert report["feeds"] == {"ok": 1, "gone": 1}
    assert report["articles"] == report["entries"] > 0
    assert report["alerts"] > 0
    assert "ALERT 1" in first.err
    asked = len(newsroom.requests)
    again = say("run")
    assert (again.code, len(newsroom.requests)) == (0, asked)
    assert again.out.startswith("Nothing is due; next poll in ")
    everything = say("run", "--all")
    assert everything.code == 0
    assert [(seen.path, seen.status) for seen in newsroom.requests[asked:]] == [("/atom.xml", 304)]
    assert "ALERT" not in everything.out
    listed = say("feeds", "list", "--json").json()
    assert {feed["url"]: feed["status"] for feed in listed} == {ATOM: "ok", GONE: "gone"}


def test_beam_s_own_options_pass_through_and_mistakes_do_not(followed: Path, say: Say) -> None:
    assert say("run", "--direct_num_workers=1").code == 0
    wrong = say("run", "--direct_num_wrokers=1")
    assert (wrong.code, wrong.err.count("\n")) == (2, 1)
    assert "--direct_num_wrokers" in wrong.err
