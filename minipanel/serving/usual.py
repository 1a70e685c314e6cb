"""A request exactly as agents send it, taken apart at once: a fifth of the time that a parser's calls take.

What differs in anything from what is understood here is left to the parser, which knows all of HTTP.
"""

from __future__ import annotations

from typing import Final

from minipanel.app import INGEST
from minipanel.handlers.agents import Head

MAX_BYTES: Final = 16_384
"""Of a body. More is back-filled, by few."""

NAMES: Final = {
    name: name.lower()
    for name in (
        "Host",
        "User-Agent",
        "Content-Type",
        "Content-Length",
        "Authorization",
        "X-MiniPanel-Boot",
        "X-MiniPanel-Started",
        "X-MiniPanel-Sensor",
        "X-MiniPanel-Limit",
        "X-MiniPanel-Throttled",
        "X-MiniPanel-Sent",
    )
}
"""The headers that are understood: none of them says how a request is to be read or answered, but for its length."""

_FIRST_LINE: Final = f"POST {INGEST} HTTP/1.1"
_PRINTABLE: Final = bytes(range(0x20, 0x7F))


def taken_apart(data: bytes) -> tuple[Head, bytes] | None:
    """Return the head, with its names in lower case, and the body of the one whole request that this is; else None.

    It is what the parser would find (RFC 9112, 2.2 and 5): each header of a known name, once, its value of printable
    ASCII without spaces around it, and a body just as long as announced.
    """
    lines_of_head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = lines_of_head.decode("latin-1").split("\r\n")
    if first != _FIRST_LINE or lines_of_head.translate(None, _PRINTABLE) != b"\r\n" * len(lines):
        return None
    if b":  " in lines_of_head or b" \r\n" in data:  # spaces around a value
        return None
    head = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if name not in NAMES:
            return None
        head[NAMES[name]] = value
    if len(head) < len(lines) or not 0 < len(body) <= MAX_BYTES or head.get("content-length") != str(len(body)):
        return None
    return head, body
