"""The screen of one node: its newest values, and its last hour as bars."""

from __future__ import annotations

from minipanel.models.answers import RealtimeNode, RealtimeOne
from minipanel.models.metrics import METRICS, Metric
from minipanel.top.bars import HOUR_SECONDS, Hour, chart, columns_in, hour_of
from minipanel.top.cluster import Cluster
from minipanel.top.heat import bar_of, ends_of
from minipanel.top.order import value_of
from minipanel.top.pieces import Line, Piece, at_both_ends, right, width_of
from minipanel.top.words import Words, age

_SCALE = 7
"""Columns of the scale beside the bars."""
_TALLEST = 10


def node_screen(
    one: RealtimeOne | None, node: RealtimeNode | None, cluster: Cluster, words: Words, columns: int, lines: int
) -> list[Line]:
    """Return the lines of one node. `one` is None until the panel has answered."""
    if node is None:
        return []
    head = _head(node, one, cluster, words)
    if one is None or one.node_id != node.id:
        return [*head, [], [(words.t("reading ..."), "dim")]]
    bars = columns_in(columns - _SCALE - 1, cluster.interval)
    height = max(1, min(_TALLEST, (lines - len(head) - 1) // len(METRICS) - 1))
    until = max(cluster.timestamp, one.timestamp or 0)
    until -= until % cluster.interval
    body: list[Line] = []
    for metric in METRICS:
        hour = hour_of(one, metric, until, bars)
        body += [_caption(node, metric, hour, words), *_bars(metric, hour, height, words)]
    return [*head, *body, _axis(bars, words)]


def _head(node: RealtimeNode, one: RealtimeOne | None, cluster: Cluster, words: Words) -> list[Line]:
    t = words.t
    told: list[Piece] = [(words.plain(node.name), "bold"), (f"  {t(node.state)}", node.state)]
    if node.timestamp is not None:
        told.append((f"  {t('SEEN').lower()} {age(cluster.timestamp - node.timestamp)}", "dim"))
    if node.clock_skew_seconds is not None:
        told.append(("  " + t("clock {skew}", skew=words.skew(node.clock_skew_seconds)), "dim"))
    if one is None or one.node_id != node.id:
        return [told, []]
    if one.agent_version:
        told.append(("  " + t("agent {version}", version=words.plain(one.agent_version)), "dim"))
    possible = HOUR_SECONDS // cluster.interval
    count = len(one.recent.timestamp)
    second: list[Piece] = [(t("last hour, {count} of {possible} samples", count=count, possible=possible), "dim")]
    if one.sensor:
        second.append((f"  {words.plain(one.sensor)}", "dim"))
    return [told, second]


def _caption(node: RealtimeNode, metric: Metric, hour: Hour, words: Words) -> Line:
    t = words.t
    pieces: list[Piece] = [(words.title(metric), "bold")]
    if hour.mean is None:
        said = t("no samples in the last hour") if metric.null is None else words.nothing(metric)
        return [*pieces, (f"  {said}", "dim")]
    if node.state == "up":
        pieces.append(("  " + t("newest {value}", value=words.value(value_of(node, metric), metric)), ""))
    told = {"mean": words.value(hour.mean, metric), "highest": words.value(hour.highest, metric)}
    return [*pieces, ("  " + t("mean {mean}, highest {highest}", **told), "dim")]


def _bars(metric: Metric, hour: Hour, height: int, words: Words) -> list[Line]:
    low, high = ends_of(metric)
    shares = [None if value is None else (value - low) / (high - low) for value in hour.means]
    styles = ["dim" if value is None else bar_of(value, metric) for value in hour.means]
    lines: list[Line] = []
    for row, text in enumerate(chart(shares, height, words.is_ascii)):
        end = high if row == 0 else low if row == height - 1 else None
        scale = "" if end is None else words.end(end, metric)
        pieces: list[Piece] = [(right(scale, _SCALE - 1) + " ", "dim")]
        pieces += _runs(text, styles)
        lines.append(pieces)
    return lines


def _runs(text: str, styles: list[str]) -> list[Piece]:
    """Return a line in which neighbours of the same style are one piece."""
    runs: list[Piece] = []
    for sign, style in zip(text, styles, strict=True):
        if runs and (runs[-1][1] == style or sign == " "):
            runs[-1] = (runs[-1][0] + sign, runs[-1][1])
        else:
            runs.append((sign, style))
    return runs


def _axis(bars: int, words: Words) -> Line:
    ends = at_both_ends([(words.t("an hour ago"), "dim")], [(words.t("now"), "dim")], bars)
    return [(" " * _SCALE, ""), *ends] if width_of(ends) <= bars else []
