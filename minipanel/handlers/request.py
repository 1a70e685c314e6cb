"""What every request has before it is understood: the panel it asks, an address it came from, a bounded body."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import ClientDisconnect, Request

from minipanel.errors import BadInput, TooLarge
from minipanel.machine.addresses import normalise
from minipanel.models.names import parse_address
from minipanel.services.exposition import weights
from minipanel.services.panel import Panel


def panel_of(request: Request) -> Panel:
    """Return the panel's parts."""
    panel: Panel = request.app.state.panel
    return panel


def peer_of(request: Request) -> str:
    """Return the address at the other end of the connection, "" where there is none."""
    return request.client.host if request.client else ""


def prove_client(request: Request) -> None:
    """Let the server know that whoever asks has shown who it is: the caps over connections spare this one."""
    prove = request.scope.get("extensions", {}).get("minipanel.prove")
    if prove is not None:
        prove()


def takes_gzip(request: Request) -> bool:
    """Return whether the answer may be in the format of gzip."""
    return weights(",".join(request.headers.getlist("Accept-Encoding"))).get("gzip", 0) > 0


def client_of(request: Request, trusted_proxies: Sequence[str]) -> str:
    """Return the address of whoever asks: of the connection, or what a trusted proxy says of it in X-Forwarded-For.

    Each proxy adds at the end what it saw, so the last address that is no trusted proxy's counts. For people only:
    agents are known by the connection.
    """
    client = normalise(peer_of(request))
    forwarded = [part.strip() for line in request.headers.getlist("X-Forwarded-For") for part in line.split(",")]
    while client in trusted_proxies and forwarded:
        address = parse_address(forwarded.pop())
        if address is None:
            break
        client = str(address)
    return client


def is_encrypted(request: Request, trusted_proxies: Sequence[str]) -> bool:
    """Return whether the browser speaks HTTPS: to the panel, or to a trusted proxy that says so (X-Forwarded-Proto)."""
    is_forwarded = (
        normalise(peer_of(request)) in trusted_proxies and request.headers.get("X-Forwarded-Proto") == "https"
    )
    return is_forwarded or request.url.scheme == "https"


async def read_body(request: Request, limit_bytes: int) -> bytes:
    """Return the body. Raises TooLarge as soon as it is over the limit, BadInput when it breaks off."""
    announced = request.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced[:20]) > limit_bytes:
        raise _too_large(limit_bytes)
    chunks, size_bytes = [], 0
    try:
        async for chunk in request.stream():
            size_bytes += len(chunk)
            if size_bytes > limit_bytes:  # sent in chunks: nothing announced its size
                raise _too_large(limit_bytes)
            chunks.append(chunk)
    except ClientDisconnect:
        raise BadInput("The body ended too early.") from None
    return b"".join(chunks)


def _too_large(limit_bytes: int) -> TooLarge:
    return TooLarge("The body is too large; at most {limit_bytes} bytes are allowed.", limit_bytes=limit_bytes)
