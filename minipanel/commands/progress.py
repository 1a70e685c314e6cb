"""How far long work is: one line at a terminal that is written over, nothing where nobody looks."""

from __future__ import annotations

import sys

_CLEAR = "\r\033[K"


def show_progress(text: str) -> None:
    """Show this in the place of what was shown before."""
    if sys.stderr.isatty():
        print(f"{_CLEAR}{text}", end="", file=sys.stderr, flush=True)


def clear_progress() -> None:
    """Leave the line empty, for what comes of the work."""
    show_progress("")
