"""One request with everything that can go wrong turned into a value: guarded, paced, capped in size, time and hops."""

import importlib.metadata
import math
import time
from collections.abc import Awaitable, Callable
from enum import StrEnum
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import aiohttp

from transforms.config import NetworkConfig
from transforms.feeds.answers import HOLDING, Fetched, FetchFailure, retry_after
from transforms.feeds.deadlines import Deadlines
from transforms.feeds.decoding import BadEncoding, CappedBody, TooLarge, Truncated
from transforms.feeds.guard import ForbiddenAddress, SafeUrl, guarded_session, refused_socket, safe_url
from transforms.feeds.pace import HostBusy, Pace
from transforms.feeds.refresh import refresh_target

ROBOTS_BYTES = 500 * 1024
"""Bytes of a robots file that are read, the least that RFC 9309 section 2.5 allows; the rest counts as not there."""
_HEADER_BYTES = 32 * 1024
_KEPT_HEADERS = frozenset(
    ("age", "cache-control", "content-language", "content-location", "content-type", "date", "etag", "expires")
) | {"last-modified"}
_PASSING_HEADERS = frozenset(("content-encoding", "im", "location", "retry-after"))
"""Those that count for this request alone."""
_HEADERS = {name.encode(): name for name in _KEPT_HEADERS | _PASSING_HEADERS}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_BY_REFRESH = 302
"""What a page's own redirect counts as."""
_PASSING = frozenset({408, 421, 423, 425, 429})
"""4xx answers that may be others next time; all 5xx are."""
_PAGE_TYPES = frozenset(("", "text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml"))


class FetchKind(StrEnum):
    """What a request is for."""

    FEED = "feed"
    PAGE = "page"
    ROBOTS = "robots"


_ACCEPT = {
    FetchKind.FEED: "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1",
    FetchKind.PAGE: "text/html, application/xhtml+xml, */*;q=0.1",
    FetchKind.ROBOTS: "text/plain, */*;q=0.1",
}


MayVisit = Callable[[str], Awaitable[FetchFailure | None]]
"""Asked before each hop with its URL; a failure stops the request."""


def user_agent(contact: str) -> str:
    """Wirewatch/<version> (+contact)."""
    try:
        version = importlib.metadata.version("wirewatch")
    except importlib.metadata.PackageNotFoundError:
        version = "0"
    return f"Wirewatch/{version} (+{contact})" if contact else f"Wirewatch/{version}"


