"""History in the compact form, which the page asks for: a fifth of the bytes, before compression.

Values are whole numbers of the unit drawn, maxima are relative to the mean, times are runs, and a column of equal
values is one number. docs/api.md describes the form for programs.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import msgspec
from msgspec.json import Decoder

from minipanel.models.compact import MEAN_OF, TENTH, UNITS

_TIMES = Decoder(list[int])
_NUMBERS = Decoder(list[float | None])


@lru_cache(maxsize=64)
def units_of(columns: tuple[str, ...]) -> bytes:
    """Return the units of these columns as one member of a JSON object."""
    return b'"units":' + msgspec.json.encode({name: UNITS[name] for name in columns})


def members_of(arrays: dict[str, bytes], step: int) -> list[bytes]:
    """Return scaled columns, `timestamp` first, as pieces of JSON with a comma before each member."""
    runs = _runs(arrays["timestamp"], step)
    count = sum(length for _, length in runs)
    columns = [
        b'"%s":%s' % (name.encode(), _shortened(array, count)) for name, array in arrays.items() if name != "timestamp"
    ]
    return [b',"runs":', msgspec.json.encode(runs), b',"columns":{', b",".join(columns), b"}"]


def _runs(times: bytes, step: int) -> list[tuple[int, int]]:
    """Return a JSON array of ascending times as runs. Without a gap, as is usual, only the first and last are read.

    To decode the times of a month took 0.3 ms of the event loop, and a set has eight nodes at a time.
    """
    count = times.count(b",") + 1
    if count > 1:
        first, last = int(times[1 : times.find(b",")]), int(times[times.rfind(b",") + 1 : -1])
        if last - first == step * (count - 1):
            return [(first, count)]
    return runs_of(_TIMES.decode(times), step)


def runs_of(times: Sequence[int], step: int) -> list[tuple[int, int]]:
    """Return ascending times as runs (first, how many): [300, 600, 1200], 300 -> [(300, 2), (1200, 1)]."""
    if not times:
        return []
    starts = [0, *(place for place in range(1, len(times)) if times[place] - times[place - 1] != step)]
    return [(times[start], end - start) for start, end in zip(starts, [*starts[1:], len(times)], strict=True)]


def counted(arrays: dict[str, bytes], columns: Sequence[str]) -> dict[str, bytes]:
    """Return columns scaled to whole numbers, `timestamp` unchanged. For hours, which SQLite does not scale.

    `arrays` must hold the mean of each requested maximum.
    """
    found = {name: _count(name, array) for name, array in arrays.items() if name != "timestamp"}
    wanted = {name: _above(found[name], found.get(MEAN_OF.get(name, ""))) for name in columns}
    return {"timestamp": arrays["timestamp"]} | {name: _encode(numbers) for name, numbers in wanted.items()}


def _count(name: str, array: bytes) -> list[int | None]:
    unit = UNITS[name]
    values = _NUMBERS.decode(array)
    if unit == TENTH:  # exact, unlike a division by 0.1
        return [None if value is None else round(10 * value) for value in values]
    return [None if value is None else round(value / unit) for value in values]


def _above(highest: list[int | None], mean: list[int | None] | None) -> list[int | None]:
    if mean is None:
        return highest
    return [None if top is None or middle is None else top - middle for top, middle in zip(highest, mean, strict=True)]


def _encode(numbers: list[int | None]) -> bytes:
    return msgspec.json.encode(numbers)


def _shortened(array: bytes, count: int) -> bytes:
    """Return a column as its one value if all are equal: b"[60,60]", 2 -> b"60"."""
    end = array.find(b",") if count > 1 else len(array) - 1
    # The length alone shows of nearly every column that its values differ.
    if count and len(array) == count * end + 1:
        first = array[1:end]
        if array == b"[%s%s]" % ((first + b",") * (count - 1), first):
            return first
    return array
