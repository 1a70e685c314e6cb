"""A process beside the program that gives the terminal back in its place, should SIGKILL end the program.

The out-of-memory killer does that, and leaves a shell without a cursor that shows nothing of what is typed.
"""

from __future__ import annotations

import os
import select
import signal
import termios
from contextlib import suppress
from typing import Any

Modes = list[Any]
"""As termios has them."""

_TAKEN, _GIVEN_BACK = b"1", b"0"

_READ_BYTES = 4096
_PATIENCE_SECONDS = 1.0

_IGNORED = (
    *(signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP),
    # By then the shell has the terminal: who is in its background may change its modes only so (POSIX, 11.1.4).
    *(signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU),
)


class Restorer:
    """Begins before threads and handlers of signals do. `leave` is what gives the screen and the cursor back."""

    def __init__(self, stdin: int, stdout: int, leave: bytes) -> None:
        self._pid = 0
        before = termios.tcgetattr(stdin)  # not by the other process: that may begin late
        heard, self._say = os.pipe()
        with suppress(OSError):  # no room for one more process: it goes without
            self._pid = os.fork()
            if not self._pid:
                os.close(self._say)
                _restore_after(heard, stdin, stdout, before, leave)
        os.close(heard)

    def taken(self) -> None:
        """Note that the program has taken the terminal."""
        self._tell(_TAKEN)

    def given_back(self) -> None:
        """Note that the program has given it back itself."""
        self._tell(_GIVEN_BACK)

    def close(self) -> None:
        """End it; it is not needed any more."""
        os.close(self._say)
        if self._pid:
            with suppress(ChildProcessError):
                os.waitpid(self._pid, 0)

    def _tell(self, what: bytes) -> None:
        with suppress(OSError):  # somebody ended it
            os.write(self._say, what)


def _restore_after(heard: int, stdin: int, stdout: int, before: Modes, leave: bytes) -> None:
    """Wait until the program is over; where it had the terminal then, give that back. Never returns."""
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
            # A shell that reads a line already has modes of its own.
            if termios.tcgetattr(stdin) == during:
                termios.tcsetattr(stdin, termios.TCSANOW, before)
    except (OSError, termios.error):  # the terminal is gone
        pass
    finally:
        os._exit(0)
