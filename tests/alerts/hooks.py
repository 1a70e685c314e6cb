"""A real HTTP server on loopback whose behaviour a test sets."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from minipanel.alerts.outbox import Letter

LETTER = Letter(
    "k7",
    "[c1] 严重 cn[01-02] 失去联系",
    "严重 cn[01-02] 失去联系\nhttps://panel/alerts",
    "node-down",
    1_790_000_000,
    json.dumps({"cluster": "c1", "url": "https://panel/alerts", "severity": "critical", "groups": []}),
)


@dataclass
class Got:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)


@dataclass
class Hook:
    """What came, and what is answered: a status, headers and a body, or the result of `answer` if that is set.

    `drips`: the answer never ends; one byte of it comes at each interval of this many seconds.
    """

    port: int = 0
    got: list[Got] = field(default_factory=list)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    answer: Callable[[Got], tuple[int, bytes]] | None = None
    drips: float | None = None
    drops: bool = False

    @property
    def url(self) -> str:
        """Its URL."""
        return f"http://127.0.0.1:{self.port}/hook?token=s3cret"


@contextmanager
def hook(context: ssl.SSLContext | None = None) -> Iterator[Hook]:
    """Run a server on a free port of loopback."""
    it = Hook()
    closing = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            got = Got(self.command, self.path, dict(self.headers), self.rfile.read(length))
            it.got.append(got)
            if it.drops:
                self.connection.close()
                return
            while it.drips is not None and not closing.wait(it.drips):
                self.wfile.write(b"H")
            status, body = it.answer(got) if it.answer else (it.status, it.body)
            self.send_response(status)
            for name, value in it.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815 - the standard library's

        def log_message(self, *_: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(OSError, ValueError):  # the client has given up
                super().handle()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    it.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield it
    finally:
        closing.set()
        server.shutdown()
        server.server_close()


def eventually(is_so: Callable[[], bool], seconds: float = 10) -> bool:
    """Wait until a condition holds; return whether it does."""
    end = time.monotonic() + seconds
    while not is_so() and time.monotonic() < end:
        time.sleep(0.02)
    return is_so()
