"""History in the compact form, which the page asks for: a fifth of the bytes, before compression.

Values are whole numbers of the unit drawn, maxima are relative to the mean, times are runs, and a column of equal
values is one number. docs/api.md describes the form for programs.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import msgspec
from msgspec.json import Decoder

from minipanel.models.arrays import Drawn, json_of_runs, runs_of
from minipanel.models.compact import MEAN_OF, TENTH, UNITS
from minipanel.models.hour import HOUR_SECONDS

_TIMES = Decoder(list[int])
_NUMBERS = Decoder(list[float | None])


@lru_cache(maxsize=64)
def units_of(columns: tuple[str, ...]) -> bytes:
    """Return the units of these columns as one member of a JSON object."""
    return b'"units":' + msgspec.json.encode({name: UNITS[name] for name in columns})


def members_of(drawn: Drawn, names: Sequence[str]) -> list[bytes]:
    """Return records or hours as pieces of JSON with a comma before each member. `names`: of the columns."""
    runs, arrays = drawn
    count = sum(length for _, length in runs)
    columns = [
        b'"%s":%s' % (name.encode(), _shortened(array, count)) for name, array in zip(names, arrays, strict=True)
    ]
    return [b',"runs":', json_of_runs(runs), b',"columns":{', b",".join(columns), b"}"]


def drawn_hours(arrays: dict[str, bytes], columns: Sequence[str]) -> Drawn:
    """Return hours as Reader.drawn returns records.

    `arrays`: by name, with `timestamp`, the columns, and the mean of each requested maximum.
    """
    found = {name: _count(name, array) for name, array in arrays.items() if name != "timestamp"}
    wanted = (_above(found[name], found.get(MEAN_OF.get(name, ""))) for name in columns)
    return runs_of(_TIMES.decode(arrays["timestamp"]), HOUR_SECONDS), list(map(_encode, wanted))


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
