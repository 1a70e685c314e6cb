"""SQL for a record's values as whole numbers of the unit in which charts draw them (models/compact.py)."""

from __future__ import annotations

from typing import Final

from minipanel.models.compact import MEAN_OF, MIB, TENTH, UNITS
from minipanel.models.record import VALUE_COLUMNS

LIFT: Final = 10_000


def _count(column: str) -> str:
    unit = UNITS[column]
    if unit == TENTH:  # round() is slow, as it goes through text; a cast truncates, so numbers are shifted first
        return f"CAST(10 * {column} + {LIFT}.5 AS INTEGER) - {LIFT}"
    return f"(CAST({column} AS INTEGER) + {MIB // 2}) / {MIB}" if unit == MIB else f"CAST({column} AS INTEGER)"


COUNTED: Final = {
    column: f"{_count(column)} - ({_count(MEAN_OF[column])})" if column in MEAN_OF else _count(column)
    for column in VALUE_COLUMNS
}
"""By column; maxima as the difference from the mean. NULL where the record has no value."""
