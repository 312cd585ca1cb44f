"""What `wirewatch replay` promises to programs, word by word."""

import itertools
import json
import os
import sqlite3
import time
from pathlib import Path

import msgspec
import pytest

from pipeline.replay.outputs import ArticleLine, StoryLine, write_lines
from pipeline.runs import SHARDS
from pipeline.store import open_store
from tests.pipeline.replay.press import ARTICLES, CHOIR, FLOOD, Outcome, article, replay, save, topics
from transforms.alerts.cloudevents import AlertEvent

OUTPUTS = {"articles.jsonl", "stories.jsonl", "dead_letters.jsonl"}


def written(outcome: Outcome) -> set[str]:
    return {path.name for path in outcome.out.iterdir()}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The articles with everything that a line can be in between."""
    folder = tmp_path_factory.mktemp("plain")
    flood, choir = ARTICLES[0], ARTICLES[1]
    lines = [
        flood | {"id": {"any": ["kind", 2**70]}},
        b"",
        choir | {"id": 7},
        b"{broken",
        flood | {"id": "again"},
        {key: value for key, value in ARTICLES[2].items() if key not in {"id", "published"}},
        b'{"id": "c\xe9"}',
        {"id": "u", "url": "ftp://a.example/", "text": "x"},
        ARTICLES[3],
        choir | {"id": "revised", "text": choir["text"] + "\nThe goat has been found."},
        ARTICLES[4],
    ]
    path = folder / "in.jsonl"
    save(path, lines)
    path.write_bytes(path.read_bytes().rstrip(b"\n"))  # no end of line at the end
    return replay(path, folder / "out", "--topics", topics(folder), "--json")


def test_there_is_one_line_per_input_line_in_input_order(plain):
    assert plain.exit_code == 0
    ids = [line["input_id"] for line in plain.lines()]
    assert ids == [{"any": ["kind", 2**70]}, None, 7, None, "again", None, None, "u", "a4", "revised", "a5"]
    assert [bool(line["error"]) for line in plain.lines()] == [False, True] * 2 + [False, False, True, True] + [
        False
    ] * 3


def test_every_line_has_every_field(plain):
    assert {frozenset(line) for line in plain.lines()} == {frozenset(ArticleLine.__struct_fields__)}
    assert {frozenset(line) for line in plain.lines("stories")} == {frozenset(StoryLine.__struct_fields__)}
    for line in plain.lines():
        msgspec.convert(line, ArticleLine)


def test_a_bad_line_has_only_its_id_and_its_error(plain):
    for line in plain.lines():
        if line["error"]:
            filled = {key for key, value in line.items() if value not in (None, "", [])}
            assert filled <= {"input_id", "error"}


def test_bad_lines_are_dead_letters_with_what_stood_there(plain):
    letters = plain.lines("dead_letters")
    assert {letter["reason"] for letter in letters} == {"bad-line"}
    assert sorted(letter["subject"].rpartition(":")[2] for letter in letters) == ["2", "4", "7", "8"]
    assert "{broken" in {letter["input"] for letter in letters}


def test_a_repeated_line_is_the_same_article(plain):
    first, again = plain.lines()[0], plain.lines()[4]
    assert again["article_id"] == first["article_id"]
    assert {key: again[key] for key in ("placed", "story_id", "relation")} == {
        key: first[key] for key in ("placed", "story_id", "relation")
    }


def test_a_later_text_of_an_article_is_the_same_article_in_the_same_story(plain):
    first, revised = plain.lines()[2], plain.lines()[9]
    assert (revised["article_id"], revised["story_id"]) == (first["article_id"], first["story_id"])


def test_a_copy_names_what_it_was_matched_with_and_its_agency(plain):
    first, copy = plain.lines()[0], plain.lines()[5]
    assert (first["relation"], first["matched"], first["score"]) == ("first", None, 1.0)
    assert copy["relation"] in {"copy", "near-copy"}
    assert copy["matched"] == first["article_id"]
    assert copy["story_id"] == copy["placed"] == first["story_id"]
    assert copy["agency"] == first["agency"] == "AP"
    assert 0 < copy["score"] <= 1
    assert copy["reason"]


def test_a_rewrite_names_whom_it_credits(plain):
    rewrite, library = plain.lines()[8], plain.lines()[10]
    assert rewrite["relation"] in {"rewrite", "same-event"}
    assert "Lindholm Post" in rewrite["credited"]
    assert set(rewrite["origin"]) == {"name", "domain", "in_feeds", "evidence"}
    assert (library["agency"], library["credited"]) == (None, [])


def test_relevance_holds_the_topics_that_it_is_relevant_to(plain):
    flood, choir = plain.lines()[0], plain.lines()[2]
    assert [(judged["topic"], judged["relevant"]) for judged in flood["relevance"]] == [("floods", True)]
    assert flood["relevance"][0]["evidence"]
    assert choir["relevance"] == []


def test_stories_hold_their_articles(plain):
    by_story = {line["story_id"]: line for line in plain.lines("stories")}
    for line in plain.lines():
        if line["article_id"]:
            assert line["article_id"] in by_story[line["story_id"]]["articles"]
    assert sum(len(story["articles"]) for story in by_story.values()) == 5


def test_without_alert_no_alerts_are_written_and_nothing_half_made_is_left(plain):
    assert written(plain) == OUTPUTS
    report = json.loads(plain.printed)
    assert (report["lines"], report["articles"], report["bad_lines"], report["alerts"]) == (11, 5, 4, 0)


@pytest.fixture(scope="module")
def alerted(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Articles into a store that stays, as if published just now: the flood is told, and again within the cooldown."""
    folder = tmp_path_factory.mktemp("alerted")
    now = time.time()
    fresh = [line | {"published": now - 60 + number} for number, line in enumerate(ARTICLES[:4])]
    save(folder / "in.jsonl", fresh)
    options = ("--topics", topics(folder), "--alert", "--store", f"sqlite:///{folder}/kept.db", "--chunk", "2")
    return replay(folder / "in.jsonl", folder / "out", *options)


