"""A small press on loopback: an HTTP server in a thread that plays whatever parts a test gives it."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from transforms.config import NetworkConfig

Part = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Asked:
    """One request as the server saw it."""

    host: str
    path: str
    headers: dict[str, str]


@dataclass
class Press:
    """Serves parts by (host, path); everything asked is recorded. Use with `with`."""

    parts: dict[tuple[str, str], Part] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    port: int = 0
    most_at_once: dict[str, int] = field(default_factory=dict)
    _under_way: dict[str, int] = field(default_factory=dict)

    def __enter__(self):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    def __exit__(self, *_):
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _start(self) -> None:
        self._runner = web.ServerRunner(
            web.Server(self._serve, access_log=None, handler_cancellation=True), shutdown_timeout=0.1
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        host = request.host.partition(":")[0]
        self.asked.append(Asked(host, request.path_qs, dict(request.headers)))
        part = self.parts.get((host, request.path)) or self.parts.get((host, "*"))
        self._under_way[host] = self._under_way.get(host, 0) + 1
        self.most_at_once[host] = max(self.most_at_once.get(host, 0), self._under_way[host])
        try:
            return await part(request) if part else web.Response(status=404, text="nothing here")
        finally:
            self._under_way[host] -= 1

    def network(self, **changes) -> NetworkConfig:
        """Every name below .test leads here."""
        caps = {"connect_seconds": 2.0, "headers_seconds": 0.5, "total_seconds": 1.5, "max_bytes": 1_000_000}
        return NetworkConfig(
            **{"hosts": {"*.test": f"127.0.0.1:{self.port}"}, "contact": "press@x.test", **caps, **changes}
        )

    def play(self, url: str, part: Part | bytes | str, **response) -> None:
        """Give http://host/path a part, or a plain answer."""
        host, _, path = url.removeprefix("http://").partition("/")
        self.parts[host, "*" if path == "*" else f"/{path}"] = part if callable(part) else answer(part, **response)

    def paths(self, host: str | None = None) -> list[str]:
        return [one.path for one in self.asked if host in {None, one.host}]


def answer(body: bytes | str = b"", status: int = 200, headers: dict[str, str] | None = None) -> Part:
    async def part(_request: web.Request) -> web.Response:
        data = body.encode() if isinstance(body, str) else body
        return web.Response(status=status, body=data, headers={"Content-Type": "text/html", **(headers or {})})

    return part


def raw(data: bytes, *, then: str = "close") -> Part:
    """Writes bytes as they are to the connection, then closes it, or hangs, or drips on a byte at a time."""

    async def part(request: web.Request) -> web.Response:
        transport = request.transport
        transport.write(data)
        if then == "hang":
            await asyncio.Event().wait()  # ends when the client hangs up
        while then == "drip" and not transport.is_closing():
            transport.write(b"x")
            await asyncio.sleep(0.1)
        transport.close()
        return web.Response()

    return part


def conditional(
    body: bytes | str, *, etag: str | None = '"v1"', last_modified: str | None = None, headers=None
) -> Part:
    """Answers 304 to its own validators."""

    async def part(request: web.Request) -> web.Response:
        own = {"ETag": etag, "Last-Modified": last_modified}
        sent = {name: value for name, value in own.items() if value} | (headers or {})
        same = (etag and request.headers.get("If-None-Match") == etag) or (
            not etag and last_modified and request.headers.get("If-Modified-Since") == last_modified
        )
        data = body.encode() if isinstance(body, str) else body
        return web.Response(status=304, headers=sent) if same else web.Response(body=data, headers=sent)

    return part


def rss(*items: str, title: str = "Harbour Post", more: str = "") -> str:
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{more}{"".join(items)}</channel></rss>'
    )


def item(link: str, title: str = "A title", guid: str = "", more: str = "") -> str:
    guid = f"<guid isPermaLink='false'>{guid}</guid>" if guid else ""
    return f"<item><title>{title}</title><link>{link}</link>{guid}{more}</item>"
