"""Answers in place of an installed panel, which is healthy while one of the named releases is the current one."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import minipanel
from tests.setup.machine import Machine


class PanelStub(ThreadingHTTPServer):
    """Answers GET /api/health. `well`: names of the releases whose panel runs; `version`: what it answers with.

    `tested`: the channels that were tried; `refusal`: the answer to that, None to accept it.
    """

    def __init__(self, machine: Machine) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.current = machine.root / "opt/minipanel/current"
        self.well: set[str] = set()
        self.version = minipanel.__version__
        self.tested: list[str] = []
        self.refusal: str | None = None

    @property
    def port(self) -> int:
        """The port on which it listens."""
        return int(self.server_address[1])


class Answer(BaseHTTPRequestHandler):
    """One request."""

    server: PanelStub

    def do_GET(self) -> None:
        is_well = self.server.current.resolve().name in self.server.well
        self.send_response(200 if is_well else 503)
        self.end_headers()
        self.wfile.write(json.dumps({"status": "ok", "version": self.server.version}).encode() if is_well else b"{")

    def do_POST(self) -> None:
        assert self.path == "/api/alerts/test"
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.tested.append(asked["channel"])
        refusal = self.server.refusal
        self.send_response(200 if refusal is None else 400)
        self.end_headers()
        answer = {"status": "ok", "said": "250 taken"} if refusal is None else {"error": refusal}
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


@contextmanager
def running_stub(machine: Machine) -> Iterator[PanelStub]:
    """Run one while the block runs."""
    with PanelStub(machine) as stub:
        thread = threading.Thread(target=stub.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield stub
        finally:
            stub.shutdown()
            thread.join()
