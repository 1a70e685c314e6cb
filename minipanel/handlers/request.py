"""What handlers read from any request: the panel, the client's address, a body of limited size."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import ClientDisconnect, Request

from minipanel.errors import BadInput, TooLarge
from minipanel.machine.addresses import normalise
from minipanel.models.names import parse_address
from minipanel.services.exposition import weights
from minipanel.services.panel import Panel


def panel_of(request: Request) -> Panel:
    """Return the running panel."""
    panel: Panel = request.app.state.panel
    return panel


def peer_of(request: Request) -> str:
    """Return the address at the other end of the connection, "" if there is none."""
    client = request.scope.get("client")  # request.client would make a named tuple of it, twice
    return client[0] if client else ""


def prove_client(request: Request) -> None:
    """Report to the server that the client is authenticated. The limits on strangers then spare its connection."""
    prove = request.scope.get("extensions", {}).get("minipanel.prove")
    if prove is not None:
        prove()


def takes_gzip(request: Request) -> bool:
    """Return whether the client accepts an answer compressed with gzip."""
    return is_gzip_among(",".join(request.headers.getlist("Accept-Encoding")))


def is_gzip_among(accepted: str) -> bool:
    """Return whether an Accept-Encoding header accepts gzip."""
    accepted = accepted.lower()
    return "gzip" in accepted and weights(accepted).get("gzip", 0) > 0


def client_of(request: Request, trusted_proxies: Sequence[str]) -> str:
    """Return the client's address: the connection's, or the one a trusted proxy gives in X-Forwarded-For.

    Each proxy adds the address that it saw at the end, so the last one that is not a trusted proxy's counts. For people
    only: an agent's address is always the connection's.
    """
    return client_behind(peer_of(request), request.headers.getlist("X-Forwarded-For"), trusted_proxies)


def client_behind(peer: str, lines: Sequence[str], trusted_proxies: Sequence[str]) -> str:
    """Return the client's address. `peer`: the connection's; `lines`: the values of all X-Forwarded-For headers."""
    client = normalise(peer)
    if client not in trusted_proxies:
        return client
    forwarded = [part.strip() for line in lines for part in line.split(",")]
    while client in trusted_proxies and forwarded:
        address = parse_address(forwarded.pop())
        if address is None:
            break
        client = str(address)
    return client


def is_encrypted(request: Request, trusted_proxies: Sequence[str]) -> bool:
    """Return whether the browser uses HTTPS, with the panel or with a trusted proxy (X-Forwarded-Proto)."""
    is_forwarded = (
        normalise(peer_of(request)) in trusted_proxies and request.headers.get("X-Forwarded-Proto") == "https"
    )
    return is_forwarded or request.url.scheme == "https"


async def read_body(request: Request, limit_bytes: int) -> bytes:
    """Return the body. Raises TooLarge as soon as it exceeds the limit, BadInput if the client disconnects."""
    announced = request.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced[:20]) > limit_bytes:
        raise _too_large(limit_bytes)
    chunks, size_bytes = [], 0
    try:
        async for chunk in request.stream():
            size_bytes += len(chunk)
            if size_bytes > limit_bytes:  # a chunked body does not announce its size
                raise _too_large(limit_bytes)
            chunks.append(chunk)
    except ClientDisconnect:
        raise BadInput("The body ended too early.") from None
    return b"".join(chunks)


def _too_large(limit_bytes: int) -> TooLarge:
    return TooLarge("The body is too large; at most {limit_bytes} bytes are allowed.", limit_bytes=limit_bytes)
