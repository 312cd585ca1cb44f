"""Servers that do everything wrong: one table of parts, each with what must come of it on every road.

`staged()` plays them all on loopback; `answers()` asks each as a feed, as a page, for robots.txt and as a webhook, all at
the same time, through the clients that production uses.
"""

import asyncio
import contextlib
import gzip
import socket
import ssl
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import brotli
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pipeline.settings.sinks import SinkSecrets
from pipeline.sinks.webhook import WebhookSink
from tests.transforms.alerts.fakes import alert
from tests.transforms.feeds.press import Part, Press, answer, raw
from transforms.alerts.ports import SinkError
from transforms.config import NetworkConfig, PollingConfig
from transforms.feeds.answers import Fetched, FetchFailure
from transforms.feeds.client import Client, FetchKind
from transforms.feeds.pace import Pace
from transforms.feeds.robots import read_rules

CAP = 1_000_000
BOMB = b"\0" * 60_000_000
TEXT = b"<rss>" + b"harbour " * 2000 + b"</rss>"

OK = "read"
LATER, FINAL, DISABLE, DELIVERED = "tried again", "given up", "disabled", "delivered"
ALL, NOTHING, BY_RULES = "allows all", "allows nothing", "by its rules"
ROADS = ("feed", "page", "robots", "webhook")


class Fault(NamedTuple):
    """One part and what must come of it.

    Args:
        part: how the server answers; None: see `staged`.
        feed: reason of the failure, or OK.
        lasting: the failure is not tried again soon.
        page: the same for a page, where it differs.
        robots: what the site's robots file then allows.
        webhook: what becomes of the alert.
        cap: which of the configured times may be used up: connect, headers, total.
        scheme: http or https.
    """

    part: Part | None
    feed: str
    lasting: bool = False
    page: str = ""
    robots: str = NOTHING
    webhook: str = DELIVERED
    cap: str = "total"
    scheme: str = "http"


class Answered(NamedTuple):
    """What came of one part on one road, and the seconds it took."""

    outcome: str
    lasting: bool
    seconds: float


