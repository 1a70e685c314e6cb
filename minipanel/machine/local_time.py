"""Times as commands print them."""

from __future__ import annotations

import time


def local_time(unix_seconds: int) -> str:
    """Return a time as people read it, in this machine's time zone: 1640995200 -> "2022-01-01 08:00:00 CST"."""
    return time.strftime("%Y-%m-%d %H:%M:%S %Z", time.localtime(unix_seconds))
