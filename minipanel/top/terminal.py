"""Takes the terminal and restores it: its modes, its screen, its cursor. Also handles the signals that concern it."""

from __future__ import annotations

import os
import select
import signal
import termios
import tty
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType

from minipanel.top.restorer import Restorer

_ENTER = "\x1b[?1049h\x1b[?25l\x1b[2J"
"""Switch to the alternate screen (xterm, 1049), hide the cursor, clear the screen."""
_LEAVE = "\x1b[0m\x1b[?25h\x1b[?1049l"

ENDING = (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP)
"""Signals that end the program, after it has restored the terminal."""
_NOTED = (*ENDING, signal.SIGTSTP, signal.SIGCONT, signal.SIGWINCH)

_READ_BYTES = 4096
_CHUNK_BYTES = 512
_LEAVE_SECONDS = 1.0
_FALLBACK_SIZE = (80, 24)


class Terminal:
    """with Terminal() as terminal: lines can be drawn and single keys read; at the end, the terminal is restored."""

    def __init__(self, stdin: int = 0, stdout: int = 1) -> None:
        self._stdin, self._stdout = stdin, stdout
        self._wake_read, self._wake_write = os.pipe()
        for end in (self._wake_read, self._wake_write):
            os.set_blocking(end, False)
        self._saved: list[object] | None = None
        self._handlers: dict[int, object] = {}
        self._is_gone = False

    def __enter__(self) -> Terminal:
        self._restorer = Restorer(self._stdin, self._stdout, _LEAVE.encode())
        # A signal only wakes `wait`: its work is done between two drawings, never in the middle of one.
        self._wakeup = signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        self._handlers = {number: signal.signal(number, _note) for number in _NOTED}
        self._take()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._give_back()
        self._restorer.close()
        signal.set_wakeup_fd(self._wakeup)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        for end in (self._wake_read, self._wake_write):
            os.close(end)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines; 80 and 24 if unknown."""
        try:
            columns, lines = os.get_terminal_size(self._stdout)
        except OSError:
            return _FALLBACK_SIZE
        return (columns, lines) if columns and lines else _FALLBACK_SIZE

    @property
    def is_gone(self) -> bool:
        """Whether the terminal is gone: a read or a write failed."""
        return self._is_gone

    def wake(self) -> None:
        """End a `wait`. Any thread may call this."""
        with suppress(OSError):  # the pipe is full, and so wakes anyway, or it is closed
            os.write(self._wake_write, b"\0")

    def wait(self, seconds: float) -> tuple[bytes, set[int]]:
        """Wait for a key, a signal or `wake`, at most this long. Returns what was typed, and the signals received."""
        ready, _, _ = select.select([self._stdin, self._wake_read], [], [], max(0.0, seconds))
        typed = self._read_keys() if self._stdin in ready else b""
        return typed, set(os.read(self._wake_read, _READ_BYTES)) - {0} if self._wake_read in ready else set()

    def write(self, text: str, encoding: str = "utf-8") -> bool:
        """Write text. Characters that the encoding lacks become question marks. Returns whether all of it was written.

        A terminal that was stopped (Ctrl-S), or a remote one that hangs, accepts nothing. Then a signal ends the wait.
        """
        data = text.encode(encoding, "replace")
        while data:
            woken, ready, _ = select.select([self._wake_read], [self._stdout], [])
            if woken and not ready:
                return False
            data = data[self._put(data) :]
        return True

    def stop(self) -> None:
        """Restore the terminal and stop the program, as Ctrl-Z asks. When it continues, take the terminal again."""
        self._give_back()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        # The program is stopped here until SIGCONT.
        signal.signal(signal.SIGTSTP, _note)
        self._take()

    def _take(self) -> None:
        self._saved = termios.tcgetattr(self._stdin)
        tty.setcbreak(self._stdin, termios.TCSADRAIN)
        self._restorer.taken()
        self.write(_ENTER)

    def _give_back(self) -> None:
        with suppress(termios.error, OSError):
            # Otherwise the writing below would wait for Ctrl-Q. On Linux, TCOON only undoes TCOOFF.
            termios.tcflow(self._stdout, termios.TCOOFF)
            termios.tcflow(self._stdout, termios.TCOON)
        if select.select([], [self._stdout], [], _LEAVE_SECONDS)[1]:
            self._put(_LEAVE.encode())
        with suppress(termios.error, OSError):  # the terminal is gone
            if self._saved is not None:
                termios.tcsetattr(self._stdin, termios.TCSAFLUSH, self._saved)  # type: ignore[arg-type]
        self._restorer.given_back()

    def _put(self, data: bytes) -> int:
        """Write as much as the terminal accepts at once. Returns the number of bytes; all of them if it is gone."""
        try:
            return os.write(self._stdout, data[:_CHUNK_BYTES])
        except OSError:
            self._is_gone = True
            return len(data)

    def _read_keys(self) -> bytes:
        try:
            typed = os.read(self._stdin, _READ_BYTES)
        except OSError:
            typed = b""
        self._is_gone = self._is_gone or not typed
        return typed


def place(line: int) -> str:
    """Return the sequence that moves the cursor to the beginning of a line; 0 is the first."""
    return f"\x1b[{line + 1};1H"


def changed_lines(before: Sequence[str], after: Sequence[str]) -> str:
    """Return what to write to update the screen: only the lines that differ, unless the number of lines changed."""
    same = before if len(before) == len(after) else [""] * len(after)
    return "".join(place(number) + line for number, line in enumerate(after) if line != same[number])


def _note(number: int, frame: object) -> None:
    """Do nothing: the signal's number, written to the wakeup descriptor, wakes `wait`."""
