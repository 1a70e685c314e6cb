"""Hours computed by the engine from its records: days in the form of database/packing.py.

Equal to the database's hours except for the last digit of a mean: the mean of an incomplete record is rounded there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

from minipanel.archive.engine import stranger
from minipanel.archive.points import SAMPLES, count_series, series_of
from minipanel.database.packing import HIGHEST, MOST_TOTAL, NONE, PARTS, SCALE, Part, column_of, packed_part
from minipanel.models.hour import HOUR_SECONDS, HOURS, day_id
from minipanel.models.metrics import METRICS, Metric
from minipanel.models.record import RECORD_SECONDS

T = TypeVar("T")


def _newest(series: str) -> str:
    """Return a query for a record's value at its time: its newest revision is within the five minutes before."""
    return f"last_over_time({series}[{RECORD_SECONDS}s])"


def _in_hour(function: str, value: str) -> str:
    return f"{function}(({value})[{HOUR_SECONDS}s:{RECORD_SECONDS}s])"


def _series(metric: Metric, kind: str) -> str:
    return next(series_of(metric, column) for column in metric.columns() if column.kind == kind)


def _queries() -> Iterator[tuple[str, str]]:
    """Yield the query for each part."""
    yield "samples", _in_hour("sum_over_time", _newest(SAMPLES))
    for metric in METRICS:
        mean, count = _newest(_series(metric, "mean")), _newest(SAMPLES)
        if metric.null is not None:
            # The count's series exists only if it differs from the samples; without a value there is no count.
            count = f"({_newest(count_series(metric))} default {count}) + 0 * {mean}"
        share = ""
        if metric.of_total is not None:
            total = _newest(_series(metric, "total"))
            yield metric.of_total, _in_hour("max_over_time", total)
            share = f" * 100 / {total}" if metric.share else ""
        weighted = _in_hour("sum_over_time", f"{mean}{share} * ({count})")
        yield metric.comparable, f"{weighted} / {_in_hour('sum_over_time', count)}"
        if metric.has_max:
            yield f"{metric.comparable}_max", _in_hour("max_over_time", f"{_newest(_series(metric, 'max'))}{share}")
        if metric.null is not None:
            yield metric.count, _in_hour("sum_over_time", count)


def _quick_queries(seconds: int) -> Iterator[tuple[str, str]]:
    """Yield the query for each part over `seconds`. All records weigh the same, even older revisions of a record.

    These queries take a tenth of the time of the exact ones.
    """
    hour = f"[{seconds}s]"
    yield "samples", f"sum_over_time({SAMPLES}{hour})"
    for metric in METRICS:
        share = ""
        if metric.of_total is not None:
            total = f"max_over_time({_series(metric, 'total')}{hour})"
            yield metric.of_total, total
            share = f" * 100 / {total}" if metric.share else ""
        yield metric.comparable, f"avg_over_time({_series(metric, 'mean')}{hour}){share}"
        if metric.has_max:
            yield f"{metric.comparable}_max", f"max_over_time({_series(metric, 'max')}{hour}){share}"
        if metric.null is not None:
            yield metric.count, f"sum_over_time({SAMPLES}{hour}) + 0 * avg_over_time({_series(metric, 'mean')}{hour})"


EXACT: Final = dict(_queries())
assert set(EXACT) == set(dict(_quick_queries(HOUR_SECONDS))) == {part.name for part in PARTS}, "an hour lacks a part"


def quick_query(part: Part, seconds: int) -> str:
    """Return the query for a part over any time, from its records' plain mean or maximum."""
    return dict(_quick_queries(seconds))[part.name]


class _Result(msgspec.Struct):
    metric: dict[str, str]
    values: list[tuple[int, float]]


class _Data(msgspec.Struct):
    # Each result is decoded on its own, so that other threads can work in between.
    result: list[msgspec.Raw]


class _Answer(msgspec.Struct):
    data: _Data


