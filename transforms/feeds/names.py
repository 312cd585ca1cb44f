"""Host names to addresses, by the system's own means."""

import asyncio
import contextlib
import socket
import threading
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult


class SystemResolver(AbstractResolver):
    """Asks the system, each question in a thread of its own.

    A name server that says nothing holds its thread for half a minute. In a shared pool of a few threads, as aiohttp's
    own resolver uses it, a handful of such names hold up all others, and the end of the loop too.
    """

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Addresses of a host; raises OSError where it has none."""
        loop = asyncio.get_running_loop()
        told: asyncio.Future[list[Any]] = loop.create_future()

        def tell(found: list[Any], error: OSError | UnicodeError | None) -> None:
            if told.done():  # nobody waits any more
                return
            if error is None:
                told.set_result(found)
            else:
                told.set_exception(error if isinstance(error, OSError) else OSError(str(error)))

        def ask() -> None:
            found: list[Any] = []
            failed: OSError | UnicodeError | None = None
            try:
                found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
            except (OSError, UnicodeError) as error:
                failed = error
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(tell, found, failed)

        threading.Thread(target=ask, name="resolve", daemon=True).start()
        return [
            {
                "hostname": host,
                "host": address[0],
                "port": address[1],
                "family": kind,
                "proto": proto,
                "flags": socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            }
            for kind, _, proto, _, address in await told
        ]

    async def close(self) -> None:
        """Nothing to close."""
