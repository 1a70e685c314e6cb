"""How far long work is: one line at a terminal that is written over, a line now and then where it goes elsewhere."""

from __future__ import annotations

import sys
import time

_CLEAR = "\r\033[K"
LINE_SECONDS = 30.0
"""So often a line goes to a pipe or a file, the first after so long: short work says nothing there."""


class Progress:
    """Of one piece of work, from when it is made."""

    def __init__(self) -> None:
        self._line_at = time.monotonic() + LINE_SECONDS

    def show(self, text: str) -> None:
        """Show this in place of what was shown before."""
        if sys.stderr.isatty():
            print(f"{_CLEAR}{text}", end="", file=sys.stderr, flush=True)
        elif time.monotonic() >= self._line_at:
            print(text, file=sys.stderr, flush=True)
            self._line_at = time.monotonic() + LINE_SECONDS

    def clear(self) -> None:
        """Leave the line empty, for the result of the work."""
        if sys.stderr.isatty():
            print(_CLEAR, end="", file=sys.stderr, flush=True)