def head(*lines: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode()


def packed(encoding: str, data: bytes) -> Part:
    return answer(data, headers={"Content-Encoding": encoding})


def bare_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def without_end(start: bytes, piece: bytes, pause: float = 0.01) -> Part:
    """Writes a start and then a piece again and again, until the client hangs up."""

    async def part(request: web.Request) -> web.Response:
        request.transport.write(start)
        while not request.transport.is_closing():
            request.transport.write(piece)
            await asyncio.sleep(pause)
        return web.Response()

    return part


async def next_hop(request: web.Request) -> web.Response:
    """Redirects to the next of its addresses, without end."""
    raise web.HTTPFound(f"/{int(request.path.strip('/') or 0) + 1}")


def slow_hops(seconds: float) -> Part:
    """The same, each only after so many seconds."""

    async def part(request: web.Request) -> web.Response:
        await asyncio.sleep(seconds)
        return await next_hop(request)

    return part


async def to_and_fro(request: web.Request) -> web.Response:
    """Redirects in a circle of two."""
    raise web.HTTPFound("/b" if request.path == "/" else "/")


_CHUNKED = "Transfer-Encoding: chunked"
HANGS = {"webhook": LATER, "cap": "headers"}
NOT_HTTP = {"webhook": LATER}

FAULTS: dict[str, Fault] = {
    # no connection
    "name server says nothing": Fault(None, "timeout-connect", webhook=LATER, cap="connect"),
    "connect hangs": Fault(None, "timeout-connect", webhook=LATER, cap="connect"),
    "connection refused": Fault(None, "connect", webhook=LATER),
    "certificate signed by nobody": Fault(None, "tls", webhook=LATER, scheme="https"),
    "certificate out of date": Fault(None, "tls", webhook=LATER, scheme="https"),
    "HTTP where TLS should be": Fault(None, "tls", webhook=LATER, scheme="https"),
    "TLS that hangs in its handshake": Fault(None, "timeout-connect", webhook=LATER, cap="connect", scheme="https"),
    "TLS that breaks off": Fault(None, "connect", webhook=LATER, scheme="https"),
    # hangs and drips
    "hangs before its headers": Fault(raw(b"", then="hang"), "timeout-headers", **HANGS),
    "hangs within its headers": Fault(raw(b"HTTP/1.1 200 OK\r\nX-Half", then="hang"), "timeout-headers", **HANGS),
    "hangs within its body": Fault(
        raw(head("Content-Length: 9") + b"half", then="hang"), "timeout-body", cap="headers"
    ),
    "hangs after a 103": Fault(raw(head(status="103 Early Hints"), then="hang"), "timeout-total", webhook=LATER),
    "drips headers": Fault(without_end(b"HTTP/1.1 200 OK\r\nX-Drip: ", b"x", 0.1), "timeout-total", webhook=LATER),
    "drips its body": Fault(raw(head("Content-Length: 99999"), then="drip"), "timeout-total"),
    "103 without end": Fault(without_end(b"", head(status="103 Early Hints")), "timeout-total", webhook=LATER),
    "trailers without end": Fault(
        without_end(head(_CHUNKED) + b"5\r\nshort\r\n0\r\nX-More: ", b"x", 0.1), "timeout-total"
    ),
    "chunk extension without end": Fault(without_end(head(_CHUNKED) + b"5;name=", b"x" * 100, 0.1), "timeout-total"),
    "redirects, each slow": Fault(None, "timeout-total", webhook=FINAL),
    # not HTTP
    "closes without an answer": Fault(raw(b""), "disconnected", **NOT_HTTP),
    "speaks no HTTP": Fault(raw(b"SSH-2.0-OpenSSH_9\r\n"), "bad-http", **NOT_HTTP),
    "status that is no number": Fault(raw(b"HTTP/1.1 2x0 OK\r\n\r\n"), "bad-http", **NOT_HTTP),
    "huge header line": Fault(raw(head("X-Big: " + "x" * 200_000)), "bad-http", **NOT_HTTP),
    "huge number of headers": Fault(raw(head(*[f"X-{n}: {n}" for n in range(20_000)])), "bad-http", **NOT_HTTP),
    "two lengths": Fault(raw(head("Content-Length: 5", "Content-Length: 9") + b"short"), "bad-http", **NOT_HTTP),
    "negative length": Fault(raw(head("Content-Length: -5") + b"short"), "bad-http", **NOT_HTTP),
    "chunk length nonsense": Fault(raw(head(_CHUNKED) + b"zz\r\nshort"), "bad-http", webhook=LATER),
    # bodies that are not what they say
    "body shorter than said": Fault(raw(head("Content-Length: 99") + b"short"), "truncated"),
    "chunk cut": Fault(raw(head(_CHUNKED) + b"ff\r\nshort"), "truncated"),
    "truncated gzip": Fault(packed("gzip", gzip.compress(TEXT)[:-20]), "truncated"),
    "truncated deflate": Fault(packed("deflate", zlib.compress(TEXT)[:-20]), "truncated"),
    "truncated br": Fault(packed("br", brotli.compress(TEXT)[:-6]), "truncated"),
    "broken gzip": Fault(packed("gzip", gzip.compress(TEXT)[:40] + b"\xff" * 400), "bad-encoding"),
    "br that is none": Fault(packed("br", b"\xff" * 400), "bad-encoding"),
    "unknown encoding": Fault(packed("zstd", TEXT), "bad-encoding"),
    "bomb in gzip": Fault(packed("gzip", gzip.compress(BOMB)), "too-large", True, robots=BY_RULES),
    "bomb in deflate": Fault(packed("deflate", zlib.compress(BOMB)), "too-large", True, robots=BY_RULES),
    "bomb in bare deflate": Fault(packed("deflate", bare_deflate(BOMB)), "too-large", True, robots=BY_RULES),
    "bomb in br": Fault(packed("br", brotli.compress(BOMB, quality=4)), "too-large", True, robots=BY_RULES),
    "bomb of gzip members": Fault(
        packed("gzip", gzip.compress(b"\0" * 9000) * 200), "too-large", True, robots=BY_RULES
    ),
    "announced too large": Fault(
        raw(head(f"Content-Length: {CAP + 1}") + b"#" * 600_000, then="hang"), "too-large", True, robots=BY_RULES
    ),
    "larger than is read": Fault(answer(b"x" * (CAP + 1)), "too-large", True, robots=BY_RULES),
    "empty 200": Fault(answer(b""), OK, page="empty", robots=BY_RULES),
    "another content type": Fault(
        answer(TEXT, headers={"Content-Type": "video/mp4"}), OK, page="content-type", robots=BY_RULES
    ),
    # answers that are no whole answer
    "101": Fault(raw(head("Upgrade: x", "Connection: upgrade", status="101 Switching")), "http-101", webhook=FINAL),
    "204": Fault(answer(status=204), "http-204"),
    "205": Fault(answer(status=205), "http-205"),
    "206 unasked": Fault(answer(TEXT[:10], status=206), "http-206"),
    "226 of another kind": Fault(answer(TEXT, status=226, headers={"IM": "vcdiff"}), "http-226"),
    "300 without a target": Fault(answer(status=300), "http-300", webhook=FINAL),
    "302 without a target": Fault(answer(status=302), "http-302", webhook=FINAL),
    "304 unasked": Fault(answer(status=304), "http-304", webhook=FINAL),
    "401": Fault(answer(status=401), "http-401", True, robots=ALL, webhook=FINAL),
    "404": Fault(answer(status=404), "http-404", True, robots=ALL, webhook=FINAL),
    "410": Fault(answer(status=410), "http-410", True, robots=ALL, webhook=DISABLE),
    "429": Fault(answer(status=429), "http-429", webhook=LATER),
    "500": Fault(answer(status=500), "http-500", webhook=LATER),
    "503 with a Retry-After of a year": Fault(
        answer(status=503, headers={"Retry-After": "31536000"}), "http-503", webhook=LATER
    ),
    "999": Fault(raw(head("Content-Length: 0", status="999 Go away")), "http-999", webhook=LATER),
    # redirects
    "redirect to itself": Fault(answer(status=302, headers={"Location": "/"}), "redirect-loop", webhook=FINAL),
    "redirects in a circle": Fault(to_and_fro, "redirect-loop", webhook=FINAL),
    "redirects without end": Fault(next_hop, "too-many-redirects", webhook=FINAL),
    "redirect inside": Fault(
        answer(status=302, headers={"Location": "http://169.254.169.254/"}), "forbidden-address", True, webhook=FINAL
    ),
    "redirect to a file": Fault(
        answer(status=302, headers={"Location": "file:///etc/passwd"}), "forbidden-address", True, webhook=FINAL
    ),
    "redirect to no URL": Fault(
        answer(status=302, headers={"Location": "http://[1.2.3.4]/"}), "bad-url", True, webhook=FINAL
    ),
}


def expected(fault: Fault, road: str) -> str:
    """What must come of a part on a road."""
    return {"feed": fault.feed, "page": fault.page or fault.feed, "robots": fault.robots, "webhook": fault.webhook}[
        road
    ]


@contextlib.contextmanager
def staged(**caps: float) -> Iterator[NetworkConfig]:
    """All parts under way; a network in which `urls()` lead to them."""
    with contextlib.ExitStack() as stack:
        press = stack.enter_context(Press())
        shut = socket.create_server(("127.0.0.1", 0))
        refused = shut.getsockname()[1]
        shut.close()
        silent = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        ports = {
            "connect hangs": stack.enter_context(_full()),
            "connection refused": refused,
            "certificate signed by nobody": stack.enter_context(_tls(days=30)),
            "certificate out of date": stack.enter_context(_tls(days=-1)),
            "HTTP where TLS should be": press.port,
            "TLS that hangs in its handshake": silent.getsockname()[1],
            "TLS that breaks off": stack.enter_context(_hanging_up()),
        }
        hosts = {"*.test": f"127.0.0.1:{press.port}"}
        for number, (name, fault) in enumerate(FAULTS.items()):
            if fault.part is not None:
                press.play(f"http://part{number}.test/*", fault.part)
            elif name == "redirects, each slow":
                press.play(f"http://part{number}.test/*", slow_hops(caps["total_seconds"] / 4))
            elif name in ports:
                hosts[f"part{number}.test"] = f"127.0.0.1:{ports[name]}"
        stack.enter_context(_silent_name_server())
        yield NetworkConfig(hosts=hosts, contact="press@x.test", max_bytes=CAP, **caps)


def urls() -> dict[str, str]:
    """Part -> where it is played."""
    names = list(FAULTS)
    found = {name: f"{FAULTS[name].scheme}://part{number}.test/" for number, name in enumerate(names)}
    return found | {"name server says nothing": f"http://{_SILENT}/"}


def answers(network: NetworkConfig, *, webhook_seconds: float) -> dict[tuple[str, str], Answered]:
    """(part, road) -> what came of it; all asked at once."""

    async def fetched() -> list[dict[str, Answered]]:
        return await asyncio.gather(*(_fetched(network, kind) for kind in FetchKind))

    with ThreadPoolExecutor(len(FAULTS)) as threads:
        sending = {name: threads.submit(_sent, url, network, webhook_seconds) for name, url in urls().items()}
        roads = dict(zip((kind.value for kind in FetchKind), asyncio.run(fetched()), strict=True))
        roads["webhook"] = {name: sent.result() for name, sent in sending.items()}
    return {(name, road): answered for road, found in roads.items() for name, answered in found.items()}


async def _fetched(network: NetworkConfig, kind: FetchKind) -> dict[str, Answered]:
    pace = Pace(PollingConfig(pace=0.0, concurrency=1000))
    async with Client(network, pace) as client:

        async def one(url: str) -> Answered:
            began = time.monotonic()
            answer = await client.fetch(url, kind)
            return _judged(answer, kind, time.monotonic() - began)

        return dict(zip(FAULTS, await asyncio.gather(*map(one, urls().values())), strict=True))


def _judged(answer: Fetched | FetchFailure, kind: FetchKind, seconds: float) -> Answered:
    if kind == FetchKind.ROBOTS:
        rules = read_rules(answer)
        return Answered(BY_RULES if rules.parsed else ALL if rules.allow_all else NOTHING, False, seconds)
    if isinstance(answer, Fetched):
        return Answered(OK, False, seconds)
    return Answered(answer.reason, answer.lasting, seconds)


def _sent(url: str, network: NetworkConfig, timeout: float) -> Answered:
    began = time.monotonic()
    try:
        WebhookSink("desk", SinkSecrets(url), network, timeout=timeout).send(alert())
    except SinkError as error:
        outcome = DISABLE if error.disable else FINAL if error.final else LATER
    else:
        outcome = DELIVERED
    return Answered(outcome, False, time.monotonic() - began)


# --- servers below HTTP

_SILENT = "silent-name-server.example"


@contextlib.contextmanager
def _silent_name_server() -> Iterator[None]:
    over = threading.Event()
    asked = socket.getaddrinfo

    def silent(host: str, *args: object, **options: object) -> object:
        if host != _SILENT:
            return asked(host, *args, **options)
        over.wait()
        raise socket.gaierror(socket.EAI_AGAIN, "no answer")

    socket.getaddrinfo = silent
    try:
        yield
    finally:
        over.set()
        socket.getaddrinfo = asked


@contextlib.contextmanager
def _full() -> Iterator[int]:
    """A port whose queue of connections is full and is never emptied: a further connect() gets no answer."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        yield server.getsockname()[1]


@contextlib.contextmanager
def _tls(days: int) -> Iterator[int]:
    """A TLS server with a certificate of its own making, valid for so many days from now."""
    with tempfile.TemporaryDirectory() as folder:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(_certificate(Path(folder), days))

    def serve(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as secured:
            secured.sendall(head("Content-Length: 0"))

    with _serving(serve) as port:
        yield port


@contextlib.contextmanager
def _hanging_up() -> Iterator[int]:
    with _serving(lambda connection: connection.recv(1)) as port:
        yield port


@contextlib.contextmanager
def _serving(serve: Callable[[socket.socket], object]) -> Iterator[int]:
    server = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = server.accept()
                with connection:
                    serve(connection)

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server.getsockname()[1]
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def _certificate(folder: Path, days: int) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "part.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("*.test")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path
