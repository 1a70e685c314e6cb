"""Raw bytes to a port, which no HTTP client would send, and what comes back."""

from __future__ import annotations

import contextlib
import errno
import re
import socket
import struct
import time

from minipanel.config import Config

ANSWER_SECONDS = 10.0
"""The panel answers or closes within this, even on a busy machine."""

QUIET_SECONDS = 0.1
"""A panel that is silent for this long waits for more."""

_STATUS = re.compile(rb"HTTP/1\.1 ([0-9]{3}) ")


def connect(config: Config) -> socket.socket:
    """Return a connection to the panel, with TCP_NODELAY so that pieces stay separate."""
    connection = socket.create_connection(("127.0.0.1", config.server.port), timeout=ANSWER_SECONDS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def exchange(config: Config, *pieces: bytes, pause_seconds: float = 0.0) -> bytes:
    """Send the pieces and return all that comes back. Once the panel waits for more, the sending side is closed.

    Fails if the panel does not close within ANSWER_SECONDS after that.
    """
    with connect(config) as connection:
        answer = b""
        # The panel may close while more is being sent.
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause_seconds)
            answer = read(connection, QUIET_SECONDS)
            end(connection)
        return answer + read_to_end(connection)


def end(connection: socket.socket) -> None:
    """Close the sending side. The panel may have closed already."""
    try:
        connection.shutdown(socket.SHUT_WR)
    except OSError as error:
        if error.errno != errno.ENOTCONN:
            raise


def read(connection: socket.socket, quiet_seconds: float) -> bytes:
    """Return what comes, until the end or until nothing comes for this long."""
    connection.settimeout(quiet_seconds)
    answer = b""
    with contextlib.suppress(TimeoutError):
        while more := connection.recv(65_536):
            answer += more
    return answer


def read_to_end(connection: socket.socket) -> bytes:
    """Return what comes until the end. Fails if that takes longer than ANSWER_SECONDS."""
    last = time.monotonic() + ANSWER_SECONDS
    answer = b""
    with contextlib.suppress(ConnectionError):
        while True:
            connection.settimeout(max(0.001, last - time.monotonic()))
            more = connection.recv(65_536)
            if not more:
                break
            answer += more
    return answer


def statuses(answer: bytes) -> list[int]:
    """Return the status of each answer in the bytes. The panel's bodies contain no status line."""
    return [int(status) for status in _STATUS.findall(answer)]


def reset(connection: socket.socket) -> None:
    """Close so that the panel gets a reset, as from a killed client or a machine that lost power."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
