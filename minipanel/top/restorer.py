"""A second process that restores the terminal if SIGKILL ends the program.

The out-of-memory killer sends SIGKILL. Without this, it would leave a shell that has no cursor and no echo.
"""

from __future__ import annotations

import os
import select
import signal
import termios
from contextlib import suppress
from typing import Any

Modes = list[Any]
"""The terminal's modes, as termios returns them."""

_TAKEN, _GIVEN_BACK = b"1", b"0"

_READ_BYTES = 4096
_PATIENCE_SECONDS = 1.0

_IGNORED = (
    *(signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP),
    # By then the shell has the terminal. A background process that ignores SIGTTOU may still change its modes (POSIX,
    # 11.1.4).
    *(signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU),
)


class Restorer:
    """Must be started before any thread or signal handler. `leave`: the sequence that restores screen and cursor."""

    def __init__(self, stdin: int, stdout: int, leave: bytes) -> None:
        self._pid = 0
        before = termios.tcgetattr(stdin)  # not in the other process, which may start late
        heard, self._say = os.pipe()
        with suppress(OSError):  # no more processes are possible: go on without it
            self._pid = os.fork()
            if not self._pid:
                os.close(self._say)
                _restore_after(heard, stdin, stdout, before, leave)
        os.close(heard)

    def taken(self) -> None:
        """Report that the program has taken the terminal."""
        self._tell(_TAKEN)

    def given_back(self) -> None:
        """Report that the program itself has restored the terminal."""
        self._tell(_GIVEN_BACK)

    def close(self) -> None:
        """End the process, which is not needed any more."""
        os.close(self._say)
        if self._pid:
            with suppress(ChildProcessError):
                os.waitpid(self._pid, 0)

    def _tell(self, what: bytes) -> None:
        with suppress(OSError):  # somebody ended it
            os.write(self._say, what)


def _restore_after(heard: int, stdin: int, stdout: int, before: Modes, leave: bytes) -> None:
    """Wait until the program ends. If it still had the terminal then, restore it. Never returns."""
    try:
        for number in _IGNORED:
            signal.signal(number, signal.SIG_IGN)
        during, last = before, _GIVEN_BACK
        while said := os.read(heard, _READ_BYTES):
            last = said[-1:]
            if last == _TAKEN:
                during = termios.tcgetattr(stdin)
        if last == _TAKEN:
            if select.select([], [stdout], [], _PATIENCE_SECONDS)[1]:
                os.write(stdout, leave)
            # A shell that already reads a line has set its own modes.
            if termios.tcgetattr(stdin) == during:
                termios.tcsetattr(stdin, termios.TCSANOW, before)
    except (OSError, termios.error):  # the terminal is gone
        pass
    finally:
        os._exit(0)
