"""What every request has before it is understood: an address that it came from, and a body of bounded size."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request

from minipanel.errors import BadInput, TooLarge


def peer_of(request: Request) -> str:
    """Return the address at the other end of the connection, "" where there is none."""
    return request.client.host if request.client else ""


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
        raise BadInput("The body broke off before its end.") from None
    return b"".join(chunks)


def _too_large(limit_bytes: int) -> TooLarge:
    return TooLarge(f"The body is too large; at most {limit_bytes} bytes are allowed.")
