"""Commands that show, export and mend what a store holds."""

import contextlib
import json
import sqlite3
from pathlib import Path

import pytest

from pipeline.runs import SHARDS
from pipeline.store import open_store
from pipeline.store.columns import pack
from tests.pipeline.cli.conftest import Say
from tests.pipeline.replay.press import ARTICLES, CHOIR, FLOOD, Outcome, replay, save
from transforms.articles.urls import normalise_url
from transforms.model import DeadLetter, Entry, InboxRow

URLS = {line["id"]: normalise_url(line["url"]) for line in ARTICLES}


def alert_id(say: Say) -> str:
    return say("alerts", "list", "--json").json()[0]["data"]["alert_id"]


# --- alerts


def test_alerts_list_names_each_alert_once_with_its_topic(desk: Path, say: Say) -> None:
    (event,) = say("alerts", "list", "--json").json()
    assert event["data"]["topic"]["id"] == "floods"
    printed = say("alerts", "list")
    assert printed.code == 0
    assert event["data"]["alert_id"] in printed.out
    assert "Floods: Harbour tunnel flooded" in printed.out
    assert say("alerts", "list", "--topic", "gold").out == "no alerts yet\n"


def test_alerts_show_gives_every_revision_and_how_far_it_has_come(desk: Path, say: Say) -> None:
    shown = say("alerts", "show", alert_id(say)[:6], "--json").json()
    assert [one["data"]["revision"] for one in shown] == list(range(1, len(shown) + 1))
    assert {way["state"] for one in shown for way in one["deliveries"]} <= {"delivered", "superseded"}
    assert "to alerts.jsonl: delivered" in say("alerts", "show", alert_id(say)).out


def test_an_alert_that_is_not_there_is_told(desk: Path, say: Say) -> None:
    found = say("alerts", "show", "ffffffffff")
    assert (found.code, found.out) == (1, "")
    assert "no alert 'ffffffffff'" in found.err


def test_alerts_tail_once_prints_what_came_after_a_number(desk: Path, say: Say) -> None:
    events = say("alerts", "tail", "--since", "0", "--once", "--json").lines()
    assert [event["number"] for event in events] == list(range(1, len(events) + 1))
    assert say("alerts", "tail", "--since", str(len(events)), "--once").out == ""
    assert "ALERT 1" in say("alerts", "tail", "--once").out


# --- stories


def test_stories_list_and_show(desk: Path, say: Say) -> None:
    stories = say("stories", "list", "--smallest", "2", "--json").json()
    assert sorted(story["size"] for story in stories) == sorted([len(FLOOD), len(CHOIR)])
    flood = max(stories, key=lambda story: story["size"])
    shown = say("stories", "show", flood["id"][:8], "--json").json()
    assert {member["url"] for member in shown["members"]} == {URLS[name] for name in FLOOD}
    assert shown["members"][0]["membership"]["relation"] == "first"
    assert all(member["membership"]["reason"] for member in shown["members"])
    assert list(shown["relevance"]) == ["floods"]
    printed = say("stories", "show", flood["id"])
    assert printed.code == 0
    assert all(URLS[name] in printed.out for name in FLOOD)


def test_a_story_s_short_name_must_fit_one(desk: Path, say: Say) -> None:
    assert say("stories", "show", "").code == 1
    ids = [story["id"] for story in say("stories", "list", "--json").json()]
    assert say("stories", "show", ids[0]).code == 0


# --- stories, by hand


def flood_of(say: Say) -> str:
    return max(say("stories", "list", "--json").json(), key=lambda story: story["size"])["id"]


def members_of(say: Say, story: str) -> set[str]:
    return {member["url"] for member in say("stories", "show", story, "--json").json()["members"]}