_Answer_of: Final = msgspec.json.Decoder(_Answer)

# Values are texts.
_Result_of: Final = msgspec.json.Decoder(_Result, strict=False)


@dataclass(frozen=True, slots=True)
class Steps:
    """The times of a question: `count` of them, the first at `first`, `seconds` apart.

    Each stands for the `window` of seconds before it.
    """

    first: int
    count: int
    seconds: int
    window: int = HOUR_SECONDS

    @property
    def last(self) -> int:
        """The last time."""
        return self.first + (self.count - 1) * self.seconds


def hours_in(body: bytes, part: Part, steps: Steps, where: str) -> dict[str, list[int]]:
    """Return the stored number of a part at each time, by node. Raises EngineError."""
    return _read(body, where, lambda found: {each.metric["node"]: _numbers(each.values, part, steps) for each in found})


def points_in(body: bytes, steps: Steps, where: str) -> list[tuple[str, list[tuple[int, float]]]]:
    """Return each series' node, and its values with their places among the steps. Raises EngineError.

    The node is "" for a query that sums over nodes.
    """
    return _read(
        body,
        where,
        lambda found: [
            (each.metric.get("node", ""), [(_place(time, steps), value) for time, value in each.values])
            for each in found
        ],
    )


def _read(body: bytes, where: str, make: Callable[[Iterator[_Result]], T]) -> T:
    try:
        return make(map(_Result_of.decode, _Answer_of.decode(body).data.result))
    except (msgspec.MsgspecError, KeyError, ValueError, OverflowError, IndexError):
        raise stranger(where, body) from None


def _place(time: int, steps: Steps) -> int:
    place = (time - steps.first) // steps.seconds
    if not 0 <= place < steps.count:
        raise IndexError(time)
    return place


def _numbers(points: Sequence[tuple[int, float]], part: Part, steps: Steps) -> list[int]:
    if part.is_total or part.is_count:
        found = [int(value) for _, value in points]
    else:
        low = part.low
        found = [int((value - low) * SCALE + 0.5) for _, value in points]
    # For speed, no function is called per value: usually there is nothing to cut.
    highest = MOST_TOTAL if part.is_total else HIGHEST
    if found and (min(found) < 0 or max(found) > highest):
        found = [min(highest, max(0, number)) for number in found]
    if len(found) == steps.count and (points[0][0], points[-1][0]) == (steps.first, steps.last):
        return found
    numbers = none_of(part, steps.count)
    for (time, _), number in zip(points, found, strict=True):
        numbers[_place(time, steps)] = number
    return numbers


def none_of(part: Part, count: int) -> list[int]:
    """Return `count` numbers of a part that stand for unknown."""
    return [0 if part.is_total or part.is_count else NONE] * count


def packed_days(node_id: int, first_day: int, parts: Sequence[list[int]]) -> Iterator[tuple[int, bytes]]:
    """Yield a node's days by row id, packed, from all hours of each part; days without samples are left out."""
    samples = parts[0]
    for place in range(0, len(samples), HOURS):
        if any(samples[place : place + HOURS]):
            columns = (of_part[place : place + HOURS] for of_part in parts)
            day = b"".join(map(packed_part, PARTS, columns))
            yield day_id(node_id, first_day + place // HOURS), day


def repeated(numbers: bytes, times: int) -> bytes:
    """Return each two-byte number repeated `times` times: a longer time as hours."""
    if times == 1:
        return numbers
    found = bytearray(len(numbers) * times)
    for place in range(0, 2 * times, 2):
        found[place :: 2 * times] = numbers[::2]
        found[place + 1 :: 2 * times] = numbers[1::2]
    return bytes(found)


def none_of_day(part: Part, nodes: int) -> bytearray:
    """Return a part's numbers for one unknown day of this many nodes, two bytes each."""
    return bytearray(column_of(b"", part)) * nodes
