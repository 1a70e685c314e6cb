"""Hours as the engine reckons them from its records: days as database/packing.py has them.

Equal to those of the database but for the last digit of a mean: of an incomplete record its mean is rounded there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from minipanel.archive.points import SAMPLES, count_series, series_of
from minipanel.archive.trouble import EngineError
from minipanel.database.packing import HIGHEST, PARTS, SCALE, Part, column_of, empty_day, pack
from minipanel.models.hour import HOUR_SECONDS, day_id, day_number, hour_place
from minipanel.models.metrics import METRICS, Metric
from minipanel.models.quote import escape
from minipanel.models.record import RECORD_SECONDS


def _newest(series: str) -> str:
    """Return a record's value at its time: its newest revision stands in the five minutes before."""
    return f"last_over_time({series}[{RECORD_SECONDS}s])"


def _in_hour(function: str, value: str) -> str:
    return f"{function}(({value})[{HOUR_SECONDS}s:{RECORD_SECONDS}s])"


def _series(metric: Metric, kind: str) -> str:
    return next(series_of(metric, column) for column in metric.columns() if column.kind == kind)


def _queries() -> Iterator[tuple[str, str]]:
    """Yield the query of each part."""
    yield "samples", _in_hour("sum_over_time", _newest(SAMPLES))
    for metric in METRICS:
        mean, count = _newest(_series(metric, "mean")), _newest(SAMPLES)
        if metric.null is not None:
            # Only where it is another than that of the samples it is there; without a value there is none.
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


def _quick_queries() -> Iterator[tuple[str, str]]:
    """Yield the query of each part by what stands in the hour: each record has the same weight, and so has an earlier
    version of one. That takes a tenth of the time.
    """
    hour = f"[{HOUR_SECONDS}s]"
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
QUICK: Final = dict(_quick_queries())
assert set(EXACT) == set(QUICK) == {part.name for part in PARTS}, "an hour lacks a part"


class _Result(msgspec.Struct):
    metric: dict[str, str]
    values: list[tuple[int, float]]


class _Data(msgspec.Struct):
    result: list[_Result]


class _Answer(msgspec.Struct):
    data: _Data


# Values come as texts.
_Answer_of: Final = msgspec.json.Decoder(_Answer, strict=False)


def hours_in(body: bytes, part: Part, where: str) -> dict[str, dict[int, int]]:
    """Return the stored number of each hour of a part by its time, by node. Raises EngineError."""
    try:
        results = _Answer_of.decode(body).data.result
        return {each.metric["node"]: dict(_numbers(each.values, part)) for each in results}
    except (msgspec.MsgspecError, KeyError, ValueError, OverflowError):
        said = body[:80].decode("utf-8", "replace")
        raise EngineError(
            "{url} answered something else than VictoriaMetrics does: {said}", url=where, said=f"{escape(said)}."
        ) from None


def _numbers(values: Sequence[tuple[int, float]], part: Part) -> Iterator[tuple[int, int]]:
    if part.is_total:
        return ((time, max(0, int(value))) for time, value in values)
    if part.is_count:
        return ((time, min(HIGHEST, max(0, int(value)))) for time, value in values)
    low = part.low
    return ((time, min(HIGHEST, max(0, int((value - low) * SCALE + 0.5)))) for time, value in values)


def packed_days(node_id: int, parts: dict[str, dict[int, int]]) -> Iterator[tuple[int, bytes]]:
    """Yield a node's days by row id, packed, from the hours of each part."""
    days: dict[int, list[int]] = {}
    for time in sorted(parts.get("samples", ())):
        days.setdefault(day_number(time), []).append(time)
    for number, times in days.items():
        day = empty_day()
        for part in PARTS:
            of_part = parts.get(part.name, {})
            for time in times:
                found = of_part.get(time)
                if found is None:
                    continue
                if part.is_total:
                    day.totals[part.name] = max(found, day.totals[part.name])
                else:
                    day.columns[part.name][hour_place(time)] = found
        yield day_id(node_id, number), pack(day)


def none_of_day(part: Part, nodes: int) -> bytearray:
    """Return the numbers of a part of one day of so many nodes, two bytes each, where nothing is known."""
    return bytearray(column_of(b"", part)) * nodes
