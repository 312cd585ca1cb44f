"""Every road on which a URL from outside leads to a connection, each through the client that production uses there.

`wire()` stands between this process and the network: names are answered by a table, and each connect() that does not go
to a server of the test's own is counted and refused, so that even a broken guard sends no packet off the machine. Only
loopback at the listener's port is let through, to a real listener that counts too.
"""

import asyncio
import contextlib
import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner

from pipeline.cli.feed_look import FeedLook, look_at
from pipeline.cli.main import cli
from pipeline.settings.settings import load_settings
from pipeline.settings.sinks import SinkSecrets
from pipeline.sinks.webhook import WebhookSink
from tests.guard_vectors import INSIDE, MISLEADING_URLS, refused_urls
from tests.transforms.alerts.fakes import alert
from tests.transforms.feeds.memory_store import MemoryStore
from tests.transforms.feeds.press import Press, item, raw, rss
from transforms.alerts.ports import SinkError
from transforms.config import NetworkConfig, PollingConfig
from transforms.feeds.client import Client, FetchKind
from transforms.feeds.follower import Follower
from transforms.feeds.pace import Pace
from transforms.feeds.ports import Shard
from transforms.feeds.robots import Robots
from transforms.model import DeadLetter, Entry, Feed, Page
from transforms.workers import shared_pool

NOW = 1_700_000_000.0
PATIENCE = 120.0
PUBLIC = "93.184.216.34"
"""Stands for the open web: a connection to it leads to the test's press where `wire` says so."""
_REAL_CONNECT = socket.socket.connect


