"""Threads that let the others go first."""

from __future__ import annotations

import contextlib
import os
import threading

_NICENESS = 10


def be_nice() -> None:
    """Let ingest and the page go before the thread that calls this. On Linux niceness is a thread's own."""
    with contextlib.suppress(OSError):  # a sandbox may forbid it
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
