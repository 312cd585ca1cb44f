"""The comparison after a fault sees what it is there to see."""

import dataclasses

import pytest

from tests.faults.state import State, same, same_news

WHOLE = State(
    articles={"http://a.test/1": {"id": "1"}, "http://b.test/2": {"id": "2"}},
    memberships={"http://a.test/1": {"story": "s"}, "http://b.test/2": {"story": "s"}},
    alerts={"x": {"title": "Port closes"}},
    pairs={"x": ("ports", "s")},
    told=frozenset({("ports", frozenset({"http://a.test/1", "http://b.test/2"}), "A")}),
    letters={"http://c.test/3": "robots"},
    latest=frozenset({"x.1"}),
    standing={"x": ""},
)


def test_nothing_differs_from_itself() -> None:
    assert list(same(WHOLE, WHOLE)) == []
    assert list(same_news(WHOLE, WHOLE)) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"articles": {"http://a.test/1": {"id": "1"}}}, "articles: http://b.test/2: nothing, undisturbed"),
        ({"memberships": {**WHOLE.memberships, "http://b.test/2": {"story": "t"}}}, "memberships: http://b.test/2"),
        ({"alerts": {"x": {"title": "Port opens"}}}, 'alerts: x: {"title":"Port opens"}'),
        ({"pairs": {**WHOLE.pairs, "y": ("ports", "s")}}, "pairs: y"),
        ({"letters": {}}, "letters: http://c.test/3: nothing"),
    ],
)
def test_a_run_that_differs_is_told(change: dict[str, object], words: str) -> None:
    [difference] = same(WHOLE, dataclasses.replace(WHOLE, **change))
    assert difference.startswith(words)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"articles": {"http://a.test/1": {"id": "1"}}}, ["articles: http://b.test/2: lost"]),
        ({"told": frozenset()}, ["alerts: none on ports by A"]),
        (
            {"told": frozenset({("ports", frozenset({"http://a.test/1", "http://b.test/2"}), "B")})},
            ["alerts: none on ports by A", "alerts: unexpected on ports by B"],
        ),
        ({"letters": {}}, ["letters: {}, undisturbed"]),
    ],
)
def test_a_stream_that_differs_is_told(change: dict[str, object], words: list[str]) -> None:
    found = list(same_news(WHOLE, dataclasses.replace(WHOLE, **change)))
    assert len(found) == len(words)
    assert all(line.startswith(start) for line, start in zip(found, words, strict=True))