def test_stories_split_and_merge_beside_a_run(desk: Path, say: Say) -> None:
    flood, (before,) = flood_of(say), say("alerts", "list", "--json").json()
    with contextlib.closing(open_store("sqlite:///kept.db")) as store, store.owners.own(SHARDS, "watch"):
        done = say("stories", "split", flood[:8], URLS["a4"], URLS["a8"] + "?utm_source=x", "--json")
        assert done.code == 0, done.err
        split = done.json()
        assert (split["other"], len(split["moved"])) == (flood, 2)
        assert members_of(say, flood) == {URLS["a1"], URLS["a3"]}
        assert members_of(say, split["story"]) == {URLS["a4"], URLS["a8"]}
        (after,) = say("alerts", "list", "--json").json()
        assert after["data"]["revision"] == before["data"]["revision"] + 1
        said = say("stories", "merge", split["story"], flood)
    assert said.code == 0, said.err
    assert (
        said.out
        == f"story {split['story']} is part of story {flood} now; 1 alert revision for the next run to deliver\n"
    )
    assert members_of(say, flood) == {URLS[name] for name in FLOOD}
    shown = say("stories", "show", split["story"])
    assert f"Merged into story {flood}" in shown.out


def test_what_cannot_be_split_or_merged_is_told(desk: Path, say: Say) -> None:
    stories = {
        member: story["id"]
        for story in say("stories", "list", "--json").json()
        for member in members_of(say, story["id"])
    }
    flood, choir, library = (stories[URLS[name]] for name in ("a1", "a2", "a5"))
    wrong = {
        ("split", "ffffffff", URLS["a1"]): (1, "no story 'ffffffff'; see `wirewatch stories list`"),
        ("split", flood, "https://nowhere.example/x"): (1, "no article 'https://nowhere.example/x'"),
        ("split", flood, URLS["a2"]): (1, f"is in story '{choir}', not in '{flood}'; name that story"),
        ("split", flood, *(URLS[name] for name in FLOOD)): (1, "nothing would be left of it"),
        ("split", flood): (2, "Missing argument"),
        ("merge", flood, flood): (1, "named twice"),
        ("merge", flood, library): (1, "stories of two ledgers cannot be one"),
        ("merge", flood, "ffffffff"): (1, "no story 'ffffffff'"),
    }
    for words, (code, message) in wrong.items():
        found = say("stories", *words)
        assert (found.code, found.out) == (code, ""), words
        assert message in found.err, words


# --- explain


@pytest.mark.parametrize(("one", "other", "same"), [("a2", "a6", True), ("a1", "a7", False)])
def test_explain_says_whether_two_are_one_story_and_why(
    desk: Path, say: Say, one: str, other: str, *, same: bool
) -> None:
    data = say("explain", URLS[one], URLS[other] + "?utm_source=x", "--json").json()
    assert data["articles"] == [URLS[one], URLS[other]]
    printed = say("explain", URLS[one], URLS[other])
    assert printed.code == 0
    assert printed.out.startswith("ONE STORY" if same else "TWO STORIES")


def test_explain_of_an_unknown_article_is_told(desk: Path, say: Say) -> None:
    found = say("explain", "https://nowhere.example/1", URLS["a1"])
    assert found.code == 1
    assert "nowhere.example" in found.err


# --- dead letters


@pytest.fixture
def letter(desk: Path) -> DeadLetter:
    """A page that could not be read, beside the bad line of the replay."""
    entry = Entry(feed="https://a.example/rss", id="1", link="https://a.example/hard-page", title="Hard page")
    row = InboxRow(row=4711, entry=entry, accepted=1.0, due=1.0)
    dead = DeadLetter(
        step="ExtractArticles",
        reason="timeout",
        message="'https://a.example/hard-page': reading it took too long",
        subject=entry.link,
        input=pack(row),
        row=row.row,
        first_seen=1.0,
        last_seen=2.0,
    )
    store = open_store(f"sqlite:///{desk}/kept.db")
    store.dead_letters.record([dead])
    store.close()
    return dead


def test_dead_letters_are_listed_by_reason_and_step(letter: DeadLetter, say: Say) -> None:
    assert {one["reason"] for one in say("dead-letters", "list", "--json").json()} == {"bad-line", "timeout"}
    (one,) = say("dead-letters", "list", "--reason", "timeout", "--json").json()
    assert one["subject"] == letter.subject
    assert say("dead-letters", "list", "--step", "ExtractArticles", "--json").json() == [one]
    assert letter.message in say("dead-letters", "list").out


