"""The progress of long work: on a terminal one line that is overwritten, elsewhere a line now and then."""

from __future__ import annotations

import sys
import time

_CLEAR = "\r\033[K"
LINE_SECONDS = 30.0
"""A pipe or a file gets a line this often, the first after this time: short work prints nothing there."""


class Progress:
    """The progress of one piece of work, which begins when this object is made."""

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
        """Clear the line for the result of the work."""
        if sys.stderr.isatty():
            print(_CLEAR, end="", file=sys.stderr, flush=True)
