"""A proxy between the panel and its engine: passes requests on, drops them, refuses them, or lets them hang."""

from __future__ import annotations

import http.client
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PASS, DROP, REFUSE, HANG = "pass", "drop", "refuse", "hang"
ANSWER_SECONDS = 60


class Middleman:
    """Listens on loopback until it is closed. `mode`: what it does with the next requests."""

    def __init__(self, port: int, engine_port: int) -> None:
        self.mode = PASS
        self.dropped = 0
        """How many writes were answered with 204 and not passed on."""
        middleman = self

        class Handler(BaseHTTPRequestHandler):
            """One request: read whole, then answered."""

            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                middleman._answer(self, engine_port)

            do_POST = do_GET  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:
                """Log nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self.mode = PASS
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, request: BaseHTTPRequestHandler, engine_port: int) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        while self.mode == HANG:
            time.sleep(0.1)
        if self.mode == DROP and "/import" in request.path:
            self.dropped += 1
            _reply(request, 204, b"")
        elif self.mode == REFUSE:
            _reply(request, 503, b"the storm refuses this")
        else:
            try:
                _reply(request, *_passed_on(request, body, engine_port))
            except (OSError, http.client.HTTPException):
                request.close_connection = True


def _passed_on(request: BaseHTTPRequestHandler, body: bytes, port: int) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        names = ("Content-Type", "Content-Encoding")
        headers = {name: request.headers[name] for name in names if name in request.headers}
        connection.request(request.command, request.path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _reply(request: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
    request.send_response(status)
    if status != 204:
        request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)
