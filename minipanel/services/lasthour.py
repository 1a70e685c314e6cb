"""A node's last hour of samples: a ring of compact numbers, 11 kB per node, in memory that may outlive the process."""

from __future__ import annotations

from array import array
from operator import attrgetter

from minipanel.models.answers import RecentColumns
from minipanel.models.metrics import METRICS
from minipanel.models.record import SLOT_SECONDS
from minipanel.models.sample import Sample
from minipanel.models.shape import made
from minipanel.services.sheet import SLOTS, Sheet

HOUR_SECONDS = SLOTS * SLOT_SECONDS

_PLACES = {metric.name: place for place, metric in enumerate(METRICS)}
_values_of = attrgetter(*(metric.name for metric in METRICS))


class LastHour:
    """A ring of 720 slots. A timestamp always has the same slot, so late samples find their place.

    Each slot records its hour, so a sample with a wrong time overwrites one slot only.
    """

    __slots__ = ("_columns", "_first", "_marks", "_sheet")

    def __init__(self, sheet: Sheet | None = None, place: int = 0) -> None:
        """Use the numbers at this place of a sheet; without a sheet, begin empty in memory."""
        if sheet is None:
            sheet = Sheet.in_memory()
            sheet.clear(place)
        self._sheet = sheet
        self._first = place * SLOTS
        self._marks = sheet.marks
        self._columns = sheet.columns

    def add(self, sample: Sample, newest: int) -> None:
        """Put a sample in its slot. A sample more than an hour older than the timestamp `newest` is skipped."""
        if sample.timestamp <= newest - HOUR_SECONDS:
            return
        hour, slot = _place(sample.timestamp)
        at = self._first + slot
        # The process may be killed at any moment: until all numbers are written, the slot has an hour that is never
        # read.
        self._marks[at] = hour - 2 & 0xFFFF
        for (numbers, scale, none), value in zip(self._columns, _values_of(sample), strict=True):
            numbers[at] = none if value is None else round(value * scale)
        self._marks[at] = hour

    def describe(self, words: bytes) -> None:
        """Keep `words`, the description of the hour, beside the numbers."""
        self._sheet.write_head(self._first // SLOTS, words)

    def columns(self, until: int) -> RecentColumns:
        """Return the samples of the hour that ends with the timestamp `until` as columns, ascending."""
        last = until - until % SLOT_SECONDS
        times = [t for t in range(last - HOUR_SECONDS + SLOT_SECONDS, last + 1, SLOT_SECONDS) if self._has(t)]
        places = [self._first + _place(t)[1] for t in times]
        values = [[_read(numbers[at], scale, none) for at in places] for numbers, scale, none in self._columns]
        return made(RecentColumns, times, *values)

    def at(self, timestamp: int) -> list[float | None] | None:
        """Return each metric's value at this time; None if there is no sample."""
        if not self._has(timestamp):
            return None
        at = self._first + _place(timestamp)[1]
        return [_read(numbers[at], scale, none) for numbers, scale, none in self._columns]

    def count(self, until: int) -> int:
        """Return how many samples there are in the hour that ends with this timestamp."""
        hour, slot = _place(until)
        marks = self._all_marks()
        return marks[: slot + 1].count(hour) + marks[slot + 1 :].count(hour - 1 & 0xFFFF)

    def times(self, until: int) -> list[int]:
        """Return the timestamps of those samples, ascending."""
        hour, slot = _place(until)
        last = until - until % SLOT_SECONDS
        before, first = hour - 1 & 0xFFFF, last - SLOT_SECONDS * slot
        marks = self._all_marks()
        earlier = [
            first + SLOT_SECONDS * (place - SLOTS)
            for place, mark in enumerate(marks[slot + 1 :], slot + 1)
            if mark == before
        ]
        later = [first + SLOT_SECONDS * place for place, mark in enumerate(marks[: slot + 1]) if mark == hour]
        return earlier + later

    def value(self, name: str, timestamp: int) -> float | None:
        """Return one metric's value in one sample; None if there is none."""
        if not self._has(timestamp):
            return None
        numbers, scale, none = self._columns[_PLACES[name]]
        return _read(numbers[self._first + _place(timestamp)[1]], scale, none)

    def _all_marks(self) -> array[int]:
        return array("H", self._marks[self._first : self._first + SLOTS].tobytes())

    def _has(self, timestamp: int) -> bool:
        hour, slot = _place(timestamp)
        # Every sample has the first metric.
        numbers, _, none = self._columns[0]
        return self._marks[self._first + slot] == hour and numbers[self._first + slot] != none


def _read(number: int, scale: int, none: int) -> float | None:
    if number == none:
        return None
    return number if scale == 1 else number / scale


def _place(timestamp: int) -> tuple[int, int]:
    """Return the hour of a timestamp, in 16 bits, and its slot."""
    hour, second = divmod(timestamp, HOUR_SECONDS)
    return hour & 0xFFFF, second // SLOT_SECONDS
