"""A time as people read it, to the minute."""

from __future__ import annotations

import time


def moment(unix_seconds: int) -> str:
    """Return a time in this machine's time zone: 2026-11-26 18:30 UTC."""
    return time.strftime("%Y-%m-%d %H:%M %Z", time.localtime(unix_seconds))
