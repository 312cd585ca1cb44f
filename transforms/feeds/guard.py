"""The address guard: no request of ours reaches an address inside, whatever a feed, a redirect or a name server says.

Two gates. `check_url` looks at the URL's own text before anything is asked of the network. `guarded_session` looks at
the address that the socket is about to connect to: the very value handed to connect(), so that nothing can change
between check and use. Both hold on every hop.
"""

import asyncio
import functools
import ipaddress
import re
import socket
import unicodedata
from collections.abc import Callable
from typing import Any, NamedTuple

import aiohttp
import idna
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from transforms.config import NetworkConfig
from transforms.feeds.addresses import refusal
from transforms.feeds.names import SystemResolver

MAX_URL = 4096
"""Characters of a URL that is still asked for."""

_PARTS = re.compile(r"(?i)(?P<scheme>https?)://(?P<authority>[^/?#]*)(?P<rest>.*)", re.DOTALL)
_AUTHORITY = re.compile(r"(?P<host>\[(?=[^\]]*:)[0-9a-fA-F:.]+\]|[^:\[\]]+)(?::(?P<port>[0-9]{1,5}))?")
_CONTROL = re.compile(r"[\x00-\x20\x7f-\xa0\\]")
_AS_WRITTEN = re.compile(r"(?!.*/(?:\.|%2e))/[!#-;=?-_a-z~]*", re.IGNORECASE | re.ASCII)
"""Path and query that need no escaping and hold no dot segments."""
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.(?!\Z)|\Z))+")
"""Labels with dots between them."""
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_QUAD = re.compile(r"(0|[1-9][0-9]{0,2})(\.(0|[1-9][0-9]{0,2})){3}")
_LOCAL = ("localhost", "localdomain", "ip6-localhost", "ip6-loopback")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class ForbiddenAddress(Exception):  # noqa: N818 - it reads as what it is
    """A URL or an address that is not to be connected to.

    Args:
        reason: for a person, without the URL.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SafeUrl(NamedTuple):
    """A URL that has passed the guard, in the one spelling that is sent."""

    url: URL
    host: str
    """ASCII, lower case, IPv6 without brackets."""
    port: int


def check_url(url: str, network: NetworkConfig) -> None:
    """Raise ForbiddenAddress unless the URL may be asked for, as far as its text tells."""
    safe_url(url, network)


def safe_url(url: str, network: NetworkConfig) -> SafeUrl:
    """The URL in the spelling that is sent; raises ForbiddenAddress. What two parsers might read differently is refused."""
    if len(url) > MAX_URL:
        raise ForbiddenAddress(f"URL longer than {MAX_URL} characters")
    if _CONTROL.search(url) or (not url.isascii() and any(_is_control(char) for char in url)):
        raise ForbiddenAddress("URL with a backslash, white space or control characters")
    parts = _PARTS.fullmatch(url)
    if not parts:
        raise ForbiddenAddress("not an http or https URL")
    scheme, authority = parts["scheme"].lower(), parts["authority"]
    if "@" in authority or "%" in authority:
        raise ForbiddenAddress("URL with user information or an escaped host name")
    matched = _AUTHORITY.fullmatch(authority)
    if not matched:
        raise ForbiddenAddress(f"URL without a readable host name: {authority[:100]!r}")
    port = int(matched["port"] or _DEFAULT_PORTS[scheme])
    if port not in network.ports:
        raise ForbiddenAddress(f"port {port} is not among the allowed ports {list(network.ports)}")
    host = _check_host(matched["host"], network)
    shown = f"[{host}]" if ":" in host else host
    suffix = "" if port == _DEFAULT_PORTS[scheme] else f":{port}"
    return SafeUrl(URL(f"{scheme}://{shown}{suffix}{_quoted(parts['rest'])}", encoded=True), host, port)


def mapped_address(host: str, network: NetworkConfig) -> tuple[str, int] | None:
    """Where `network.hosts` says that a host is, as (address, port); "*.name" covers every name below it."""
    where = network.hosts.get(host)
    parent = host
    while where is None and "." in parent:
        parent = parent.partition(".")[2]
        where = network.hosts.get(f"*.{parent}")
    if where is None:
        return None
    address, _, port = where.rpartition(":")
    return address.strip("[]"), int(port)


def guarded_session(
    network: NetworkConfig,
    *,
    resolver: AbstractResolver | None = None,
    open_socket: Callable[..., socket.socket] = socket.socket,
    **options: Any,
) -> aiohttp.ClientSession:
    """A client session whose every connection and every hop passes the guard; no cookies, no proxies.

    A refused request raises ForbiddenAddress. To be made inside a running event loop and closed by the caller.

    Args:
        network: mapped hosts, allowed networks, allowed ports.
        resolver: of host names; the system's when None.
        open_socket: makes the socket, given family, type and proto.
        options: more of aiohttp.ClientSession's own.
    """
    connector = aiohttp.TCPConnector(
        resolver=GuardedResolver(network, resolver or SystemResolver()),
        socket_factory=functools.partial(_guarded_socket, network, open_socket),
        limit=0,
        ttl_dns_cache=60,
    )

    async def check_hop(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        check_url(str(request.url), network)
        try:
            return await handler(request)
        except aiohttp.ClientConnectorError as error:
            if refused := refused_socket(error):
                raise refused from None
            raise

    return aiohttp.ClientSession(
        connector=connector, middlewares=(check_hop,), cookie_jar=aiohttp.DummyCookieJar(), trust_env=False, **options
    )


def refused_socket(error: aiohttp.ClientConnectorError) -> ForbiddenAddress | None:
    """The guard's refusal, where that is why there is no connection."""
    return ForbiddenAddress(error.os_error.reason) if isinstance(error.os_error, _SocketRefusedError) else None