def test_alerts_go_into_the_folder_as_cloudevents(alerted):
    assert alerted.exit_code == 0
    assert written(alerted) == OUTPUTS | {"alerts.jsonl"}
    events = alerted.lines("alerts")
    for event in events:
        decoded = msgspec.convert(event, AlertEvent)
        assert decoded.data.topic.id == "floods"
        assert decoded.id == f"{decoded.data.alert_id}.{decoded.data.revision}"
    assert len({event["id"] for event in events}) == len(events)


def test_what_cooldown_holds_at_the_end_is_written_all_the_same(alerted):
    with sqlite3.connect(alerted.out.parent / "kept.db") as store:
        states = dict(store.execute("SELECT state, count(*) FROM deliveries GROUP BY state"))
        latest = {f"{row[0]}.{row[1]}" for row in store.execute("SELECT alert_id, revision FROM alerts WHERE latest")}
    assert "pending" not in states
    assert max(event["data"]["revision"] for event in alerted.lines("alerts")) == 2
    assert latest <= {event["id"] for event in alerted.lines("alerts")}


def test_replaying_again_into_the_same_store_changes_nothing(alerted):
    before = {name: (alerted.out / name).read_bytes() for name in written(alerted)}
    folder = alerted.out.parent
    options = ("--topics", folder / "topics.toml", "--alert", "--store", f"sqlite:///{folder}/kept.db")
    again = replay(folder / "in.jsonl", alerted.out, *options)
    assert again.exit_code == 0
    assert {name: (again.out / name).read_bytes() for name in written(again)} == before


@pytest.mark.parametrize("chunk", [1, 3])
def test_stories_do_not_depend_on_the_chunk(tmp_path, chunk, whole):
    found = replay(save(tmp_path / "in.jsonl"), tmp_path / "out", "--chunk", str(chunk))
    assert found.lines() == whole.lines()
    assert found.lines("stories") == whole.lines("stories")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("whole")
    return replay(save(folder / "in.jsonl"), folder / "out", "--chunk", "100")


def test_the_articles_fall_into_their_stories(whole):
    assert whole.stories() == {FLOOD, CHOIR, frozenset({"a5"}), frozenset({"a7"})}


def test_sorted_by_publication_a_backfill_in_any_order_gives_the_same_stories(tmp_path, whole):
    lines = sorted(ARTICLES, key=lambda line: line["url"])
    assert lines != ARTICLES
    found = replay(save(tmp_path / "in.jsonl", lines), tmp_path / "out", "--sort", "published")
    assert [line["input_id"] for line in found.lines()] == [line["id"] for line in lines]
    by_id = {line["input_id"]: line for line in found.lines()}
    assert [by_id[line["input_id"]] for line in whole.lines()] == whole.lines()


