"""Fast parsers for requests as agents and pages usually send them: a fifth of the time of the HTTP parser's calls.

Any other request is left to the HTTP parser.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from minipanel.app import INGEST
from minipanel.handlers.agents import Head

MAX_BYTES: Final = 16_384
"""The largest body. Only a few agents send more, when they back-fill."""

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
"""The headers that are understood. Apart from its length, none of them changes how a request is read or answered."""

HEADS: Final = 64
"""How many heads are remembered, each of at most SMALL_BYTES."""

UNUSUAL: Final = frozenset(("expect", "transfer-encoding", "upgrade"))
"""Headers that change how a request is read or answered."""

_CHANGES_A_GET: Final = UNUSUAL | {"content-length"}
_FIRST_LINE: Final = f"POST {INGEST} HTTP/1.1"
_END_OF_GET: Final = b" HTTP/1.1"
_PRINTABLE: Final = bytes(range(0x20, 0x7F))
_VISIBLE: Final = _PRINTABLE[1:]


def taken_apart(data: bytes) -> tuple[Head, bytes] | None:
    """Return the headers, with names in lower case, and the body of exactly one complete request; None for other data.

    The result is what the HTTP parser would find (RFC 9112, 2.2 and 5). Each header must have a known name, appear
    once, and have a value of printable ASCII without spaces around it. The body must have the announced length.
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


def get_taken_apart(data: bytes) -> tuple[str, Head] | None:
    """Return the URL and the headers, with names in lower case, of exactly one complete GET; None for other data.

    The result is what the HTTP parser would find. Each header must appear once, with a value of printable ASCII without
    spaces around it; its name may be any, as browsers and proxies send many. The request must have no body, and its
    connection must stay open.
    """
    first, _, rest = data.partition(b"\r\n")
    if not first.startswith(b"GET /") or not first.endswith(_END_OF_GET):
        return None
    url, head = first[4 : -len(_END_OF_GET)], _head_of_get(rest)
    return None if head is None or url.translate(None, _VISIBLE) else (url.decode("ascii"), head)


@lru_cache(maxsize=HEADS)
def _head_of_get(data: bytes) -> Head | None:
    """Return the headers of a GET from its lines, with the empty one that ends them. None if one is unusual.

    A browser sends the same headers with each question: to find them again takes a tenth of the time.
    """
    if data != b"\r\n" and not data.endswith(b"\r\n\r\n"):
        return None
    lines = data[:-4].decode("latin-1").split("\r\n") if len(data) > 2 else []
    if data.translate(None, _PRINTABLE) != b"\r\n" * (len(lines) + 1):
        return None
    head = {}
    for line in lines:
        name, colon, value = line.partition(": ")
        if not colon or not name.replace("-", "").isalnum() or not value or value != value.strip():
            return None
        head[name.lower()] = value
    if len(head) < len(lines) or not _CHANGES_A_GET.isdisjoint(head):
        return None
    return head if head.get("connection", "keep-alive").lower() == "keep-alive" else None
