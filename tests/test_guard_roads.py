"""No road of ours leads to an address inside, by any vector; counted at a real listener and at every connect()."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guard_roads import PUBLIC, ROADS, Wire, network, vectors, wire
from tests.guard_vectors import INSIDE
from tests.transforms.feeds.press import Press, item, rss

FEED = rss(item("http://post.test/1"))


@pytest.fixture
def press() -> Iterator[Press]:
    with Press() as served:
        yield served


@pytest.fixture
def between(press: Press) -> Iterator[Wire]:
    with wire(press) as found:
        yield found


@pytest.mark.parametrize("road", ROADS)
def test_no_vector_reaches_anything_inside(road: str, press: Press, between: Wire, tmp_path: Path) -> None:
    urls = vectors(between)
    assert len(urls) >= 80
    answered = ROADS[road](urls, network(between, press), press, tmp_path)
    assert (answered, between.connects, between.accepted) == (0, [], 0)


@pytest.mark.parametrize("road", ROADS)
def test_the_counters_count_what_is_allowed(road: str, press: Press, between: Wire, tmp_path: Path) -> None:
    between.names["desk.example.com"] = [["10.0.0.1"]]
    opened = network(between, press, allow=("127.0.0.0/8", "10.0.0.0/8"))
    urls = [f"http://127.0.0.1:{between.port}/", f"http://desk.example.com:{between.port}/"]
    ROADS[road](urls, opened, press, tmp_path)
    assert between.accepted > 0
    assert {("127.0.0.1", between.port), ("10.0.0.1", between.port)} == set(between.connects)


@pytest.mark.parametrize("road", ROADS)
def test_a_broken_guard_would_be_counted(
    road: str, press: Press, between: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transforms.feeds.guard.refusal", lambda *_: None)
    vectors(between)
    named = [f"http://n{number}.example.com:{between.port}/" for number in range(len(INSIDE))]
    ROADS[road](named, network(between, press), press, tmp_path)
    assert {host for host, _ in between.connects} == set(INSIDE)


@pytest.mark.parametrize("road", ROADS)
def test_a_name_that_changes_its_address_leads_nowhere_inside(
    road: str, press: Press, between: Wire, tmp_path: Path
) -> None:
    """At each first question the name is a server on the open web that answers well, after that it is loopback."""
    between.public = press.port
    names = [f"rebind{number}.example.com" for number in range(5)]
    for name in names:
        between.names[name] = [[PUBLIC], ["127.0.0.1"]]
        press.play(f"http://{name}/*", FEED)
    urls = [f"http://{name}:{between.port}/" for name in names]
    for _ in range(2):
        ROADS[road](urls, network(between, press), press, tmp_path)
    assert between.accepted == 0
    assert {host for host, _ in between.connects} == {PUBLIC}


@pytest.mark.parametrize("road", ROADS)
def test_proxies_of_the_environment_are_not_used(
    road: str, press: Press, between: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{between.port}")
    press.play("http://post.test/*", FEED)
    assert ROADS[road](["http://post.test/"], network(between, press), press, tmp_path) > 0
    assert (between.connects, between.accepted) == ([], 0)