def test_an_empty_file_leaves_empty_files(tmp_path):
    (tmp_path / "in.jsonl").write_bytes(b"")
    found = replay(tmp_path / "in.jsonl", tmp_path / "out", "--alert")
    assert found.exit_code == 0
    assert {path.name: path.read_bytes() for path in found.out.iterdir()} == dict.fromkeys(
        OUTPUTS | {"alerts.jsonl"}, b""
    )


def test_outputs_of_an_earlier_replay_do_not_stay_beside_this_one_s(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "alerts.jsonl").write_text("old\n")
    (tmp_path / "in.jsonl").write_bytes(b"")
    assert written(replay(tmp_path / "in.jsonl", out)) == OUTPUTS


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "lines.jsonl"
    write_lines(path, [{"a": 1}])

    def breaking():
        yield {"a": 2}
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_lines(path, breaking())
    assert [entry.name for entry in tmp_path.iterdir()] == ["lines.jsonl"]
    assert path.read_bytes() == b'{"a":1}\n'


WRONG_TOPICS = '[[topics]]\nid = "x"\nname = "X"\nquery = "a AND"\n'


def test_wrong_use_is_told_before_anything_runs(tmp_path):
    good = save(tmp_path / "in.jsonl", ARTICLES[:1])
    out = tmp_path / "out"
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(WRONG_TOPICS)
    for options, told in [
        (("--topics", wrong), f"{wrong}:4: "),
        (("--topics", tmp_path / "none.toml"), "none.toml"),
        (("--chunk", "0"), "--chunk"),
        (("--sort", "backwards"), "--sort"),
        (("--store", "nonsense"), "'nonsense' is no URL"),
        (("--settings", tmp_path / "none.toml"), "no settings file"),
        (("--flink_mistake",), "no option"),
        (("--direct_num_workers", "many"), "direct_num_workers"),
        (("another.jsonl",), "another.jsonl"),
    ]:
        found = replay(good, out, *options)
        assert found.exit_code == 2, (options, found)
        assert told in found.said
        assert found.said.startswith("wirewatch: ")
        assert found.said.count("\n") == 1
        assert not out.exists()


def test_an_input_that_is_not_there_or_would_be_overwritten_is_wrong_use(tmp_path):
    assert replay(tmp_path / "none.jsonl", tmp_path / "out").exit_code == 2
    path = save(tmp_path / "articles.jsonl", ARTICLES[:1])
    found = replay(path, tmp_path)
    assert found.exit_code == 2
    assert "overwritten" in found.said
    assert path.stat().st_size


def test_an_out_that_cannot_be_written_is_told_in_one_line(tmp_path):
    good = save(tmp_path / "in.jsonl", ARTICLES[:1])
    for out in (good / "below", Path("/proc/none")):
        found = replay(good, out)
        assert found.exit_code == 1
        assert str(out) in found.said
        assert found.said.count("\n") == 1


def test_an_output_s_place_taken_by_a_folder_is_told_in_one_line(tmp_path):
    (tmp_path / "in.jsonl").write_bytes(b"")
    (tmp_path / "out" / "stories.jsonl").mkdir(parents=True)
    (tmp_path / "out" / "stories.jsonl" / "x").touch()
    found = replay(tmp_path / "in.jsonl", tmp_path / "out")
    assert found.exit_code == 1
    assert "stories.jsonl" in found.said
    assert found.said.count("\n") == 1


def test_a_store_that_another_works_is_not_touched(tmp_path):
    url = f"sqlite:///{tmp_path}/kept.db"
    store = open_store(url)
    with store.owners.own(SHARDS, "wirewatch watch"):
        found = replay(save(tmp_path / "in.jsonl", ARTICLES[:1]), tmp_path / "out", "--store", url)
    store.close()
    assert found.exit_code == 1
    assert "wirewatch watch" in found.said
    assert str(os.getpid()) in found.said


def test_ids_of_one_input_may_repeat(tmp_path):
    twins = [article(number, "Post", f"Twins {number}", ("Same id, other page.",), id="x") for number in (1, 2)]
    found = replay(save(tmp_path / "in.jsonl", twins), tmp_path / "out")
    assert [line["input_id"] for line in found.lines()] == ["x", "x"]
    assert len({line["article_id"] for line in found.lines()}) == 2
    assert all(a != b for a, b in itertools.pairwise(line["article_id"] for line in found.lines()))
