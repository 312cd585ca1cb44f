"""A webhook receiver on loopback that checks signatures and answers as told."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook

KEY = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY="
"""32 bytes."""


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes
    event: object


@dataclass
class Receiver:
    """What has arrived; `answer(nth request from 0)` -> (status, headers), or None: accept and never answer."""

    answer: Callable[[int], tuple[int, dict[str, str]] | None] = lambda _: (204, {})
    requests: list[Received] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    port: int = 0


@contextlib.contextmanager
def receiver(answer=lambda _: (204, {})) -> Iterator[Receiver]:
    state = Receiver(answer)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            signed = "webhook-signature" in headers
            event = Webhook(KEY).verify(body, headers) if signed else None
            number = len(state.requests)
            state.requests.append(Received(self.path, headers, body, event))
            told = state.answer(number)
            if told is None:
                state.release.wait(20)
                return
            status, extra = told
            self.send_response_only(status)
            for name, value in extra.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
