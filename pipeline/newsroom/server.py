"""The newsroom as a real HTTP server on loopback: the Host header decides the site, one port serves them all."""

import asyncio
import gzip
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

import msgspec
from aiohttp import web

from pipeline.newsroom.answers import Answer, answer, gzip_tag, is_unchanged
from pipeline.newsroom.edition import Edition
from pipeline.newsroom.feeds import render_opml
from pipeline.newsroom.landscape import Landscape, load
from pipeline.newsroom.pages import render_page
from transforms.config import NetworkConfig
from transforms.model import Feed

_BARE = {"127.0.0.1", "localhost"}
_SMALL = 600
"""Bytes; smaller bodies are not compressed."""


class SeenRequest(msgspec.Struct, frozen=True):
    """One request that a site of the newsroom answered."""

    at: float
    host: str
    path: str
    status: int
    conditional: bool


class Newsroom:
    """A small press landscape under *.newsroom, served from a thread of its own.

    Used as a context manager in tests and by `serve` as a command. On the bare host (127.0.0.1:port) it answers
    /-/requests, /-/feeds.opml, and POST /-/edit and /-/repair.

    Args:
        port: 0 takes a free one; `port` names it once the server runs.
        clock: seconds since the epoch.
        reveal_over: see Edition.
        edit_after: seconds after the start at which edited articles show their second version; None: when told.
        landscape: None reads the bundled one.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        clock: Callable[[], float] = time.time,
        reveal_over: float = 0.0,
        edit_after: float | None = None,
        landscape: Landscape | None = None,
    ) -> None:
        self.port = port
        self.landscape = landscape or load()
        self.requests: list[SeenRequest] = []
        self._clock = clock
        start = clock()
        edited_at = None if edit_after is None else start + edit_after
        self.edition = Edition(self.landscape, start, reveal_over=reveal_over, edited_at=edited_at)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    # --- what tests and the command ask of it ---

    def network(self) -> NetworkConfig:
        """How a client reaches the sites: all names on this port, loopback allowed."""
        return NetworkConfig(hosts={"*.newsroom": f"127.0.0.1:{self.port}"}, allow=("127.0.0.0/8",))

    def feeds(self) -> list[Feed]:
        """The feeds that a person follows."""
        return [Feed(url=outlet.site + feed.path, name=outlet.name) for outlet, feed in self.landscape.feeds()]

    def edit(self) -> None:
        """From now on edited articles show their second version, and their feeds say so."""
        self.edition.edited_at = self._clock()

    def repair(self) -> None:
        """From now on the hostile page is harmless."""
        self.edition.repaired = True

    def articles_jsonl(self, *, html: bool = False) -> Iterator[bytes]:
        """The articles that a first poll reads, one JSON line each as `wirewatch replay` takes them, oldest first.

        Args:
            html: give the page too, as "html".
        """
        now = self._clock()
        for line in self.edition.replay_lines(now):
            if html:
                article = self.landscape.articles[str(line["id"])]
                charset = self.landscape.outlets[article.outlet].charset
                line["html"] = render_page(self.edition, article, now).decode(charset)
            yield msgspec.json.encode(line) + b"\n"

    def request_counts(self) -> Counter[tuple[str, str, int, bool]]:
        """How often each (host, path, status, conditional) was answered."""
        return Counter((seen.host, seen.path, seen.status, seen.conditional) for seen in self.requests)

    # --- serving ---

    def __enter__(self) -> Self:
        started: threading.Event = threading.Event()
        failure: list[OSError] = []

        def work() -> None:
            asyncio.run(self._serve(started, failure))

        self._thread = threading.Thread(target=work, name="newsroom", daemon=True)
        self._thread.start()
        started.wait()
        if failure:
            self._thread.join()
            raise OSError(
                f"the newsroom cannot listen on 127.0.0.1:{self.port} ({failure[0].strerror}); choose another port"
            ) from failure[0]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()

    async def _serve(self, started: threading.Event, failure: list[OSError]) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        runner = web.ServerRunner(web.Server(self._handle, access_log=None), shutdown_timeout=1.0)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", self.port)
            await site.start()
        except OSError as error:
            failure.append(error)
            started.set()
            await runner.cleanup()
            return
        self.port = runner.addresses[0][1]
        started.set()
        await self._stopping.wait()
        await runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.Response:
        host = request.host.partition(":")[0].lower()
        if host in _BARE:
            return self._control(request)
        if request.method not in {"GET", "HEAD"}:
            return web.Response(status=405, headers={"Allow": "GET, HEAD"})
        now = self._clock()
        found = answer(self.edition, host, request.path, now)
        given = request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since")
        if is_unchanged(found, *given):
            kept = {name: found.headers[name] for name in ("ETag", "Last-Modified")}
            found = Answer(304, b"", kept)
        conditional = given != (None, None)
        self.requests.append(SeenRequest(now, host, request.path, found.status, conditional))
        return _response(found, gzipped="gzip" in request.headers.get("Accept-Encoding", ""))

    def _control(self, request: web.BaseRequest) -> web.Response:
        asked = f"{request.method} {request.path}"
        if asked == "POST /-/edit":
            self.edit()
            return web.Response(status=204)
        if asked == "POST /-/repair":
            self.repair()
            return web.Response(status=204)
        if asked == "GET /-/feeds.opml":
            return web.Response(text=render_opml(self.landscape), content_type="text/x-opml")
        if asked == "GET /-/requests":
            counts = [
                {"host": host, "path": path, "status": status, "conditional": conditional, "count": count}
                for (host, path, status, conditional), count in sorted(self.request_counts().items())
            ]
            return web.Response(body=msgspec.json.encode(counts), content_type="application/json")
        known = "GET /-/requests, GET /-/feeds.opml, POST /-/edit, POST /-/repair"
        return web.Response(status=404, text=f"nothing at {asked}; there is {known}\n")


def _response(found: Answer, *, gzipped: bool) -> web.Response:
    headers = dict(found.headers)
    body = found.body
    if gzipped and len(body) > _SMALL:
        body = gzip.compress(body, compresslevel=5, mtime=0)
        headers["Content-Encoding"] = "gzip"
        if "ETag" in headers:
            headers["ETag"] = gzip_tag(headers["ETag"])
    headers["Vary"] = "Accept-Encoding"
    return web.Response(status=found.status, body=body, headers=headers)


def serve(
    port: int = 8090,
    *,
    reveal_over: float = 0.0,
    edit_after: float | None = None,
    say: Callable[[str], None] = print,
) -> None:
    """Serve the newsroom in the foreground until SIGINT or SIGTERM.

    Raises:
        OSError: the port is taken; the message says what to do.
    """
    stopped = threading.Event()
    before = {number: signal.signal(number, lambda *_: stopped.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with Newsroom(port, reveal_over=reveal_over, edit_after=edit_after) as newsroom:
            feeds = len(newsroom.feeds())
            articles = len(newsroom.landscape.articles)
            say(f"Newsroom on 127.0.0.1:{newsroom.port}: {feeds} feeds, {articles} articles. Ctrl-C ends it.")
            say(f"Its feeds: http://127.0.0.1:{newsroom.port}/-/feeds.opml")
            stopped.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
