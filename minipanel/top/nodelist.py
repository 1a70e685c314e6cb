"""The list of nodes: one line per node, with bars if there is room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from minipanel.models.answers import RealtimeNode
from minipanel.models.metrics import METRICS, Metric
from minipanel.top.bars import bar
from minipanel.top.choice import Choice, Listing
from minipanel.top.heat import bar_of, ends_of
from minipanel.top.order import value_of
from minipanel.top.pieces import Line, Piece, padded, right, width_of
from minipanel.top.sorts import CLOCK, NAME, SEEN
from minipanel.top.words import Words, age

_LONGEST_NAME, _VALUE, _SEEN, _CLOCK = 24, 8, 8, 9
_WITH_CLOCK = 100
"""From this width on, clocks are shown too."""
_SMALLEST_BAR = 3
_LONGEST_BAR = 40


@dataclass(frozen=True)
class _Widths:
    name: int
    state: int
    bar: int
    has_clock: bool


def head_line(choice: Choice, nodes: Sequence[RealtimeNode], words: Words, columns: int) -> Line:
    """Return the column heads; the head of the column to sort by is marked."""
    widths = _widths(nodes, words, columns)
    pieces: list[Piece] = [("  ", "head"), (padded(words.t("NAME"), widths.name), _head(choice, NAME))]
    pieces.append((" " + padded(words.t("STATE"), widths.state), "head"))
    for metric in METRICS:
        pieces.append((" " + right(words.title(metric).upper(), widths.bar + _VALUE), _head(choice, metric.name)))
    pieces.append((" " + right(words.t("SEEN"), _SEEN), _head(choice, SEEN)))
    if widths.has_clock:
        pieces.append((" " + right(words.t("CLOCK"), _CLOCK), _head(choice, CLOCK)))
    return [*pieces, (" " * max(0, columns - width_of(pieces)), "head")]


def node_lines(
    shown: Sequence[RealtimeNode], listing: Listing, now: int, words: Words, columns: int, is_old: bool
) -> list[Line]:
    """Return a line for each of the `shown` nodes of the list. `now`: the panel's time, Unix seconds."""
    widths = _widths(listing.nodes, words, columns)
    return [_node_line(node, node is listing.marked, now, words, widths, is_old) for node in shown]


def _node_line(
    node: RealtimeNode, is_marked: bool, now: int, words: Words, widths: _Widths, is_old: bool
) -> list[Piece]:
    plain_style = "old" if is_old or node.state != "up" else ""
    pieces: list[Piece] = [
        ("> " if is_marked else "  ", "key"),
        (padded(words.plain(node.name), widths.name), "cursor" if is_marked else plain_style),
        (" " + padded(words.t(node.state), widths.state), "old" if is_old else node.state),
    ]
    for metric in METRICS:
        pieces += _value(node, metric, words, widths, plain_style)
    seen = "-" if node.timestamp is None else age(now - node.timestamp)
    pieces.append((" " + right(seen, _SEEN), plain_style))
    if widths.has_clock:
        pieces.append((" " + right(words.skew(node.clock_skew_seconds), _CLOCK), plain_style))
    return pieces


def _value(node: RealtimeNode, metric: Metric, words: Words, widths: _Widths, style: str) -> list[Piece]:
    value = value_of(node, metric)
    text = right(words.value(value, metric), _VALUE)
    if not widths.bar:
        return [(f" {text}", style)]
    if value is None:
        return [(" " * (widths.bar + 1) + text, style)]
    low, high = ends_of(metric)
    drawn = bar((value - low) / (high - low), widths.bar, words.is_ascii)
    return [(" ", ""), (drawn, style or bar_of(value, metric)), (text, style)]


def _widths(nodes: Sequence[RealtimeNode], words: Words, columns: int) -> _Widths:
    name = max(
        len(words.t("NAME")) * 2, min(_LONGEST_NAME, max((width_of([(node.name, "")]) for node in nodes), default=0))
    )
    state = max(width_of([(words.t(state), "")]) for state in ("up", "down", "never", "disabled"))
    has_clock = columns >= _WITH_CLOCK
    fixed = 2 + name + 1 + state + 1 + _SEEN + (1 + _CLOCK if has_clock else 0)
    room = (columns - fixed) // len(METRICS) - 1 - _VALUE
    return _Widths(name, state, min(_LONGEST_BAR, room) if room >= _SMALLEST_BAR else 0, has_clock)


def _head(choice: Choice, key: str) -> str:
    return "head-sorted" if choice.sort == key else "head"
