"""The security headers of every answer."""

from __future__ import annotations

from starlette.types import Message, Send

_CLOSED = "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

# Scripts, styles and pictures only from the panel's own files, none inline.
PAGE_POLICY = f"default-src 'self'; {_CLOSED}"
# Swagger UI creates style elements, and its styles contain pictures.
DOCS_POLICY = f"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; {_CLOSED}"

# No Strict-Transport-Security (RFC 6797): it would cover other ports of the management node, and lock browsers out
# after a return to http.
SAFE_HEADERS = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
"""The headers of answers with data. The page, its files and /api/docs replace some of them."""


def with_safe_headers(send: Send) -> Send:
    """Return an ASGI `send` that adds those of SAFE_HEADERS that an answer does not set itself."""

    async def send_safely(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = {name.lower() for name, _ in message["headers"]}
            added = [header for header in SAFE_HEADERS if header[0] not in own]
            message = {**message, "headers": [*message["headers"], *added]}
        await send(message)

    return send_safely
