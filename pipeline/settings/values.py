# ruff: noqa: TRY004 - a reader's one error is ValueError, whatever is wrong with the value
"""How single values are read: TOML's value -> ours, or a ValueError with what is wrong and the remedy."""

import ipaddress
import math
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?) ?([smhd])")
_QUIET = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_HOST = re.compile(r"(?:\*\.)?(?:[^\W_](?:[\w-]{0,61}[^\W_])?)(?:\.[^\W_](?:[\w-]{0,61}[^\W_])?)*")
_ENVIRONMENT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class HiddenValueError(ValueError):
    """The value must not be shown: it may be a secret in the wrong place."""


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text; put it in quotes")
    if not value.strip():
        raise ValueError("is empty; write something or take the key away")
    return value


def line_of_text(value: Any) -> str:
    """Text that may be empty and has no control characters."""
    if not isinstance(value, str):
        raise ValueError("must be text; put it in quotes")
    if _CONTROL.search(value):
        raise ValueError("holds a line break or control character; write it on one line")
    return value


def title(value: Any) -> str:
    """Text on one line, not empty."""
    return " ".join(line_of_text(text(value)).split())


def texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError('must be a list of texts; write it as ["one", "two"]')
    return tuple(value)


def yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false; write it without quotes")
    return value


def one_of(*choices: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"is not known; write one of {', '.join(choices)}")
        return str(value)

    return read


def integer(least: int = 0, most: int = 2**53) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError("must be a whole number; write it without quotes")
        if not least <= value <= most:
            raise ValueError(
                f"is out of range; give {least} to {most}" if most < 2**53 else f"is too small; give {least} or more"
            )
        return value

    return read


def number(least: float, most: float) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ValueError("must be a number; write it without quotes")
        if not least <= value <= most:
            raise ValueError(f"is out of range; give {least:g} to {most:g}")
        return float(value)

    return read


def duration(*, zero: bool = False) -> Callable[[Any], float]:
    """Seconds of "30s", "15m", "1h", "7d" or a number of seconds; zero: may be 0."""

    def read(value: Any) -> float:
        if isinstance(value, str) and (found := _DURATION.fullmatch(value.strip())):
            seconds = float(found[1]) * _UNITS[found[2]]
        elif isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            seconds = float(value)
        else:
            raise ValueError('is no duration; write a number with s, m, h or d, such as "15m", or a number of seconds')
        if seconds < 0 or (seconds == 0 and not zero):
            raise ValueError(
                f"is too short; give {'0' if zero else 'more than 0'} or more" if zero else "must be longer than 0"
            )
        return seconds

    return read


def name(value: Any) -> str:
    """An id or name for use in files and addresses."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError(
            'is no usable name; use up to 64 lower-case letters, digits and hyphens, such as "north-korea"'
        )
    return value


def time_zone(value: Any) -> str:
    try:
        ZoneInfo(text(value))
    except (OSError, LookupError, ValueError) as error:
        raise ValueError('is no time zone; write a name of the IANA list, such as "Europe/Kyiv" or "UTC"') from error
    return str(value)


def networks(value: Any) -> tuple[str, ...]:
    for one in texts(value):
        try:
            ipaddress.ip_network(one)
        except ValueError as error:
            raise ValueError(f'{one!r} is no network ({error}); write it as "10.0.0.0/8"') from error
    return tuple(value)


def ports(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or not value or not all(type(one) is int and 1 <= one <= 65535 for one in value):
        raise ValueError("must be a list of port numbers from 1 to 65535, such as [80, 443]")
    return tuple(value)


def host_pattern(value: str) -> str:
    if not _HOST.fullmatch(value):
        raise ValueError('is no host name; write it as "news.example" or "*.example" for all below it')
    return value


def address_and_port(value: Any) -> str:
    """An address of the Internet and a port: 127.0.0.1:8090 or [::1]:8090."""
    host, separator, port = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        version: int = ipaddress.ip_address(bare).version
    except ValueError:
        version = 0
    good_port = bool(separator) and port.isascii() and port.isdigit() and 1 <= int(port) <= 65535
    if not good_port or not version or (version == 6) != (bare != host):
        raise ValueError('is no address and port; write it as "127.0.0.1:8090" or "[::1]:8090"')
    return str(value)


def contact(value: Any) -> str:
    address = line_of_text(value).strip()
    if address and "@" not in address and not address.startswith(("http://", "https://")):
        raise ValueError(
            'must let a site\'s owner reach you; write an e-mail address or a page, such as "press@example.org"'
        )
    return address


def quiet(value: Any) -> str:
    if value == "":
        return ""
    found = _QUIET.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise ValueError('are no hours; write them as "22:00-06:00", or "" for none')
    if found[1] + found[2] == found[3] + found[4]:
        raise ValueError('begin when they end; write them as "22:00-06:00", or "" for none')
    return str(value)


def revise_on(value: Any) -> tuple[str, ...]:
    """Each "origin", "facts", or "outlets:" with growing counts from 2 on; none twice."""
    seen = set()
    for rule in texts(value):
        kind, colon, counts = rule.partition(":")
        if kind in {"origin", "facts"} and not colon:
            pass
        elif kind == "outlets" and re.fullmatch(r"\d{1,6}(,\d{1,6})*", counts):
            steps = [int(count) for count in counts.split(",")]
            if steps[0] < 2 or steps != sorted(set(steps)):
                raise ValueError(f'{rule!r} must count upwards from 2; write it as "outlets:2,5,10"')
        else:
            raise ValueError(f'{rule!r} is no change to revise on; write "origin", "facts" or "outlets:2,5,10"')
        if kind in seen:
            raise ValueError(f'"{kind}" stands there twice; keep one')
        seen.add(kind)
    return tuple(value)


def environment_name(value: Any) -> str:
    if not isinstance(value, str) or not _ENVIRONMENT_NAME.fullmatch(value):
        raise HiddenValueError('is no name of an environment variable; write the name only, such as "DESK_WEBHOOK_URL"')
    return value


def web_url(value: str) -> str:
    """An http or https URL with a host, no user and no password, on one line."""
    if re.search(r"[\s\\]", value) or _CONTROL.search(value):
        raise ValueError(
            "holds a space, backslash or control character; write it as the browser's address line shows it"
        )
    try:
        parts = urlsplit(value)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"is no URL ({error}); write it as https://example.org/rss.xml") from error
    if parts.scheme not in {"http", "https"}:
        raise ValueError("is no http or https URL; write it as https://example.org/rss.xml")
    if "@" in parts.netloc:
        raise ValueError("holds a user name or password; take out what stands before the @")
    if not host:
        raise ValueError("names no host; write it as https://example.org/rss.xml")
    if port == 0:
        raise ValueError("has port 0; leave the port out or give the right one")
    return value


def beam_options(value: Any) -> dict[str, Any]:
    """Options for Beam: each a text, number, true/false or list of texts."""
    if not isinstance(value, dict):
        raise ValueError("must be a table; write [beam] above its options")
    for key, option in value.items():
        plain = isinstance(option, str | int | float | bool)
        if not plain and not (isinstance(option, list) and all(isinstance(one, str) for one in option)):
            raise ValueError(f"{key} must be a text, a number, true, false or a list of texts")
    return dict(value)