@dataclass
class Wire:
    """What wanted to reach the network.

    Args:
        own: ports of the test's own servers on loopback; going there is no breach.
        names: host name -> its answers, the next one at each question and the last one for ever; any other name
            is at 127.0.0.1.
    """

    own: set[int] = field(default_factory=set)
    names: dict[str, list[list[str]]] = field(default_factory=dict)
    public: int = 0
    """Port of the press that answers at PUBLIC; 0: nobody does."""
    port: int = 0
    """The listener's."""
    connects: list[tuple[str, int]] = field(default_factory=list)
    """Every connect() but those to the test's own servers."""
    accepted: int = 0
    """Connections that the listener saw."""

    def getaddrinfo(self, host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        answers = self.names.get(host, [["127.0.0.1"]])
        found = []
        for address in answers.pop(0) if len(answers) > 1 else answers[0]:
            six = ":" in address
            where = (address, port, 0, 0) if six else (address, port)
            found.append(
                (socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", where)
            )
        return found

    def connect(self, sock: socket.socket, where: tuple[str, int]) -> None:
        if sock.family not in {socket.AF_INET, socket.AF_INET6}:  # between processes
            return _REAL_CONNECT(sock, where)
        host, port = where[:2]
        if port in self.own and _is_loopback(host):
            return _REAL_CONNECT(sock, where)
        self.connects.append((host, port))
        if self.public and host == PUBLIC:
            return _REAL_CONNECT(sock, ("127.0.0.1", self.public))
        if port == self.port and _is_loopback(host):
            return _REAL_CONNECT(sock, where)
        raise ConnectionRefusedError("no packet leaves this test")

    def listen(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                self.accepted += 1
                connection.close()


@contextlib.contextmanager
def wire(press: Press) -> Iterator[Wire]:
    """Between this process and the network while it lasts."""
    found = Wire(own={press.port})
    listeners = [socket.create_server(("127.0.0.1", 0))]
    found.port = listeners[0].getsockname()[1]
    with contextlib.suppress(OSError):  # a machine without IPv6
        listeners.append(socket.create_server(("::1", found.port), family=socket.AF_INET6))
    for listener in listeners:
        threading.Thread(target=found.listen, args=(listener,), daemon=True).start()
    resolve = socket.getaddrinfo
    socket.getaddrinfo = found.getaddrinfo
    socket.socket.connect = lambda sock, where: found.connect(sock, where)  # noqa: PLW0108 - a bound method would not get the socket
    try:
        yield found
    finally:
        socket.getaddrinfo = resolve
        del socket.socket.connect
        for listener in listeners:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()


def vectors(found: Wire) -> list[str]:
    """All URLs that lead inside, those by name among them; the names are entered into the wire's table."""
    named = []
    for number, address in enumerate(INSIDE):
        for host, answers in ((f"n{number}.example.com", [address]), (f"m{number}.example.com", [PUBLIC, address])):
            found.names[host] = [answers]
            named.append(f"http://{host}:{found.port}/")
    misleading = [url.replace("{port}", str(found.port)) for url in MISLEADING_URLS]
    return refused_urls(found.port) + misleading + named


def network(found: Wire, press: Press, **changes: object) -> NetworkConfig:
    """As installed, but that the listener's port is allowed and *.test is the test's own press."""
    caps = {"connect_seconds": 5.0, "headers_seconds": 5.0, "total_seconds": 10.0}
    ports = (80, 443, 8080, 8443, found.port)
    hosts = {"*.test": f"127.0.0.1:{press.port}"}
    return NetworkConfig(**{"hosts": hosts, "contact": "press@x.test", "ports": ports, **caps, **changes})


Road = Callable[[list[str], NetworkConfig, Press, Path], int]
"""Leads URLs down one road; returns how many of them were answered or delivered."""


def feed(urls: list[str], reach: NetworkConfig, _press: Press, _folder: Path) -> int:
    """Polls of feeds at these URLs."""
    store = MemoryStore(*urls, clock=lambda: NOW)
    _followed(store, reach)
    return sum(not cursor.cause for cursor in store.cursors.values())


def page(urls: list[str], reach: NetworkConfig, _press: Press, _folder: Path) -> int:
    """Pages of entries that link to these URLs."""
    store = MemoryStore(clock=lambda: NOW)
    for number, url in enumerate(urls):
        link = url.encode("utf-8", "replace").decode()  # a row holds no half surrogates
        store.add_row(Entry(feed="http://post.test/feed", id=str(number), link=link), NOW)
    ready = _followed(store, reach)
    assert len(ready) == len(urls)
    return sum(isinstance(one, Page) for one in ready)


def redirect(urls: list[str], reach: NetworkConfig, press: Press, _folder: Path) -> int:
    """Feeds and pages at an allowed server that redirects to these URLs."""
    for number, url in enumerate(urls):
        press.play(f"http://hop{number}.test/feed", _redirecting(url))
        press.play(f"http://hop{number}.test/page", _redirecting(url))
    hops = [f"http://hop{number}.test/" for number in range(len(urls))]
    answered = feed([f"{hop}feed" for hop in hops], reach, press, _folder)
    return answered + page([f"{hop}page" for hop in hops], reach, press, _folder)


def robots(urls: list[str], reach: NetworkConfig, press: Press, folder: Path) -> int:
    """robots.txt of these URLs' hosts, asked for a page and in a look at a feed, and one that redirects to them."""

    async def asked() -> int:
        async with Client(reach, Pace(PollingConfig(pace=0.0))) as client:
            files = Robots(lambda url: client.fetch(url, FetchKind.ROBOTS), Pace(PollingConfig()), lambda: NOW)
            visits = await asyncio.gather(*map(files.may_visit, urls))
            return sum(visit is None for visit in visits)

    answered = asyncio.run(asked())
    for number, url in enumerate(urls):
        press.play(f"http://rob{number}.test/robots.txt", _redirecting(url))
        press.play(f"http://feed{number}.test/", rss(item(_cdata(url))))
    answered += page([f"http://rob{number}.test/page" for number in range(len(urls))], reach, press, folder)
    looks: list[FeedLook] = []
    settings = load_settings(_settings(reach, folder))
    look_at([Feed(f"http://feed{number}.test/") for number in range(len(urls))], settings, looks.append)
    assert len(looks) == len(urls)
    return answered  # the looks are left out: what is no URL of its own is one of the feed's own server


def discovery(urls: list[str], reach: NetworkConfig, press: Press, folder: Path) -> int:
    """`wirewatch feeds add` of these URLs, and of pages that offer them as their feeds."""
    settings = _settings(reach, folder)
    for number in range(0, len(urls), 10):
        links = "".join(f'<link rel=alternate type="application/rss+xml" href="{url}">' for url in urls[number:][:10])
        press.play(f"http://offer{number}.test/", f"<html><head>{links}</head><body></body></html>")
    offering = [f"http://offer{number}.test/" for number in range(0, len(urls), 10)]
    added = 0
    for url in [*urls, *offering]:
        said = CliRunner().invoke(cli, ["feeds", "add", "--settings", str(settings), "--", url], prog_name="wirewatch")
        assert said.exception is None or isinstance(said.exception, SystemExit), (url, said.exception)
        added += said.exit_code == 0
    return added


def webhook(urls: list[str], reach: NetworkConfig, _press: Press, _folder: Path) -> int:
    """Alerts to webhooks at these URLs."""
    delivered = 0
    for url in urls:
        with contextlib.suppress(SinkError):
            WebhookSink("desk", SinkSecrets(url), reach, timeout=10.0).send(alert())
            delivered += 1
    return delivered


ROADS: dict[str, Road] = {
    "feed": feed,
    "page": page,
    "redirect": redirect,
    "robots": robots,
    "discovery": discovery,
    "webhook": webhook,
}


def _followed(store: MemoryStore, reach: NetworkConfig) -> list[Page | DeadLetter]:
    follower = Follower(
        Shard(),
        store,
        polling=PollingConfig(pace=0.0, page_tries=1, pass_pages=10_000, per_host=1000),
        network=reach,
        max_age=86400.0,
        pool=shared_pool(),
        owner="test",
        clock=lambda: NOW,
        roll=lambda: 0.0,
    )
    follower.start(bounded=True)
    ready: list[Page | DeadLetter] = []
    while not follower.done():
        ready += follower.ready(0.1)
    ready += follower.ready(0.0)
    follower.close()
    return ready


def _redirecting(url: str) -> Callable[..., object]:
    where = url.replace("\r\n", " ").replace("\0", "").encode("utf-8", "replace")
    return raw(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + where + b"\r\n\r\n")


def _cdata(url: str) -> str:
    return f"<![CDATA[{url.encode('utf-8', 'replace').decode()}]]>".replace("\0", "")


def _settings(reach: NetworkConfig, folder: Path) -> Path:
    lines = ['feeds = "feeds.txt"', 'store = "sqlite:///kept.db"', "[polling]", "pace = 0", "per_host = 100"]
    lines += [
        f'contact = "{reach.contact}"',
        "[network]",
        f"allow = {list(reach.allow)}",
        f"ports = {list(reach.ports)}",
    ]
    lines += ["[network.hosts]", *(f'"{name}" = "{where}"' for name, where in reach.hosts.items())]
    (folder / "feeds.txt").write_text("", encoding="utf-8")
    (folder / "topics.toml").write_text("", encoding="utf-8")
    path = folder / "settings.toml"
    path.write_text("\n".join(lines).replace("'", '"') + "\n", encoding="utf-8")
    return path


def _is_loopback(host: str) -> bool:
    address = ipaddress.ip_address(host)
    mapped = getattr(address, "ipv4_mapped", None) or address
    return mapped.is_loopback or mapped.is_unspecified
