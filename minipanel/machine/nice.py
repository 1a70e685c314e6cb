"""Lowers the priority of threads."""

from __future__ import annotations

import contextlib
import os
import threading

_NICENESS = 10


def be_nice() -> None:
    """Lower the priority of the calling thread below ingest and the page. On Linux each thread has its own niceness."""
    with contextlib.suppress(OSError):  # a sandbox may forbid it
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
