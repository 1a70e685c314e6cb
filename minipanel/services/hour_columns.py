"""Hours of many nodes as columns: the numbers of all nodes at each time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from minipanel.models.hour import HOURS, day_number, timestamp_of
from minipanel.models.reader import Reader
from minipanel.services.lanes import column_of


def hour_columns(
    reader: Reader, node_ids: Sequence[int], times: range, now: int, names: Sequence[str]
) -> Iterator[tuple[int, list[Sequence[int]]]]:
    """Yield each time in `times`, the ends of hours, with one number per node for each of the parts in `names`.

    The numbers are in the packed form (database/packing.py). Raises DatabaseError.
    """
    if not times:
        return
    days = range(day_number(times[0]), day_number(times[-1]) + 1)
    for day, tables in zip(days, reader.hour_numbers(node_ids, days, now, names), strict=True):
        for place in range(HOURS):
            if (time := timestamp_of(day, place)) in times:
                yield time, [column_of(table, HOURS, place) for table in tables]
