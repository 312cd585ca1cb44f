"""Addresses as story evidence: the same page under its different spellings."""

from urllib.parse import urlsplit


def link_key(url: str) -> str:
    """Host without www and path of a URL, no query; empty where it has no host."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    return host + parts.path.rstrip("/") if host else ""
