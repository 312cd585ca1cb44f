"""Content-Encoding undone while it streams, never past a cap: a bomb costs what the cap allows and no more."""

import zlib
from collections.abc import Iterator
from typing import Protocol

import brotli  # type: ignore[import-untyped]

_PIECE = 256 * 1024
"""Bytes taken out of a decompressor at a time."""
_GZIP_MAGIC = b"\x1f\x8b"


class TooLarge(Exception):  # noqa: N818 - it reads as what happened
    """The body grew past the cap."""


class BadEncoding(Exception):  # noqa: N818
    """The body is not what Content-Encoding says."""


class Truncated(Exception):  # noqa: N818
    """The body ended in the middle of its encoding."""


class _Decoder(Protocol):
    def pieces(self, data: bytes) -> Iterator[bytes]: ...

    def ended(self) -> bool: ...


class CappedBody:
    """Collects a body, decoded, up to a cap.

    Args:
        encoding: the Content-Encoding header's value; empty: none.
        cap: bytes, before and after decoding.
    """

    def __init__(self, encoding: str, cap: int) -> None:
        self._encoding = encoding.strip().lower()
        self._cap = cap
        self._body = bytearray()
        self._head = b""
        self._received = 0
        self._decoder: _Decoder | None = None

    def feed(self, data: bytes) -> None:
        """Take the next bytes off the wire; raises TooLarge or BadEncoding."""
        self._received += len(data)
        if self._received > self._cap:
            raise TooLarge
        if self._decoder is None:
            self._head += data
            if len(self._head) < len(_GZIP_MAGIC):
                return
            self._decoder, data = self._choose(), self._head
        for piece in self._decoder.pieces(data):
            self._body += piece
            if len(self._body) > self._cap:
                raise TooLarge

    def finish(self) -> bytes:
        """The whole body; raises Truncated."""
        if self._decoder is None:  # at most one byte came
            return self._head
        if not self._decoder.ended():
            raise Truncated
        return bytes(self._body)

    def cut(self) -> bytes:
        """As much of the body as has come, never more than the cap."""
        return bytes(self._body[: self._cap])

    def _choose(self) -> _Decoder:
        """By the header and the first bytes: servers label plain bodies gzip, and gzip bodies not at all."""
        if self._head.startswith(_GZIP_MAGIC):
            return _Zlib(16 + zlib.MAX_WBITS)
        match self._encoding:
            case "" | "identity" | "gzip" | "x-gzip":
                return _Plain()
            case "deflate":
                # RFC 1950 says zlib; some servers send bare deflate. The low nibble of zlib's first byte is 8.
                return _Zlib(zlib.MAX_WBITS if self._head[0] & 0xF == 8 else -zlib.MAX_WBITS)
            case "br":
                return _Brotli()
        raise BadEncoding(f"Content-Encoding {self._encoding[:60]!r} was not asked for")


class _Plain:
    def pieces(self, data: bytes) -> Iterator[bytes]:
        yield data

    def ended(self) -> bool:
        return True


class _Zlib:
    def __init__(self, window: int) -> None:
        self._window = window
        self._inflate = zlib.decompressobj(window)

    def pieces(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._inflate.eof:
                if not (self._window > zlib.MAX_WBITS and data.startswith(_GZIP_MAGIC)):
                    return  # what follows the end is no further gzip member: left out
                self._inflate = zlib.decompressobj(self._window)
            try:
                yield self._inflate.decompress(data, _PIECE)
            except zlib.error as error:
                raise BadEncoding(str(error)) from None
            data = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail

    def ended(self) -> bool:
        return self._inflate.eof


class _Brotli:
    def __init__(self) -> None:
        self._decompressor = brotli.Decompressor()

    def pieces(self, data: bytes) -> Iterator[bytes]:
        try:
            yield self._decompressor.process(data, output_buffer_limit=_PIECE)
            while not self._decompressor.can_accept_more_data():
                yield self._decompressor.process(b"", output_buffer_limit=_PIECE)
        except brotli.error as error:
            raise BadEncoding(str(error)) from None

    def ended(self) -> bool:
        return bool(self._decompressor.is_finished())
