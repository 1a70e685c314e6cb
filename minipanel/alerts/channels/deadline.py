"""Ends a connection that takes too long, whatever it does."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Timer
from types import TracebackType
from typing import TypeVar

S = TypeVar("S", bound=socket.socket)


class Deadline:
    """Ends a connection when its time is over, even if a byte now and then restarts the socket's own time-out."""

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._socket: socket.socket | None = None
        self._timer = Timer(seconds, self._end)
        self._timer.daemon = True

    def guard(self, opened: S) -> S:
        """Guard this socket instead of the previous one."""
        self._socket = opened
        if self.is_over:
            self._end()
        return opened

    def __enter__(self) -> Deadline:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()

    def _end(self) -> None:
        self.is_over = True
        if self._socket is not None:
            with suppress(OSError):
                # Not ssl's shutdown: it would destroy the state that the reading thread uses.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
