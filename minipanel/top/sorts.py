"""What nodes can be sorted by, as people type it: known to the command line, which loads nothing else of this room."""

from __future__ import annotations

from typing import Final

from minipanel.models.metrics import METRICS

WORST, NAME, SEEN, CLOCK = "worst", "name", "seen", "clock"

SORTS: Final = (WORST, NAME, *(metric.name for metric in METRICS), SEEN, CLOCK)
"""`worst`: what needs somebody, then the highest of the metric that is looked at."""

SHORT_NAMES: Final = {"cpu": "cpu_percent", "memory": "memory_used", "temperature": "cpu_temp"}
"""As people type them, and as they stand in the page's address."""


def shown_sorts() -> list[str]:
    """Return all by the names that people type."""
    short = {name: word for word, name in SHORT_NAMES.items()}
    return [short.get(sort, sort) for sort in SORTS]
