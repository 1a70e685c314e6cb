"""The memory of some nodes' last hours, as it lies in a file: what they are of, then column by column their numbers."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from mmap import PAGESIZE, mmap
from typing import Final

from minipanel.models.metrics import METRICS, Metric

SLOTS: Final = 720
"""Samples of an hour: one each 5 seconds."""

NODES: Final = 16
"""Of one sheet: so much memory is taken at a time."""

HEAD_BYTES: Final = 768
"""What is kept of a node beside its numbers: its length, its checksum, its bytes."""

_LENGTHS = 2, 4
_HEAD_START = sum(_LENGTHS)

MARK: Final = "H"
"""The type of the numbers that tell each slot's hour."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a metric's numbers are kept: the type of their array, their scale, and the number that means none."""

    name: str
    kind: str
    scale: int
    none: int

    @property
    def size_bytes(self) -> int:
        """How many bytes one node's take."""
        return SLOTS * array(self.kind).itemsize


def _form_of(metric: Metric) -> Form:
    scale = 10**metric.digits
    # Hundredths of percents and temperatures fit in 16 bits.
    is_short = metric.low * scale > -0x8000 and metric.high * scale < 0x8000
    kind, none = ("h", -0x8000) if is_short else ("q", -(2**63))
    return Form(metric.name, kind, scale, none)


FORMS: Final = tuple(map(_form_of, METRICS))
MARKS: Final = Form("hour", MARK, 1, 0)

Column = tuple["memoryview[int]", int, int]
"""Numbers of all nodes of a sheet, one after another; their scale; the number that means none."""


def places_of(forms: tuple[Form, ...]) -> tuple[int, ...]:
    """Return where the columns begin in a sheet, and where it ends: first the hours' marks, then these forms."""
    places = [NODES * HEAD_BYTES]
    for form in (MARKS, *forms):
        places.append(places[-1] + NODES * form.size_bytes)
    return (*places[:-1], -(-places[-1] // PAGESIZE) * PAGESIZE)


SHEET_BYTES: Final = places_of(FORMS)[-1]

_EMPTY = tuple(array(form.kind, [form.none]) * SLOTS for form in FORMS)


class Sheet:
    """Places for the hours of NODES nodes in `memory`, SHEET_BYTES of it."""

    def __init__(self, memory: mmap) -> None:
        self._memory = memoryview(memory)
        begins = places_of(FORMS)
        marks, *columns = (
            self._memory[begin : begin + NODES * form.size_bytes].cast(form.kind)  # type: ignore[call-overload]
            for begin, form in zip(begins[:-1], (MARKS, *FORMS), strict=True)
        )
        self.marks: memoryview[int] = marks
        self.columns: tuple[Column, ...] = tuple(
            (numbers, form.scale, form.none) for numbers, form in zip(columns, FORMS, strict=True)
        )

    @classmethod
    def in_memory(cls) -> Sheet:
        """Return one that ends with the process."""
        return cls(mmap(-1, SHEET_BYTES))

    def clear(self, place: int) -> None:
        """Have no sample stand at a place."""
        for (numbers, _, _), empty in zip(self.columns, _EMPTY, strict=True):
            numbers[place * SLOTS : (place + 1) * SLOTS] = memoryview(empty)

    def put(self, place: int, parts: Mapping[str, bytes]) -> None:
        """Put in a node's hour as it stood elsewhere: the marks, and the numbers of the metrics that it had."""
        for form, numbers in zip((*FORMS, MARKS), (*(column[0] for column in self.columns), self.marks), strict=True):
            if form.name in parts:
                part = memoryview(parts[form.name]).cast(form.kind)  # type: ignore[call-overload]
                numbers[place * SLOTS : (place + 1) * SLOTS] = part

    def write_head(self, place: int, words: bytes) -> None:
        """Keep what a place's numbers are of. What has no room is not kept, nor is its hour then."""
        begin = place * HEAD_BYTES
        head = head_of(words)
        self._memory[begin : begin + len(head)] = head

    def content(self) -> bytes:
        """Return all of it, to be written into a file."""
        return bytes(self._memory)


def head_of(words: bytes) -> bytes:
    """Return a head: the length of the words, their checksum, and they themselves."""
    if len(words) > HEAD_BYTES - _HEAD_START:
        words = b""
    length, check = _LENGTHS
    return len(words).to_bytes(length, "little") + zlib.crc32(words).to_bytes(check, "little") + words


def words_in(head: bytes) -> bytes | None:
    """Return the words of a head, None where it has none, or others than were written."""
    length = int.from_bytes(head[: _LENGTHS[0]], "little")
    words = head[_HEAD_START : _HEAD_START + length]
    check = int.from_bytes(head[_LENGTHS[0] : _HEAD_START], "little")
    return words if 0 < length == len(words) and zlib.crc32(words) == check else None
