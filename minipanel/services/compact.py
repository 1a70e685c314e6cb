"""History in the compact form, which the page asks for: a fifth of the bytes, before compression.

Values are whole numbers of the unit drawn, maxima are relative to the mean, times are runs, and a column of equal
values is one number. docs/api.md describes the form for programs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from msgspec.json import Decoder

from minipanel.models.compact import MEAN_OF, TENTH, UNITS

_TIMES = Decoder(list[int])
_NUMBERS = Decoder(list[float | None])


def units_of(columns: Iterable[str]) -> bytes:
    """Return the units of these columns as one member of a JSON object."""
    return b'"units":' + json.dumps({name: UNITS[name] for name in columns}, separators=(",", ":")).encode()


def members_of(arrays: dict[str, bytes], step: int) -> list[bytes]:
    """Return scaled columns, `timestamp` first, as pieces of JSON with a comma before each member."""
    times = _TIMES.decode(arrays["timestamp"])
    columns = [
        b'"%s":%s' % (name.encode(), _shortened(array, len(times)))
        for name, array in arrays.items()
        if name != "timestamp"
    ]
    runs = json.dumps(runs_of(times, step), separators=(",", ":")).encode()
    return [b',"runs":', runs, b',"columns":{', b",".join(columns), b"}"]


def runs_of(times: Sequence[int], step: int) -> list[tuple[int, int]]:
    """Return ascending times as runs (first, how many): [300, 600, 1200], 300 -> [(300, 2), (1200, 1)]."""
    if not times:
        return []
    if times[-1] - times[0] == step * (len(times) - 1):  # nothing is missing, as is usual
        return [(times[0], len(times))]
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
    return json.dumps(numbers, separators=(",", ":")).encode()


def _shortened(array: bytes, count: int) -> bytes:
    """Return a column as its one value if all are equal: b"[60,60]", 2 -> b"60"."""
    first = array[1:-1].partition(b",")[0]
    return first if first and array == b"[%s]" % b",".join([first] * count) else array
