"""Writes an answer to its connection."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from minipanel.handlers.reply import Reply, headers_on_the_wire, on_the_wire

JOINED_BYTES = 65_536
"""A larger body is written separately: copying half a megabyte behind its head takes longer than two writes."""


def write(
    transport: asyncio.WriteTransport, answer: Reply, own_headers: Sequence[tuple[bytes, bytes]], is_last: bool
) -> None:
    """Write an answer. `own_headers`: the server's; `is_last`: the connection is closed after it."""
    pieces = pieces_of(answer, own_headers, is_last)
    if len(pieces) == 1:
        transport.write(pieces[0])
    else:
        transport.writelines(pieces)


def pieces_of(answer: Reply, own_headers: Sequence[tuple[bytes, bytes]], is_last: bool) -> list[bytes]:
    """Return an answer's bytes: as one piece, or its head and a large body."""
    begin = [STATUS_LINE[answer.status], *(b"%s: %s\r\n" % header for header in own_headers)]
    if is_last:
        begin.append(b"connection: close\r\n")
    if len(answer.body) <= JOINED_BYTES:
        return [b"".join((*begin, on_the_wire(answer)))]
    return [b"".join((*begin, headers_on_the_wire(answer))), answer.body]
