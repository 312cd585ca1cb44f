"""Column types that survive hostile text, and the packing of records into blobs."""

import hashlib
import zlib
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

from transforms.model import Record

R = TypeVar("R", bound=Record)

_encoder = msgspec.msgpack.Encoder(order="deterministic")


def clean(text: str) -> str:
    """Text as Words keeps it."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode("utf-8")


class Words(TypeDecorator[str]):
    """Text from the open web; PostgreSQL takes neither NUL nor lone surrogates, so neither database is given them."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        del dialect
        return None if value is None else clean(value)


class Packed(TypeDecorator[str]):
    """Long text, byte-exact and compressed (a third of its size)."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> bytes | None:
        del dialect
        return None if value is None else zlib.compress(value.encode("utf-8", "surrogatepass"), 1)

    def process_result_value(self, value: bytes | None, dialect: sa.Dialect) -> str | None:
        del dialect
        return None if value is None else zlib.decompress(value).decode("utf-8", "surrogatepass")


def pack(record: Record | tuple[Record, ...]) -> bytes:
    """A record, or a tuple of them, as the bytes that the store keeps."""
    return _encoder.encode(record)


class Unpacker(dict[Any, msgspec.msgpack.Decoder[Any]]):
    """One decoder a type, made when first needed."""

    def __missing__(self, kind: Any) -> msgspec.msgpack.Decoder[Any]:
        self[kind] = decoder = msgspec.msgpack.Decoder(kind)
        return decoder


_decoders = Unpacker()


def unpack(kind: type[R], packed: bytes) -> R:
    """The record that pack made."""
    return _decoders[kind].decode(packed)


def unpack_many(kind: type[R], packed: bytes) -> tuple[R, ...]:
    """The tuple of records that pack made."""
    return _decoders[tuple[kind, ...]].decode(packed)  # type: ignore[valid-type]


def digest(*parts: str) -> str:
    """A key of fixed length for texts of any length (PostgreSQL's indexes end at 2,700 bytes)."""
    joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(joined).hexdigest()[:40]
