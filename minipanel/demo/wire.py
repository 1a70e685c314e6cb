"""An agent's requests, and a kept-alive connection for them. Only this module makes requests of simulated nodes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from minipanel import __version__
from minipanel.services.tokens import agent_token

SENSOR: Final = "coretemp Package id 0, Package id 1"
LIMIT_CELSIUS: Final = "100"
"""The limit that the kernels of nodes with a sensor report."""

LOST: Final = 0
"""The status if no answer came."""

Samples = Sequence[Mapping[str, object]]


def body_of(samples: Samples) -> bytes:
    """Return one node's samples as the body of a request."""
    return msgspec.json.encode(samples)


def bearer(secret: str, name: str) -> str:
    """Return the Authorization header of a node whose agent uses a token."""
    return f"Bearer {agent_token(secret, name)}"


def headers(
    authorization: str, sent: float, *, version: str = __version__, has_sensor: bool = False, boot_id: str = ""
) -> dict[str, str]:
    """Return the headers of an agent's request. `sent`: Unix seconds by the node's clock."""
    found = {
        "Content-Type": "application/json",
        "Authorization": authorization,
        "User-Agent": f"minipanel-agent/{version}",
        "X-MiniPanel-Sent": f"{sent:.3f}",
    }
    if has_sensor:
        found |= {"X-MiniPanel-Sensor": SENSOR, "X-MiniPanel-Limit": LIMIT_CELSIUS}
    return found | ({"X-MiniPanel-Boot": boot_id} if boot_id else {})


def request(fields: Mapping[str, str], body: bytes) -> bytes:
    """Return a whole request."""
    lines = ["POST /api/metrics HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in fields.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Link(asyncio.Protocol):
    """A kept-alive connection to a panel on this machine, for one request at a time."""

    def __init__(self, port: int, source: str | None = None) -> None:
        """source: the local address of the connection; the system chooses it by default."""
        self._port = port
        self._source = source
        self._buffer = b""
        self._answer: asyncio.Future[int] | None = None
        self._transport: asyncio.Transport | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is connected."""
        return self._transport is not None and not self._transport.is_closing()

    async def connect(self) -> None:
        """Open the connection. Raises OSError."""
        source = (self._source, 0) if self._source else None
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_connection(lambda: self, "127.0.0.1", self._port, local_addr=source)

    async def post(self, whole: bytes) -> int:
        """Send a request and return the answer's status; LOST if none comes."""
        if self._transport is None or not self.is_open:
            return LOST
        self._buffer = b""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(whole)
        return await self._answer

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Receive an answer. It is complete once its body is."""
        self._buffer += data
        head, separator, body = self._buffer.partition(b"\r\n\r\n")
        if not separator or self._answer is None or self._answer.done():
            return
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        if len(body) >= length:
            self._answer.set_result(int(head.split(b" ", 2)[1]))

    def connection_lost(self, _error: Exception | None) -> None:
        """End the wait for an answer: none will come."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(LOST)
