import asyncio
import ipaddress
import socket

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver
from hypothesis import given
from hypothesis import strategies as st

from tests.guard_vectors import INSIDE, refused_urls
from tests.transforms.feeds.press import Press, answer
from transforms.config import NetworkConfig
from transforms.feeds.addresses import REFUSED, embedded, refusal
from transforms.feeds.guard import ForbiddenAddress, check_url, guarded_session, mapped_address, safe_url

OPEN = NetworkConfig()

OUTSIDE = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.1",
    "172.32.0.1",
    "192.0.1.1",
    "2606:4700::1111",
    "2a00:1450::1",
]


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_are_refused(address):
    assert refusal(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", OUTSIDE)
def test_global_addresses_pass(address):
    assert refusal(ipaddress.ip_address(address)) is None


@given(st.sampled_from(REFUSED), st.integers(min_value=0))
def test_whole_refused_networks_are_refused(refused, offset):
    network = refused[0]
    assert refusal(network[offset % network.num_addresses])


@given(st.ip_addresses(v=6))
def test_an_address_that_carries_a_refused_one_never_passes(address):
    carried = embedded(address)
    if carried is not None and refusal(carried):
        assert refusal(address)
        assert refusal(address, allow=("::/0",))


@pytest.mark.parametrize(
    ("address", "allow", "passes"),
    [
        ("10.1.2.3", ("10.1.0.0/16",), True),
        ("10.2.2.3", ("10.1.0.0/16",), False),
        ("fd00::5", ("fd00::/64", "10.0.0.0/8"), True),
        ("64:ff9b::808:808", ("64:ff9b::/96",), True),
        ("64:ff9b::a00:1", ("64:ff9b::/96",), False),
        ("64:ff9b::a00:1", ("64:ff9b::/96", "10.0.0.0/8"), True),
        ("::ffff:127.0.0.1", ("127.0.0.0/8",), False),
    ],
)
def test_networks_are_let_through_by_name(address, allow, passes):
    assert (refusal(ipaddress.ip_address(address), allow) is None) is passes


@pytest.mark.parametrize("url", refused_urls())
def test_urls_that_lead_inside_or_mislead_are_refused(url):
    with pytest.raises(ForbiddenAddress) as refused:
        check_url(url, OPEN)
    assert refused.value.reason


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("http://example.com", "http://example.com/"),
        ("HTTPS://Example.COM:443/A%2fb?x=%7e&y=z+#part", "https://example.com/A%2fb?x=%7e&y=z+"),
        ("http://example.com:8080/a b".replace(" ", "%20"), "http://example.com:8080/a%20b"),
        ("http://bücher.example/ü?ä=ö", "http://xn--bcher-kva.example/%C3%BC?%C3%A4=%C3%B6"),
        ("http://новини.укр/стаття", "http://xn--b1amarcd.xn--j1amh/%D1%81%D1%82%D0%B0%D1%82%D1%82%D1%8F"),
        ("http://example.com/a/../b/./c", "http://example.com/b/c"),
        ("http://example.com/a|b?c={d}", "http://example.com/a|b?c=%7Bd%7D"),
        ("http://example.com/\u212a?\u017f", "http://example.com/%E2%84%AA?%C5%BF"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("http://[2606:4700::1111]/", "http://[2606:4700::1111]/"),
        ("http://my_host.example/", "http://my_host.example/"),
    ],
)
def test_readable_urls_pass_in_one_spelling(url, sent):
    check_url(url, OPEN)
    assert str(safe_url(url, OPEN).url) == sent


@given(st.text(max_size=40), st.text(max_size=20))
def test_any_text_is_refused_or_leads_where_it_says(authority, rest):
    try:
        safe = safe_url(f"http://{authority}/{rest}", OPEN)
    except ForbiddenAddress:
        return
    assert safe.url.raw_host == safe.host
    assert safe.url.port == safe.port
    assert safe.url.raw_user is None
    assert "127.0.0.1" not in safe.host


def test_hosts_are_mapped_by_name_and_below():
    network = NetworkConfig(hosts={"*.newsroom": "127.0.0.1:8090", "a.newsroom": "127.0.0.1:1", "six.test": "[::1]:2"})
    assert mapped_address("a.newsroom", network) == ("127.0.0.1", 1)
    assert mapped_address("b.newsroom", network) == ("127.0.0.1", 8090)
    assert mapped_address("c.b.newsroom", network) == ("127.0.0.1", 8090)
    assert mapped_address("six.test", network) == ("::1", 2)
    assert mapped_address("newsroom", network) is None
    assert mapped_address("notnewsroom", network) is None


class Names(AbstractResolver):
    """Answers with the next addresses of its list, as a rebinding name server does."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    async def resolve(self, host, port=0, family=socket.AF_INET):
        addresses = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            {"hostname": host, "host": a, "port": port, "family": family, "proto": 0, "flags": 0} for a in addresses
        ]

    async def close(self):
        pass


class Sockets:
    """Makes no socket: records what would have been connected."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, **_):
        self.made += 1
        raise OSError("no packet leaves this test")


