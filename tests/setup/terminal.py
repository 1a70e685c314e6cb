"""A program at its own terminal, with somebody who reads and types."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from types import TracebackType

PATIENCE_SECONDS = 60.0


class Terminal:
    """with Terminal(["passwd"]) as terminal: terminal.expect("New password"); terminal.type("...")."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self._master, slave = pty.openpty()
        self.shown = ""
        """All that was shown so far, without carriage returns."""
        self._read_to = 0

        def take_terminal() -> None:
            # As after a login: tests in the background or under nohup ignore these, and children would inherit that.
            for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
                signal.signal(number, signal.SIG_DFL)
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            list(command), stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True,
            preexec_fn=take_terminal,
        )  # fmt: skip
        os.close(slave)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._master)

    def expect(self, pattern: str, seconds: float = PATIENCE_SECONDS) -> re.Match[str]:
        """Return the match once the pattern is shown, after what was expected before. Raises AssertionError."""
        deadline = time.monotonic() + seconds
        while True:
            found = re.compile(pattern).search(self.shown, self._read_to)
            if found:
                self._read_to = found.end()
                return found
            assert self._read(deadline), f"{pattern!r} was not shown; shown was:\n{self.shown}"

    def type(self, line: str = "") -> None:
        """Type a line and Enter."""
        os.write(self._master, f"{line}\n".encode())

    def press(self, key: str) -> None:
        """Press a key: "\\x03" is Ctrl-C, "\\x04" is Ctrl-D."""
        # A moment after the prompt, as a person does: a signal just before the program waits would not wake it.
        time.sleep(0.5)
        os.write(self._master, key.encode())

    def end(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Read until the program has ended and return its exit code."""
        deadline = time.monotonic() + seconds
        while self._read(deadline):
            pass
        return self.process.wait(max(1.0, deadline - time.monotonic()))

    def _read(self, deadline: float) -> bool:
        """Read what is shown next. Returns False at the end or when the time is up."""
        ready, _, _ = select.select([self._master], [], [], max(0.0, deadline - time.monotonic()))
        try:
            part = os.read(self._master, 65536) if ready else b""
        except OSError:  # the program has ended, and its terminal with it
            return False
        self.shown += part.decode("utf-8", "replace").replace("\r", "")
        return bool(part)
