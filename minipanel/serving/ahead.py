"""Answers written by the thread that has made them: the event loop would need a tenth of a millisecond to wake for it.

The loop hears of it afterwards, and writes what the connection had no room for.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from typing import ClassVar, Final

from minipanel.handlers.reply import Reply
from minipanel.serving.direct import DirectCycle
from minipanel.serving.wire import pieces_of

MOST: Final = 8
"""How many copies of descriptors may be open: twice as many as there are threads that read."""


class Ahead:
    """Lets a thread write the answer of one request. `descriptor`: of a connection without TLS that has sent all else.

    It is written to a copy of the descriptor. The number itself may belong to another connection by then, if the client
    has closed this one.
    """

    __slots__ = ("_descriptor", "_own_headers", "cycle", "rest")

    _open: ClassVar = 0

    def __init__(self, descriptor: int, cycle: DirectCycle, own_headers: Sequence[tuple[bytes, bytes]]) -> None:
        self._descriptor = os.dup(descriptor)
        self.cycle = cycle
        self._own_headers = own_headers
        Ahead._open += 1
        self.rest: Sequence[memoryview] | None = None
        """What the connection had no room for; None until something is written."""

    @classmethod
    def has_room(cls) -> bool:
        """Return whether one more may be open."""
        return cls._open < MOST

    def write(self, answer: Reply) -> None:
        """Write what there is room for, unless the connection closes after this answer. Called in the thread."""
        if self.cycle.disconnected or not self.cycle.keep_alive:
            return
        pieces = pieces_of(answer, self._own_headers, is_last=False)
        sent = 0
        with suppress(OSError):  # no room at all, or the connection is lost, as the event loop will find out
            sent = os.writev(self._descriptor, pieces)
        self.rest = _without(pieces, sent)

    def close(self) -> None:
        """Close the copy. Called in the event loop, after the thread is done."""
        os.close(self._descriptor)
        Ahead._open -= 1


def _without(pieces: Sequence[bytes], sent: int) -> list[memoryview]:
    """Return what remains of some pieces after their first `sent` bytes: [b"ab", b"cd"], 3 -> [b"d"]."""
    rest = []
    for piece in pieces:
        if sent < len(piece):
            rest.append(memoryview(piece)[sent:])
        sent = max(0, sent - len(piece))
    return rest
