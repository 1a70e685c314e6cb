"""Replaces the panel when only the sender is measured: accepts and counts every POST and keeps none.

python bench/receiver.py      prints its address; GET answers with the count
"""

from __future__ import annotations

import http.server
import itertools

STORED = b'{"status":"ok","stored":1,"ignored":0}'


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers over a kept-alive connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet
    disable_nagle_algorithm = True
    counter = itertools.count(1)
    count = 0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        Handler.count = next(self.counter)
        self.answer(STORED)

    def do_GET(self) -> None:
        self.answer(str(self.count).encode())

    def answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Log nothing: only the address is printed."""


def main() -> None:
    """Serve until the process is ended."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
