"""A node's last hour at 5 seconds, in 10 KB of compact arrays."""

from __future__ import annotations

from array import array
from operator import attrgetter

from minipanel.models.answers import RecentColumns
from minipanel.models.metrics import METRICS, Metric
from minipanel.models.record import SLOT_SECONDS
from minipanel.models.sample import Sample
from minipanel.models.shape import made

HOUR_SECONDS = 3600
SLOTS = HOUR_SECONDS // SLOT_SECONDS


def _form_of(metric: Metric) -> tuple[str, int, int]:
    """Return how a metric's numbers are kept: the type of their array, their scale, and the number that means none."""
    scale = 10**metric.digits
    # Hundredths of percents and temperatures fit in 16 bits.
    is_short = metric.low * scale > -0x8000 and metric.high * scale < 0x8000
    return ("h", scale, -0x8000) if is_short else ("q", scale, -(2**63))


_FORMS = tuple(_form_of(metric) for metric in METRICS)
_PLACES = {metric.name: place for place, metric in enumerate(METRICS)}
_values_of = attrgetter(*(metric.name for metric in METRICS))


class LastHour:
    """A ring of 720 slots; the slot of a timestamp is fixed, so late samples find their place.

    Each slot knows its hour: a sample of a wrong time takes one slot, and no other.
    """

    __slots__ = ("_columns", "_hour")

    def __init__(self) -> None:
        self._hour = array("H", [0]) * SLOTS
        self._columns = tuple((array(kind, [none]) * SLOTS, scale, none) for kind, scale, none in _FORMS)

    def add(self, sample: Sample, newest: int) -> None:
        """Put a sample in its place. One that is over an hour older than the timestamp `newest` is passed over."""
        if sample.timestamp <= newest - HOUR_SECONDS:
            return
        hour, slot = _place(sample.timestamp)
        self._hour[slot] = hour
        for (numbers, scale, none), value in zip(self._columns, _values_of(sample), strict=True):
            numbers[slot] = none if value is None else round(value * scale)

    def columns(self, until: int) -> RecentColumns:
        """Return the samples of the hour that ends with the timestamp `until` as columns, ascending."""
        last = until - until % SLOT_SECONDS
        times = [t for t in range(last - HOUR_SECONDS + SLOT_SECONDS, last + 1, SLOT_SECONDS) if self._has(t)]
        slots = [_place(t)[1] for t in times]
        values = [[_read(numbers[slot], scale, none) for slot in slots] for numbers, scale, none in self._columns]
        return made(RecentColumns, times, *values)

    def at(self, timestamp: int) -> list[float | None] | None:
        """Return one sample's value of each metric; None where it is not there."""
        if not self._has(timestamp):
            return None
        slot = _place(timestamp)[1]
        return [_read(numbers[slot], scale, none) for numbers, scale, none in self._columns]

    def count(self, until: int) -> int:
        """Return how many samples of the hour that ends with this timestamp are there."""
        hour, slot = _place(until)
        return self._hour[: slot + 1].count(hour) + self._hour[slot + 1 :].count(hour - 1 & 0xFFFF)

    def times(self, until: int) -> list[int]:
        """Return their timestamps, ascending."""
        hour, slot = _place(until)
        last = until - until % SLOT_SECONDS
        before, first = hour - 1 & 0xFFFF, last - SLOT_SECONDS * slot
        earlier = [
            first + SLOT_SECONDS * (place - SLOTS)
            for place, mark in enumerate(self._hour[slot + 1 :], slot + 1)
            if mark == before
        ]
        later = [first + SLOT_SECONDS * place for place, mark in enumerate(self._hour[: slot + 1]) if mark == hour]
        return earlier + later

    def value(self, name: str, timestamp: int) -> float | None:
        """Return what one metric was in one sample; None where it is not there."""
        if not self._has(timestamp):
            return None
        numbers, scale, none = self._columns[_PLACES[name]]
        return _read(numbers[_place(timestamp)[1]], scale, none)

    def _has(self, timestamp: int) -> bool:
        hour, slot = _place(timestamp)
        # The first metric is in each sample.
        numbers, _, none = self._columns[0]
        return self._hour[slot] == hour and numbers[slot] != none


def _read(number: int, scale: int, none: int) -> float | None:
    if number == none:
        return None
    return number if scale == 1 else number / scale


def _place(timestamp: int) -> tuple[int, int]:
    """Return the hour of a timestamp, in 16 bits, and its slot."""
    hour, second = divmod(timestamp, HOUR_SECONDS)
    return hour & 0xFFFF, second // SLOT_SECONDS
