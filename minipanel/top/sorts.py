"""The sort keys, as people type them. The command line needs them, and loads nothing else of this room."""

from __future__ import annotations

from typing import Final

from minipanel.models.metrics import METRICS

WORST, NAME, SEEN, CLOCK = "worst", "name", "seen", "clock"

SORTS: Final = (WORST, NAME, *(metric.name for metric in METRICS), SEEN, CLOCK)
"""`worst`: nodes that need somebody first, then by the metric shown, highest first."""

SHORT_NAMES: Final = {"cpu": "cpu_percent", "memory": "memory_used", "temperature": "cpu_temp"}
"""The names that people type, and that the page uses in its address."""


def shown_sorts() -> list[str]:
    """Return all sort keys by the names that people type."""
    short = {name: word for word, name in SHORT_NAMES.items()}
    return [short.get(sort, sort) for sort in SORTS]