class Client:
    """Fetches feeds, pages and robots files over one guarded session; use with `async with`.

    Args:
        network: caps, ports, contact, mapped hosts.
        pace: shared by all that ask these hosts.
        clock: seconds since the epoch, UTC.
        session: a guarded session; one is made when None.
    """

    def __init__(
        self,
        network: NetworkConfig,
        pace: Pace,
        *,
        clock: Callable[[], float] = time.time,
        session: aiohttp.ClientSession | None = None,
    ) -> None:
        self._network = network
        self._pace = pace
        self._clock = clock
        self._agent = user_agent(network.contact)
        self._deadlines = Deadlines()
        self._session = session or guarded_session(
            network,
            auto_decompress=False,
            max_line_size=_HEADER_BYTES,
            max_field_size=_HEADER_BYTES,
            timeout=aiohttp.ClientTimeout(
                total=None,
                sock_connect=network.connect_seconds,
                sock_read=network.headers_seconds,
                ceil_threshold=math.inf,  # else aiohttp rounds them up to whole seconds
            ),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def fetch(
        self,
        url: str,
        kind: FetchKind,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        may_visit: MayVisit | None = None,
        patience: float = math.inf,
        room: Callable[[], Awaitable[None]] | None = None,
    ) -> Fetched | FetchFailure:
        """Ask for a URL, following redirects.

        Args:
            url: as found; what the guard refuses comes back as a failure.
            kind: sets Accept, the size cap and which content types will do.
            etag: sent as If-None-Match, as it is.
            last_modified: sent as If-Modified-Since, as it is.
            may_visit: asked before each hop.
            patience: seconds of waiting for the host's turn, above which it is not asked (reason "host-busy").
            room: awaited when its turn has come: for memory to hold the answer.
        """
        headers = {"User-Agent": self._agent, "Accept": _ACCEPT[kind], "Accept-Encoding": "gzip, deflate, br"}
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        trip = _Trip(url, self._network)
        answer = await self._hop(trip, kind, headers, may_visit, patience, room)
        while answer is None:
            answer = await self._hop(trip, kind, headers, may_visit, math.inf, None)
        return answer

    async def _hop(
        self,
        trip: "_Trip",
        kind: FetchKind,
        headers: dict[str, str],
        may_visit: MayVisit | None,
        patience: float,
        room: Callable[[], Awaitable[None]] | None,
    ) -> Fetched | FetchFailure | None:
        """One request; None: it answered with a redirect, which the trip has taken."""
        try:
            target = safe_url(trip.url, self._network)
            refused = await may_visit(trip.url) if may_visit else None
            if refused:
                return refused
            async with self._pace.slot(target.host, patience):
                if room:
                    await room()
                started = time.monotonic()
                try:
                    with self._deadlines.within(trip.seconds_left):
                        return await self._ask(trip, target, kind, headers)
                finally:
                    trip.seconds_left -= time.monotonic() - started
        except ForbiddenAddress as error:
            return trip.failure("forbidden-address", f"refused: {error.reason}", lasting=True)
        except HostBusy as busy:
            return trip.failure("host-held" if busy.held else "host-busy", str(busy), retry_after=busy.wait)
        except aiohttp.ConnectionTimeoutError:
            return trip.failure("timeout-connect", f"no connection within {self._network.connect_seconds:g} s")
        except aiohttp.SocketTimeoutError:
            phase = trip.phase
            return trip.failure(f"timeout-{phase}", f"{phase} silent for {self._network.headers_seconds:g} s")
        except TimeoutError:
            return trip.failure("timeout-total", f"not done within {self._network.total_seconds:g} s")
        except aiohttp.ClientConnectorDNSError:
            return trip.failure("dns", "its host name has no address")
        except (aiohttp.ClientSSLError, aiohttp.ServerFingerprintMismatch) as error:
            return trip.failure("tls", f"TLS: {_told(error)}")
        except aiohttp.ServerDisconnectedError:
            return trip.failure("disconnected", "the server closed the connection without an answer")
        except (aiohttp.ClientPayloadError, Truncated):
            return trip.failure("truncated", "the answer breaks off in its middle")
        except TooLarge:
            return trip.failure("too-large", f"larger than {self._cap(kind)} bytes", lasting=True)
        except BadEncoding as error:
            return trip.failure("bad-encoding", f"its Content-Encoding cannot be undone: {error}")
        except aiohttp.ClientResponseError as error:
            return trip.failure("bad-http", f"not an answer in HTTP: {_told(error)}")
        except aiohttp.InvalidURL:
            return trip.failure("bad-url", "not a usable URL", lasting=True)
        except (aiohttp.ClientError, OSError) as error:
            if isinstance(error, aiohttp.ClientConnectorError) and (forbidden := refused_socket(error)):
                return trip.failure("forbidden-address", f"refused: {forbidden.reason}", lasting=True)
            return trip.failure("connect", f"no connection: {_told(error)}")

    async def _ask(
        self, trip: "_Trip", target: SafeUrl, kind: FetchKind, headers: dict[str, str]
    ) -> Fetched | FetchFailure | None:
        trip.phase = "headers"
        # No middleware: this hop's URL has passed the guard already, and aiohttp follows no redirect of its own accord.
        asking = self._session.get(target.url, headers=headers, allow_redirects=False, middlewares=())
        async with asking as response:
            trip.phase = "body"
            found = _headers(response)
            status = response.status
            if status in _REDIRECTS and "location" in found:
                return trip.follow(status, found["location"])
            if status == 304 and ("If-None-Match" in headers or "If-Modified-Since" in headers):
                return self._fetched(trip, status, found, b"")
            if not _is_whole(status, kind, found):
                asked_for = retry_after(found, self._clock()) if status >= 400 else None
                if asked_for is not None and status in HOLDING:
                    self._pace.hold(target.host, asked_for)
                return trip.failure(
                    f"http-{status}",
                    f"HTTP {status} {response.reason or ''}"[:100].strip(),
                    lasting=400 <= status < 500 and status not in _PASSING,
                    status=status,
                    retry_after=asked_for,
                )
            if kind == FetchKind.PAGE and response.content_type not in _PAGE_TYPES and "content-type" in found:
                return trip.failure("content-type", f"{response.content_type[:60]!r}, not a page", lasting=True)
            body = await self._read(response, kind, found.get("content-encoding", ""))
            if kind == FetchKind.PAGE:
                if not body.strip():
                    return trip.failure("empty", "an empty answer")
                if target_url := refresh_target(body, trip.url):
                    return trip.follow(_BY_REFRESH, target_url)
            return self._fetched(trip, 200, found, body)

    async def _read(self, response: aiohttp.ClientResponse, kind: FetchKind, encoding: str) -> bytes:
        cap = self._cap(kind)
        body = CappedBody(encoding, cap)
        try:
            if (response.content_length or 0) > cap and kind != FetchKind.ROBOTS:
                raise TooLarge  # noqa: TRY301 - one end for both
            async for chunk in response.content.iter_any():
                body.feed(chunk)
        except TooLarge:
            if kind == FetchKind.ROBOTS:
                return body.cut()
            raise
        return body.finish()

    def _cap(self, kind: FetchKind) -> int:
        return ROBOTS_BYTES if kind == FetchKind.ROBOTS else self._network.max_bytes

    def _fetched(self, trip: "_Trip", status: int, headers: dict[str, str], body: bytes) -> Fetched:
        kept = {name: value for name, value in headers.items() if name not in _PASSING_HEADERS}
        return Fetched(trip.url, status, kept, body, trip.moved_to, self._clock())


class _Trip:
    """A request on its way through redirects."""

    def __init__(self, url: str, network: NetworkConfig) -> None:
        self.url = url
        self.moved_to = ""
        self.phase = "headers"
        self.seconds_left = network.total_seconds
        self._max_redirects = network.max_redirects
        self._visited = {url}
        self._permanent = True

    def follow(self, status: int, location: str) -> FetchFailure | None:
        """Go on to a redirect's target, unless it leads in circles or too far."""
        try:
            target = urljoin(self.url, location.strip()).partition("#")[0]
        except ValueError:  # what Python takes for a broken IPv6 address
            return self.failure("bad-url", f"redirected to what is no URL: {location[:200]!r}", lasting=True)
        if target in self._visited:
            return self.failure("redirect-loop", f"redirected in a circle, by way of {target[:200]!r}")
        if len(self._visited) > self._max_redirects:
            return self.failure("too-many-redirects", f"redirected more than {self._max_redirects} times")
        self._visited.add(target)
        self._permanent = self._permanent and status in _PERMANENT
        if self._permanent:
            self.moved_to = target
        self.url = target
        return None

    def failure(
        self, reason: str, message: str, *, lasting: bool = False, status: int = 0, retry_after: float | None = None
    ) -> FetchFailure:
        return FetchFailure(self.url, reason, message, lasting, status, retry_after, self.moved_to)


def _is_whole(status: int, kind: FetchKind, headers: dict[str, str]) -> bool:
    """Is this an answer that carries the whole of what was asked for? (226 of a feed: RFC 3229 with "IM: feed".)"""
    return status in {200, 203} or (status == 226 and kind == FetchKind.FEED and "feed" in headers.get("im", ""))


def _headers(response: aiohttp.ClientResponse) -> dict[str, str]:
    """Those that count, names in lower case, the first of each; bytes that are not UTF-8 read as Latin-1."""
    headers: dict[str, str] = {}
    for name, value in response.raw_headers:
        known = _HEADERS.get(name.lower())
        if known is not None and known not in headers:
            headers[known] = _text(value)
    return headers


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _told(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
