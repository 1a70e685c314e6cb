"""The heat map: where each node's cell is, and what it shows. It works for 4 nodes and for 10,000."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from minipanel.models.answers import RealtimeNode
from minipanel.models.metrics import Metric
from minipanel.top.groups import Group, groups_of, label_of
from minipanel.top.order import value_of
from minipanel.top.pieces import Line, Piece, beside, padded

WITH_VALUE, WITH_GAP, DENSE = 4, 2, 1
"""Widths of a cell in columns: for the whole value, a digit and a gap, a digit alone."""

SIGNS = {"down": "X", "never": "o", "disabled": "-"}
"""A node that is not up has a sign instead of a colour, as on the page."""

NO_VALUE = "."
_LENGTHS = (4, 8, 10, 12, 16, 20, 24, 32, 40, 48, 50, 64, 72, 80, 96, 100, 128, 160, 200, 256, 320)
_MOST_COLUMNS = 8
_COLUMN_GAP = 2
_LONGEST_LABEL = 20
_ATTENTION = {"down": 0, "up": 1, "never": 2, "disabled": 3}


@dataclass(frozen=True)
class HeatLine:
    """One line of cells with its label. A cell is a group of consecutive nodes."""

    label: str
    cells: tuple[Group, ...]


@dataclass(frozen=True)
class HeatMap:
    """Lines of cells in one or more columns of `rows` lines each. `per_cell`: at most this many nodes share a cell."""

    lines: tuple[HeatLine, ...] = ()
    rows: int = 0
    label_width: int = 0
    length: int = 0
    cell_width: int = DENSE
    per_cell: int = 1


def heat_map(names: Sequence[str], width: int, height: int) -> HeatMap:
    """Return the map of ordered `names` that fits the space, with whole values if they fit.

    Each group begins a new line. If that leaves no room for a digit per node, groups follow each other in a line. If
    that does not fit either, neighbours in a group share a cell.
    """
    if not names or width < 2 or height < 1:
        return HeatMap()
    groups = groups_of(names)
    for cell_width in (WITH_VALUE, WITH_GAP, DENSE):
        if found := _in_lines_of_groups(names, groups, cell_width, 1, width, height):
            return found
    if every := _flowing(names, groups, width, height, most=1):
        return every
    for per_cell in _shares(max(end - first for first, end in groups)):
        if found := _in_lines_of_groups(names, groups, DENSE, per_cell, width, height):
            return found
    return _flowing(names, groups, width, height) or _flowing(names, [(0, len(names))], width, height) or HeatMap()


def shown_value(node: RealtimeNode, metric: Metric) -> float | None:
    """Return the value that a cell shows for a node; None if the node is not up."""
    return value_of(node, metric) if node.state == "up" else None


def ends_of(metric: Metric) -> tuple[float, float]:
    """Return the values at which colours begin and end. They are fixed, so a colour always means the same."""
    if metric.share or metric.unit == "%":
        return 0, 100
    return (30, 90) if metric.unit == "°C" else (metric.low, metric.high)


def scale_of(metric: Metric) -> str:
    """Return a metric's colours: "load" if high values are as they should be, else "heat"."""
    return "load" if metric.unit == "%" else "heat"


def heat_of(value: float, metric: Metric) -> str:
    """Return the style of a value, in one of ten steps: heat0, load9."""
    low, high = ends_of(metric)
    return f"{scale_of(metric)}{max(0, min(9, int((value - low) / (high - low) * 10)))}"


def bar_of(value: float, metric: Metric) -> str:
    """Return the style of a value's bar: the same colour, but as foreground instead of background."""
    return f"bar-{heat_of(value, metric)}"


def digit_of(value: float, metric: Metric) -> str:
    """Return the tens digit of percent or °C; for another unit, tenths of the metric's range."""
    low, high = (0, 100) if metric.share or metric.unit in ("%", "°C") else ends_of(metric)
    return str(max(0, min(9, int((value - low) / (high - low) * 10))))


def heat_lines(
    heat: HeatMap, nodes: Sequence[RealtimeNode], metric: Metric, cursor: int | None = None, is_old: bool = False
) -> list[Line]:
    """Return the lines of the map. `cursor`: the index of the marked node. Old values have no colour."""
    drawn = [_drawn(heat, line, nodes, metric, cursor, is_old) for line in heat.lines]
    columns = [drawn[start : start + heat.rows] for start in range(0, len(drawn), max(1, heat.rows))]
    return [beside([column[row] for column in columns if row < len(column)], _COLUMN_GAP) for row in range(heat.rows)]


