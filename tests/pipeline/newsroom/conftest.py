"""A running newsroom, and a client that reaches its sites as the Host header asks."""

import http.client
import io
from collections.abc import Callable, Iterator
from email.message import Message
from typing import NamedTuple

import pytest

from pipeline.newsroom.server import Newsroom

START = 1_745_740_800.0
"""27 April 2025, 08:00 UTC."""


class Clock:
    """A clock that moves when told."""

    def __init__(self, now: float = START) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Reply(NamedTuple):
    status: int
    headers: Message
    body: bytes


Get = Callable[..., Reply]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def newsroom(clock: Clock) -> Iterator[Newsroom]:
    with Newsroom(clock=clock) as running:
        yield running


def getter(newsroom: Newsroom) -> Get:
    """A function (url, headers, method) -> Reply that connects to the newsroom's port."""

    def get(url: str, headers: dict[str, str] | None = None, method: str = "GET") -> Reply:
        host, _, path = url.removeprefix("http://").partition("/")
        connection = http.client.HTTPConnection("127.0.0.1", newsroom.port, timeout=10)
        connection.request(method, "/" + path, headers={"Host": host, **(headers or {})})
        response = connection.getresponse()
        reply = Reply(response.status, response.headers, io.BytesIO(response.read()).getvalue())
        connection.close()
        return reply

    return get


@pytest.fixture
def get(newsroom: Newsroom) -> Get:
    return getter(newsroom)
