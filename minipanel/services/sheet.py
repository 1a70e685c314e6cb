"""The memory of several nodes' last hours, laid out as in the file: their descriptions, then numbers by column."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from mmap import PAGESIZE, mmap
from typing import Final

from minipanel.models.metrics import METRICS, Metric

SLOTS: Final = 720
"""Samples in an hour, one each 5 seconds."""

NODES: Final = 16
"""Nodes per sheet: memory is reserved for this many at a time."""

HEAD_BYTES: Final = 768
"""The space for a node's description: its length, its checksum, its bytes."""

_LENGTHS = 2, 4
_HEAD_START = sum(_LENGTHS)

MARK: Final = "H"
"""The array type of the marks, which hold each slot's hour."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a metric's numbers are stored: the type of their array, their scale, and the number that stands for none."""

    name: str
    kind: str
    scale: int
    none: int

    @property
    def size_bytes(self) -> int:
        """Bytes per node."""
        return SLOTS * array(self.kind).itemsize


def _form_of(metric: Metric) -> Form:
    scale = 10**metric.digits
    # Hundredths of a percent or degree fit in 16 bits.
    is_short = metric.low * scale > -0x8000 and metric.high * scale < 0x8000
    kind, none = ("h", -0x8000) if is_short else ("q", -(2**63))
    return Form(metric.name, kind, scale, none)


FORMS: Final = tuple(map(_form_of, METRICS))
MARKS: Final = Form("hour", MARK, 1, 0)

Column = tuple["memoryview[int]", int, int]
"""The numbers of all nodes of a sheet, one node after another; their scale; the number that stands for none."""


def places_of(forms: tuple[Form, ...]) -> tuple[int, ...]:
    """Return the offsets of the columns in a sheet, and its end: first the marks of the hours, then these forms."""
    places = [NODES * HEAD_BYTES]
    for form in (MARKS, *forms):
        places.append(places[-1] + NODES * form.size_bytes)
    return (*places[:-1], -(-places[-1] // PAGESIZE) * PAGESIZE)


SHEET_BYTES: Final = places_of(FORMS)[-1]

_EMPTY = tuple(array(form.kind, [form.none]) * SLOTS for form in FORMS)


class Sheet:
    """The hours of NODES nodes in `memory`, SHEET_BYTES long."""

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
        """Return a sheet that ends with the process."""
        return cls(mmap(-1, SHEET_BYTES))

    def clear(self, place: int) -> None:
        """Remove all samples of a place."""
        for (numbers, _, _), empty in zip(self.columns, _EMPTY, strict=True):
            numbers[place * SLOTS : (place + 1) * SLOTS] = memoryview(empty)

    def put(self, place: int, parts: Mapping[str, bytes]) -> None:
        """Store a node's hour from another file: the marks, and the numbers of its metrics."""
        for form, numbers in zip((*FORMS, MARKS), (*(column[0] for column in self.columns), self.marks), strict=True):
            if form.name in parts:
                part = memoryview(parts[form.name]).cast(form.kind)  # type: ignore[call-overload]
                numbers[place * SLOTS : (place + 1) * SLOTS] = part

    def write_head(self, place: int, words: bytes) -> None:
        """Store the description of a place. If it is too long, it is not stored, and so the hour isn't kept either."""
        begin = place * HEAD_BYTES
        head = head_of(words)
        self._memory[begin : begin + len(head)] = head

    def content(self) -> bytes:
        """Return the whole sheet, to be written to a file."""
        return bytes(self._memory)


def head_of(words: bytes) -> bytes:
    """Return a head: the length of the words, their checksum, and the words."""
    if len(words) > HEAD_BYTES - _HEAD_START:
        words = b""
    length, check = _LENGTHS
    return len(words).to_bytes(length, "little") + zlib.crc32(words).to_bytes(check, "little") + words


def words_in(head: bytes) -> bytes | None:
    """Return the words of a head, None if it has none or they are damaged."""
    length = int.from_bytes(head[: _LENGTHS[0]], "little")
    words = head[_HEAD_START : _HEAD_START + length]
    check = int.from_bytes(head[_LENGTHS[0] : _HEAD_START], "little")
    return words if 0 < length == len(words) and zlib.crc32(words) == check else None
