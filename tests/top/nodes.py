"""Made-up nodes, as in the panel's answers."""

from __future__ import annotations

from itertools import count
from typing import Any

import msgspec

from minipanel.models.answers import RealtimeNode

GB = 1024**3
_ids = count(1)


def node(name: str = "node001", **changes: Any) -> RealtimeNode:
    """Return a node that is up and half busy, with these changes."""
    whole = {
        "id": next(_ids),
        "name": name,
        "hostname": name,
        "state": "up",
        "timestamp": 1_700_000_000,
        "clock_skew_seconds": 0.0,
        "cpu_percent": 50.0,
        "memory_total": 256 * GB,
        "memory_used": 128 * GB,
        "memory_percent": 50.0,
        "cpu_temp": 60.0,
    }
    return msgspec.convert(whole | changes, RealtimeNode)
