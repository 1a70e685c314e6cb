"""`minipanel top` at its own terminal. The test reads the screen as a person does."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from types import TracebackType

import pyte

from tests.panel.commands import ENVIRONMENT, TAKE_TERMINAL

PATIENCE_SECONDS = 20.0


class Session:
    """A program at a terminal. `command`: what it runs, by default `minipanel top` with these words."""

    def __init__(
        self, *words: object, command: Sequence[str] = (), columns: int = 80, lines: int = 24, **environment: str
    ) -> None:
        self.master, self.slave = pty.openpty()
        self.resize(columns, lines, is_new=True)
        self.before = termios.tcgetattr(self.slave)
        self.sent = b""
        """All that was written to the terminal."""
        self._unread = b""
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        whole = {**ENVIRONMENT, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **environment}
        whole.pop("COLUMNS")
        started = command or [sys.executable, "-m", "minipanel", "top", *map(str, words)]
        self.process = subprocess.Popen(
            [sys.executable, "-c", TAKE_TERMINAL, *started],
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            env=whole,
            start_new_session=True,
        )

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for end in (self.master, self.slave):
            os.close(end)

    @property
    def shown(self) -> str:
        """What the screen shows."""
        return "\n".join(self.screen.display)

    def press(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def resize(self, columns: int, lines: int, is_new: bool = False) -> None:
        """Change the terminal's size, which signals the process in its foreground."""
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        if not is_new:
            self.screen.resize(lines, columns)

    def wait_for(self, text: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Return once the screen shows this."""
        end = time.monotonic() + seconds
        while text not in self.shown:
            assert self.process.poll() is None, f"ended with {self.process.returncode}: {self.sent[-2000:]!r}"
            assert time.monotonic() < end, f"{text!r} was not shown; shown was:\n{self.shown}"
            self.read(0.1)

    def wait_without(self, text: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Return once the screen no longer shows this."""
        end = time.monotonic() + seconds
        while text in self.shown:
            assert time.monotonic() < end, f"{text!r} is still shown:\n{self.shown}"
            self.read(0.1)

    def end(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Read until the program has ended and return its exit code."""
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < end, f"it has not ended; shown is:\n{self.shown}"
            self.read(0.05)
        while self.read(0.3):  # the kernel hands over what was written last in parts, and later on a busy machine
            pass
        return self.process.returncode

    def wait_until_it_is_as_it_was(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Return once the terminal is restored."""
        end = time.monotonic() + seconds
        while not self.is_as_it_was:
            assert time.monotonic() < end, f"it is not given back: {self.sent[-200:]!r}"
            self.read(0.05)

    def wait_until_sent(self, *texts: bytes, seconds: float = PATIENCE_SECONDS) -> None:
        """Return once all of this has been written, whether the screen still shows it or not."""
        end = time.monotonic() + seconds
        while not all(text in self.sent for text in texts):
            assert time.monotonic() < end, f"{texts} was not written: {self.sent[-200:]!r}"
            self.read(0.05)

    def read(self, seconds: float) -> bool:
        """Read what is written within this time. Returns whether anything was."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        if ready:
            part = os.read(self.master, 1 << 16)
            self.sent += part
            self._unread += part
            # A sequence may come in parts. pyte has no alternate screen, so it is cleared when the program leaves that.
            begun = re.search(rb"\x1b(\[[?0-9;]*)?$", self._unread)
            whole = begun.start() if begun else len(self._unread)
            self._stream.feed(self._unread[:whole].replace(b"\x1b[?1049l", b"\x1b[2J\x1b[H"))
            self._unread = self._unread[whole:]
        return bool(ready)

    @property
    def is_as_it_was(self) -> bool:
        """Whether the terminal's modes, screen and cursor are restored."""
        modes = termios.tcgetattr(self.slave) == self.before
        has_screen = self.sent.rfind(b"\x1b[?1049l") > self.sent.rfind(b"\x1b[?1049h")
        has_cursor = self.sent.rfind(b"\x1b[?25h") > self.sent.rfind(b"\x1b[?25l")
        return modes and has_screen and has_cursor