def ask(url, network, *, answers=(["1.1.1.1"],), **options):
    """The error of one request, and how many sockets it asked for."""
    sockets = Sockets()

    async def go():
        async with guarded_session(network, resolver=Names(*answers), open_socket=sockets, **options) as session:
            try:
                async with session.get(url):
                    return None
            except (ForbiddenAddress, aiohttp.ClientError) as error:
                return error

    return asyncio.run(go()), sockets.made


@pytest.mark.parametrize("address", INSIDE)
def test_names_that_resolve_inside_get_no_socket(address):
    error, sockets = ask("http://innocent.example/", OPEN, answers=([address],))
    assert isinstance(error, ForbiddenAddress)
    assert sockets == 0


def test_one_address_inside_spoils_the_name():
    error, sockets = ask("http://innocent.example/", OPEN, answers=(["1.1.1.1", "10.0.0.1"],))
    assert isinstance(error, ForbiddenAddress)
    assert sockets == 0


def test_global_addresses_get_a_socket():
    error, sockets = ask("http://innocent.example/", OPEN, answers=(["1.1.1.1"],))
    assert isinstance(error, aiohttp.ClientConnectorError)
    assert sockets == 1


@pytest.mark.parametrize(
    "url",
    [
        url
        for url in refused_urls()
        if url.isprintable() and "/" in url and "example.com" not in url and "[v" not in url
    ],
)
def test_session_alone_refuses_too(url):
    error, sockets = ask(url, OPEN)
    assert error is not None
    assert sockets == 0


@pytest.mark.parametrize("answers", [(["10.0.0.1"],), (["127.0.0.1", "::1"],)])
def test_the_socket_is_the_last_gate(monkeypatch, answers):
    """Even a resolver that checks nothing leads to no connection."""
    monkeypatch.setattr("transforms.feeds.guard.GuardedResolver", lambda _network, resolver: resolver)
    error, sockets = ask("http://innocent.example/", OPEN, answers=answers)
    assert isinstance(error, ForbiddenAddress)
    assert sockets == 0


def test_rebinding_between_two_requests_is_refused():
    with Press() as press:
        press.play("http://rebind.example/*", b"inside")
        names = Names(["1.1.1.1"], ["127.0.0.1"])
        network = NetworkConfig(ports=(80, press.port))

        async def go():
            outcomes = []
            for _ in range(2):
                async with guarded_session(network, resolver=names, open_socket=Sockets()) as session:
                    try:
                        await session.get(f"http://rebind.example:{press.port}/")
                    except (ForbiddenAddress, aiohttp.ClientError) as error:
                        outcomes.append(type(error).__name__)
            return outcomes

        assert asyncio.run(go()) == ["ClientConnectorError", "ForbiddenAddress"]
        assert press.asked == []


def test_aiohttp_following_redirects_by_itself_is_guarded_on_every_hop():
    with Press() as press:
        for name, target in {
            "a": f"http://127.0.0.1:{press.port}/",
            "b": "http://user@x.test:22/",
            "c": "http://localhost/",
            "d": "http://[::1]/",
        }.items():
            press.play(f"http://{name}.test/", answer(status=302, headers={"Location": target}))
        press.play("http://127.0.0.1/*", b"inside")
        network = press.network()

        async def go():
            async with guarded_session(network) as session:
                for name in "abcd":
                    with pytest.raises((ForbiddenAddress, aiohttp.InvalidURL)):
                        await session.get(f"http://{name}.test/")

        asyncio.run(go())
        assert {one.host for one in press.asked} == {"a.test", "b.test", "c.test", "d.test"}


def test_mapping_permits_its_name_and_no_other_way_to_the_address():
    with Press() as press:
        press.play("http://news.test/", b"hello")
        network = press.network(ports=(80, press.port))

        async def go():
            async with guarded_session(network, resolver=Names(["127.0.0.1"])) as session:
                async with session.get("http://news.test/") as response:
                    assert await response.text() == "hello"
                for url in (f"http://127.0.0.1:{press.port}/", f"http://elsewhere.example:{press.port}/"):
                    with pytest.raises(ForbiddenAddress):
                        await session.get(url)

        asyncio.run(go())
        assert len(press.asked) == 1


def test_allowed_networks_are_reached():
    with Press() as press:
        press.play("http://intranet.example/", b"hello")
        network = NetworkConfig(allow=("127.0.0.0/8",), ports=(press.port,))

        async def go():
            async with (
                guarded_session(network, resolver=Names(["127.0.0.1"])) as session,
                session.get(f"http://intranet.example:{press.port}/") as response,
            ):
                return await response.text()

        assert asyncio.run(go()) == "hello"
        check_url(f"http://localhost:{press.port}/", network)


def test_sessions_carry_no_cookies_over():
    async def cookie(request):
        response = web.Response(text=request.headers.get("Cookie", "none"))
        response.set_cookie("id", "1")
        return response

    with Press() as press:
        press.play("http://news.test/", cookie)

        async def go():
            async with guarded_session(press.network()) as session:
                return [await (await session.get("http://news.test/")).text() for _ in range(2)]

        assert asyncio.run(go()) == ["none", "none"]