class GuardedResolver(AbstractResolver):
    """Answers for mapped hosts from the configuration; refuses names with any address inside."""

    def __init__(self, network: NetworkConfig, resolver: AbstractResolver) -> None:
        self._network = network
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        mapped = mapped_address(host.lower(), self._network)
        if mapped:
            kind = socket.AF_INET6 if ":" in mapped[0] else socket.AF_INET
            return [
                {
                    "hostname": host,
                    "host": _MappedAddress(mapped[0]),
                    "port": mapped[1],
                    "family": kind,
                    "proto": socket.IPPROTO_TCP,
                    "flags": socket.AI_NUMERICHOST,
                }
            ]
        async with asyncio.timeout(self._network.connect_seconds):
            found = await self._resolver.resolve(host, port, family)
        for result in found:
            _check_address(result["host"], self._network)
        return found

    async def close(self) -> None:
        await self._resolver.close()


class _MappedAddress(str):
    """An address from `network.hosts`: the permission travels with it to the socket that connects."""

    __slots__ = ()


class _SocketRefusedError(OSError):
    """ForbiddenAddress on its way out of the connector, which lets only OSError through; one text, so that it stays whole."""

    def __init__(self, reason: str) -> None:
        super().__init__("refused by the address guard")
        self.reason = reason


def _guarded_socket(
    network: NetworkConfig, open_socket: Callable[..., socket.socket], where: tuple[Any, ...]
) -> socket.socket:
    """The socket for one (family, type, proto, name, address); the caller connects it to that same address value."""
    family, kind, proto, _, address = where
    if not isinstance(address[0], _MappedAddress):
        try:
            _check_address(address[0], network)
        except ForbiddenAddress as error:
            raise _SocketRefusedError(error.reason) from None
        if address[1] not in network.ports:
            raise _SocketRefusedError(f"port {address[1]} is not among the allowed ports {list(network.ports)}")
    return open_socket(family=family, type=kind, proto=proto)


def _check_address(text: str, network: NetworkConfig) -> None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise ForbiddenAddress(f"unreadable address {text[:100]!r}") from None
    reason = refusal(address, network.allow)
    if reason:
        raise ForbiddenAddress(f"address {address} is {reason}")


def _check_host(spelled: str, network: NetworkConfig) -> str:
    """The host in ASCII lower case; raises ForbiddenAddress."""
    if spelled.startswith("["):
        _check_address(spelled[1:-1], network)
        return str(ipaddress.ip_address(spelled[1:-1]))
    host = _ascii_host(spelled)
    last = host.rpartition(".")[2]
    if len(host) > 253 or not _NAME.fullmatch(host):
        raise ForbiddenAddress(f"not a host name: {spelled[:100]!r}")
    if _NUMBER.fullmatch(last):
        if not _QUAD.fullmatch(host):
            raise ForbiddenAddress(f"a number in place of a host name: {spelled[:100]!r}")
        _check_address(host, network)
    elif last in _LOCAL and not mapped_address(host, network):
        loopback = refusal(ipaddress.IPv4Address("127.0.0.1"), network.allow)
        if loopback:
            raise ForbiddenAddress(f"host {host!r} is {loopback}")
    return host


def _ascii_host(spelled: str) -> str:
    if spelled.isascii():
        return spelled.lower()
    try:
        host = idna.encode(spelled, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        raise ForbiddenAddress(f"not a host name: {spelled[:100]!r}") from None
    # A label that is foreign to the eye and plain ASCII after mapping (circled digits, full-width letters) is a disguise.
    labels = re.split(r"[.。．｡]", spelled)
    mapped = host.split(".")
    if len(labels) != len(mapped) or any(
        not label.isascii() and not name.startswith("xn--") for label, name in zip(labels, mapped, strict=True)
    ):
        raise ForbiddenAddress(f"a host name in disguise: {spelled[:100]!r}")
    return host


def _is_control(char: str) -> bool:
    return char > "\xff" and unicodedata.category(char)[0] in "CZ"


def _quoted(rest: str) -> str:
    """Path and query as they are sent: as written, without fragment and dot segments, other characters escaped."""
    rest = rest.partition("#")[0]
    if _AS_WRITTEN.fullmatch(rest):
        return rest
    path, mark, query = rest.partition("?")
    if "/." in path or "/%2e" in path.lower():
        path = URL(f"http://host{path}").raw_path
    kept = "".join(char if "!" <= char <= "~" and char not in '"<>`{}|^' else _escaped(char) for char in query)
    return "".join(char if "!" <= char <= "~" else _escaped(char) for char in path or "/") + mark + kept


def _escaped(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "replace"))
