"""A real HTTP server in place of the panel: it keeps what it is sent, and answers as a test wants."""

import http.server
import json
import socket
import socketserver
import threading
import time
from typing import Any, Callable, List

STORED = {"status": "ok", "stored": 1, "ignored": 0}


class Request:
    """One POST as it came."""

    def __init__(self, handler: "Handler") -> None:
        self.path = handler.path
        self.headers = handler.headers
        self.body = handler.rfile.read(int(handler.headers["Content-Length"]))
        self.connection = handler.client_address[1]
        self.time = time.time()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server.receiver.connections.append(self.connection)

    def do_POST(self) -> None:
        receiver = self.server.receiver
        receiver.requests.append(Request(self))
        action = receiver.answers.pop(0) if receiver.answers else answer(200, STORED)
        action(self)
        self.wfile.flush()

    def log_message(self, format: str, *arguments: object) -> None:
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, address: object) -> None:
        pass  # a client that leaves is what is tested


class ServerIPv6(Server):
    address_family = socket.AF_INET6


Answer = Callable[[Handler], None]


class Receiver:
    """Runs during a `with` block. answers: what to do with the next requests; later ones are all stored."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0, tls: Any = None) -> None:
        kind = ServerIPv6 if ":" in host else Server
        self.server = kind((host, port), Handler)
        self.server.receiver = self
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        name = f"[{host}]" if ":" in host else host
        self.url = f"{'https' if tls else 'http'}://{name}:{self.port}"
        self.requests: List[Request] = []
        self.answers: List[Answer] = []
        self.connections: List[socket.socket] = []
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> "Receiver":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        for connection in self.connections:
            end(connection)
        self.thread.join()

    def wait_for(self, count: int, seconds: float = 10) -> List[Request]:
        """Return the requests once there are this many. Raises AssertionError if they do not come."""
        deadline = time.monotonic() + seconds
        while len(self.requests) < count:
            if time.monotonic() > deadline:
                raise AssertionError(f"{len(self.requests)} requests came, not {count}")
            time.sleep(0.01)
        return self.requests


def end(connection: socket.socket) -> None:
    """End a kept-alive connection, as a stopping panel does; its thread then closes it."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # ended already


def answer(status: int, content: object, **headers: str) -> Answer:
    """Answer with JSON. headers: Retry_After="7" becomes Retry-After: 7."""

    def send(handler: Handler) -> None:
        body = json.dumps(content).encode()
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return send


def raw(text: bytes, closes: bool = True) -> Answer:
    """Answer with these bytes, whatever they are, and close the connection."""

    def send(handler: Handler) -> None:
        handler.wfile.write(text)
        handler.close_connection = closes

    return send


def stored_and_closed(handler: Handler) -> None:
    """Answer as if the connection were kept alive, then close it, as servers do after a while."""
    answer(200, STORED)(handler)
    handler.close_connection = True


def silence(seconds: float) -> Answer:
    """Stay silent for some seconds, then close."""

    def wait(handler: Handler) -> None:
        time.sleep(seconds)
        handler.close_connection = True

    return wait
