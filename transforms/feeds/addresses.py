"""Which addresses may be connected to: an own table, because `ipaddress.is_global` is wrong for several of these.

Only global unicast is let through. Sources: IANA's special-purpose address registries for IPv4 and IPv6 (RFC 6890 and
its successors), RFC 4291 (IPv6 layout), RFC 6052 and 8215 (NAT64), RFC 3056 (6to4), RFC 4380 (Teredo), RFC 5214 (ISATAP).
"""

import functools
import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

REFUSED: tuple[tuple[Network, str], ...] = tuple(
    (ipaddress.ip_network(network), reason)
    for network, reason in (
        ("0.0.0.0/8", "this host or network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared by carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 relays"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::ffff:0:0/96", "IPv4 mapped into IPv6"),
        ("::ffff:0:0:0/96", "IPv4 translated into IPv6"),
        ("::/96", "IPv4-compatible IPv6"),
        ("64:ff9b::/96", "NAT64"),
        ("64:ff9b:1::/48", "local NAT64"),
        ("100::/64", "discard only"),
        ("2001::/32", "Teredo"),
        ("2001::/23", "protocol assignments"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("3ffe::/16", "6bone"),
        ("3fff::/20", "documentation"),
        ("5f00::/16", "segment routing"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)

_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_ISATAP = (0x00005EFE, 0x02005EFE)
"""Upper half of an ISATAP interface identifier; the lower half is the IPv4 address."""


@functools.cache
def networks(cidrs: tuple[str, ...]) -> tuple[Network, ...]:
    """The named networks; raises ValueError for one that is none."""
    return tuple(ipaddress.ip_network(cidr) for cidr in cidrs)


def embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address carries, in any of the forms a router or a socket may unpack."""
    number = int(address)
    if address.sixtofour:
        return address.sixtofour
    if address.teredo:
        return address.teredo[1]
    top = number >> 32
    low = ipaddress.IPv4Address(number & 0xFFFFFFFF)
    if top in {0xFFFF, 0xFFFF0000, 0x64FF9B << 64} or (top == 0 and number > 1):
        return low
    if number >> 80 == 0x64FF9B0001 or (number >> 32) & 0xFFFFFFFF in _ISATAP:
        return low
    return None


def refusal(address: Address, allow: tuple[str, ...] = ()) -> str | None:
    """Why an address is not to be connected to; None: it may.

    Args:
        address: as the socket would connect to it.
        allow: networks (CIDR) let through though not global; an IPv6 address that carries an IPv4 address needs both
            its own and the carried one to be let through.
    """
    carried = embedded(address) if isinstance(address, ipaddress.IPv6Address) else None
    if any(address in network for network in networks(allow)):
        return refusal(carried, allow) if carried else None
    for network, reason in REFUSED:
        if address in network:
            return reason
    if isinstance(address, ipaddress.IPv6Address) and address not in _GLOBAL_UNICAST:
        return "not global unicast"
    return f"carries {carried}, {refused}" if carried and (refused := refusal(carried, allow)) else None