def _drawn(
    heat: HeatMap, line: HeatLine, nodes: Sequence[RealtimeNode], metric: Metric, cursor: int | None, is_old: bool
) -> list[Piece]:
    pieces: list[Piece] = [(padded(line.label, heat.label_width) + " ", "label")]
    for first, end in line.cells:
        text, style = _cell(nodes[first:end], metric, heat.cell_width)
        if is_old and style.startswith(("heat", "load")):
            style = "old"
        pieces.append((text, "cursor" if cursor is not None and first <= cursor < end else style))
        if heat.cell_width > DENSE:
            pieces.append((" ", ""))
    empty = (heat.length - len(line.cells)) * heat.cell_width
    return [*pieces, (" " * empty, "")] if empty else pieces


def _cell(nodes: Sequence[RealtimeNode], metric: Metric, cell_width: int) -> Piece:
    """Return the sign of a cell. Of several nodes, the one that needs attention most is shown."""
    width = max(1, cell_width - 1)
    state = min((node.state for node in nodes), key=_ATTENTION.__getitem__)
    if state != "up":
        return SIGNS[state].rjust(width), state
    known = [value for node in nodes if (value := shown_value(node, metric)) is not None]
    if not known:
        return NO_VALUE.rjust(width), "never"
    value = max(known)
    text = f"{value:.0f}" if cell_width == WITH_VALUE else digit_of(value, metric)
    return text.rjust(width), heat_of(value, metric)


def _in_lines_of_groups(
    names: Sequence[str], groups: Sequence[Group], cell_width: int, per_cell: int, width: int, height: int
) -> HeatMap | None:
    """Return the map in which each group begins a new line; None if it does not fit."""
    units = [-(-(end - first) // per_cell) for first, end in groups]
    label_width = _label_width([label_of(names[first], names[end - 1]) for first, end in groups], width)
    best: tuple[int, int, int] | None = None
    for length in _lengths(max(units)):
        lines = sum(-(-unit // length) for unit in units)
        for columns in range(1, _MOST_COLUMNS + 1):
            rows = -(-lines // columns)
            wide = columns * (label_width + 1 + length * cell_width) + (columns - 1) * _COLUMN_GAP
            if wide <= width and rows <= height and (best is None or (rows, columns) < best[:2]):
                best = (rows, columns, length)
    if best is None:
        return None
    rows, _, length = best
    made: list[HeatLine] = []
    for group in groups:
        cells = _cut(group, per_cell)
        while part := tuple(islice(cells, length)):
            made.append(HeatLine(label_of(names[part[0][0]], names[part[-1][1] - 1]), part))
    return HeatMap(tuple(made), rows, label_width, length, cell_width, per_cell)


def _flowing(
    names: Sequence[str], groups: Sequence[Group], width: int, height: int, most: int | None = None
) -> HeatMap | None:
    """Return the map in which groups follow each other in a line; None if it does not fit.

    A line's label is its first node. `most`: how many nodes may share a cell.
    """
    label_width = _label_width(names[:: max(1, len(names) // 100)], width)
    length = width - label_width - 1
    per_cell = next((k for k in _shares(most or len(names)) if _units(groups, k) <= length * height), None)
    if length < 1 or per_cell is None:
        return None
    cells = (cell for group in groups for cell in _cut(group, per_cell))
    made: list[HeatLine] = []
    while part := tuple(islice(cells, length)):
        made.append(HeatLine(names[part[0][0]], part))
    return HeatMap(tuple(made), len(made), label_width, length, DENSE, per_cell)


def _units(groups: Sequence[Group], per_cell: int) -> int:
    return sum(-(-(end - first) // per_cell) for first, end in groups)


def _cut(group: Group, per_cell: int) -> Iterator[Group]:
    first, end = group
    return ((start, min(end, start + per_cell)) for start in range(first, end, per_cell))


def _shares(most: int) -> Iterator[int]:
    """Yield how many nodes may share a cell: 1, 2, 3, 4 … up to the first number that is enough for all."""
    share = 1
    while True:
        yield share
        if share >= most:
            return
        share += max(1, share // 8)


def _lengths(longest: int) -> list[int]:
    return [length for length in _LENGTHS if length < longest] + [longest]


def _label_width(labels: Sequence[str], width: int) -> int:
    return min(max(map(len, labels)), _LONGEST_LABEL, max(4, width // 4))