def test_a_redriven_letter_s_row_is_due_again(letter: DeadLetter, desk: Path, say: Say) -> None:
    (one,) = say("dead-letters", "list", "--reason", "timeout", "--json").json()
    assert say("dead-letters", "redrive", str(one["number"]), "--json").json() == {
        "redriven": [one["number"]],
        "refused": [],
    }
    with sqlite3.connect(desk / "kept.db") as store:
        assert store.execute("SELECT link, state FROM inbox").fetchall() == [(letter.subject, "pending")]
    assert say("dead-letters", "list", "--reason", "timeout").out == "no dead letters\n"


def test_redrive_all_says_which_cannot_be(letter: DeadLetter, say: Say) -> None:
    found = say("dead-letters", "redrive", "--all", "--json").json()
    assert (len(found["redriven"]), len(found["refused"])) == (1, 1)
    assert "replay" in found["refused"][0]


def test_a_letter_that_cannot_be_redriven_is_refused_by_name(letter: DeadLetter, say: Say) -> None:
    (bad,) = say("dead-letters", "list", "--reason", "bad-line", "--json").json()
    found = say("dead-letters", "redrive", str(bad["number"]))
    assert (found.code, found.err.count("\n")) == (1, 1)
    assert say("dead-letters", "redrive", "999").code == 1


def test_dropped_letters_are_gone(letter: DeadLetter, say: Say) -> None:
    assert say("dead-letters", "drop", "--reason", "timeout").out == "1 dropped\n"
    assert say("dead-letters", "drop", "--all").out == "1 dropped\n"
    assert say("dead-letters", "list", "--json").json() == []
    found = say("dead-letters", "drop", "--reason", "timeout")
    assert found.code == 1
    assert "no dead letter of reason 'timeout'" in found.err


@pytest.mark.parametrize("words", [("redrive",), ("drop",), ("drop", "1", "--all"), ("redrive", "one")])
def test_letters_must_be_named_in_one_way(desk: Path, say: Say, words: tuple[str, ...]) -> None:
    assert say("dead-letters", *words).code == 2


# --- articles export


def test_an_export_replays_to_the_same_stories(desk: Path, say: Say, replayed: Outcome) -> None:
    assert say("articles", "export", "--out", "all.jsonl", "--json").json() == {"texts": 8, "out": "all.jsonl"}
    again = replay(Path("all.jsonl"), desk / "again", "--topics", "topics.toml")
    assert again.exit_code == 0
    kept = ("article_id", "placed", "story_id", "relation", "score", "reason", "matched", "origin", "credited")
    before = {line["article_id"]: [line[key] for key in kept] for line in replayed.lines() if line["article_id"]}
    assert {line["article_id"]: [line[key] for key in kept] for line in again.lines()} == before
    assert all(line["input_id"] == line["article_id"] for line in again.lines())


def test_an_export_holds_each_text_of_an_edited_article_in_its_turn(bare_desk: Path, say: Say) -> None:
    edited = {**ARTICLES[0], "text": f"{ARTICLES[0]['text']} A correction was added in the evening."}
    save(bare_desk / "in.jsonl", [*ARTICLES, edited])
    first = replay(bare_desk / "in.jsonl", bare_desk / "first", "--store", f"sqlite:///{bare_desk}/kept.db")
    assert say("articles", "export", "--out", "all.jsonl", "--json").json()["texts"] == len(ARTICLES) + 1
    again = replay(bare_desk / "all.jsonl", bare_desk / "again")
    places = [{line["article_id"]: line["story_id"] for line in done.lines()} for done in (first, again)]
    assert places[0] == places[1]
    texts = [line["text"] for line in map(json.loads, (bare_desk / "all.jsonl").read_text().splitlines())]
    assert texts.index(ARTICLES[0]["text"]) < texts.index(edited["text"])


def test_an_export_to_standard_output_is_lines_alone(desk: Path, say: Say) -> None:
    found = say("articles", "export")
    assert {line["url"] for line in found.lines()} == set(URLS.values())
    assert found.err == ""


