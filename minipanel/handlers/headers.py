"""Headers that every answer has, so that a browser makes nothing of it but what it is."""

from __future__ import annotations

from starlette.types import Message, Send

_CLOSED = "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

# Scripts, styles and pictures come from the panel alone, none from within a page.
PAGE_POLICY = f"default-src 'self'; {_CLOSED}"
# Swagger UI writes style elements of its own, and its pictures are in its styles.
DOCS_POLICY = f"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; {_CLOSED}"

# No Strict-Transport-Security (RFC 6797): it would cover other ports of the management node, and lock browsers out
# after a return to http.
SAFE_HEADERS = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
"""For data, which is for programs and of the moment. The page, its files and the API's own page say otherwise."""


def with_safe_headers(send: Send) -> Send:
    """Return a `send` of ASGI that adds to each answer those of SAFE_HEADERS that it does not set itself."""

    async def send_safely(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = {name.lower() for name, _ in message["headers"]}
            added = [header for header in SAFE_HEADERS if header[0] not in own]
            message = {**message, "headers": [*message["headers"], *added]}
        await send(message)

    return send_safely
