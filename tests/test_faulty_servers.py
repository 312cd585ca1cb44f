"""Each faulty server gets the right outcome on every road, and the other parts under way at the same time theirs."""

import pytest

from tests.faulty_servers import FAULTS, ROADS, Answered, answers, expected, staged

CAPS = {"connect_seconds": 4.0, "headers_seconds": 4.0, "total_seconds": 8.0}
WEBHOOK_SECONDS = 6.0
LIVENESS = 5


@pytest.fixture(scope="module")
def answered() -> dict[tuple[str, str], Answered]:
    with staged(**CAPS) as network:
        return answers(network, webhook_seconds=WEBHOOK_SECONDS)


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("name", FAULTS)
def test_faulty_server_gets_its_outcome(name: str, road: str, answered: dict[tuple[str, str], Answered]) -> None:
    fault, found = FAULTS[name], answered[name, road]
    assert found.outcome == expected(fault, road)
    assert found.seconds < LIVENESS * max(CAPS.values())
    if road == "feed":
        assert found.lasting is fault.lasting