def test_an_export_that_cannot_be_written_is_told(desk: Path, say: Say) -> None:
    found = say("articles", "export", "--out", "/proc/none/all.jsonl")
    assert (found.code, found.err.count("\n")) == (1, 1)
    assert "/proc/none/all.jsonl" in found.err


# --- status, prune, migrate


def test_status_counts_what_the_store_holds(desk: Path, say: Say) -> None:
    counts = say("status", "--json").json()["counts"]
    assert (counts["articles"], counts["alerts"], counts["dead_letters"]) == (8, 1, {"bad-line": 1})
    printed = say("status")
    assert printed.code == 0
    assert "8 in 4 stories" in printed.out
    assert "worked by  nobody" in printed.out


def test_status_names_who_works_on_the_store(desk: Path, say: Say) -> None:
    store = open_store(f"sqlite:///{desk}/kept.db")
    with store.owners.own("shards", "wirewatch watch"):
        assert "worked by  wirewatch watch" in say("status").out
    store.close()


def test_prune_forgets_what_is_old(desk: Path, say: Say) -> None:
    forgotten = say("prune", "--json").json()
    assert sum(forgotten.values()) > 0
    assert say("prune").out == "forgotten: nothing\n"


def test_migrate_makes_a_store_and_then_leaves_it(bare_desk: Path, say: Say) -> None:
    for command in (("status",), ("alerts", "list"), ("articles", "export"), ("prune",)):
        found = say(*command)
        assert found.code == 1
        assert "no store" in found.err
    assert not (bare_desk / "kept.db").exists()
    made = say("migrate", "--json").json()
    assert made["before"] is None
    assert say("status").code == 0
    assert say("migrate", "--json").json() == {"before": made["now"], "now": made["now"]}


def set_version(desk: Path, version: str) -> None:
    with sqlite3.connect(desk / "kept.db") as store:
        store.execute("UPDATE alembic_version SET version_num = ?", (version,))


@pytest.mark.parametrize("words", [("status",), ("run",), ("alerts", "tail", "--once"), ("feeds", "list")])
def test_an_older_store_is_refused_with_the_command_that_helps(desk: Path, say: Say, words: tuple[str, ...]) -> None:
    set_version(desk, "0000")
    found = say(*words)
    assert (found.code, found.err.count("\n")) == (1, 1)
    assert "wirewatch migrate" in found.err


@pytest.mark.parametrize("words", [("status",), ("migrate",)])
def test_a_newer_store_is_refused_always(desk: Path, say: Say, words: tuple[str, ...]) -> None:
    set_version(desk, "9999")
    found = say(*words)
    assert (found.code, found.err.count("\n")) == (1, 1)
    assert "newer" in found.err


# --- topics, init


def test_topics_check_names_the_topics_or_the_wrong_line(bare_desk: Path, say: Say) -> None:
    assert [topic["id"] for topic in say("topics", "check", "--json").json()["topics"]] == ["floods", "gold"]
    assert "2 topics, all well written" in say("topics", "check").out
    (bare_desk / "wrong.toml").write_text('[[topics]]\nid = "x"\nname = "X"\nquery = "a AND"\n')
    found = say("topics", "check", "--topics", "wrong.toml")
    assert (found.code, found.err.count("\n")) == (2, 1)
    assert "wrong.toml:4" in found.err


def test_init_writes_the_files_once_and_they_are_good(tmp_path: Path, say: Say) -> None:
    folder = tmp_path / "new" / "desk"
    assert len(say("init", str(folder), "--json").json()["written"]) == 3
    (folder / "topics.toml").write_text("# mine\n")
    again = say("init", str(folder), "--json").json()
    assert (again["written"], len(again["kept"])) == ([], 3)
    assert (folder / "topics.toml").read_text() == "# mine\n"
    (folder / "topics.toml").unlink()
    say("init", str(folder))
    assert say("topics", "check", "--settings", str(folder / "settings.toml")).code == 0
    assert json.loads(say("feeds", "list", "--settings", str(folder / "settings.toml"), "--json").out)


def test_init_where_nothing_can_be_written_is_told(say: Say) -> None:
    found = say("init", "/proc/none")
    assert (found.code, found.err.count("\n")) == (1, 1)
