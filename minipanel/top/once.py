"""Prints the cluster once, for scripts and pipes: plain lines, or JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

import msgspec
from rich.cells import cell_len

from minipanel.models.alert_answers import Finding
from minipanel.models.answers import Realtime, RealtimeNode
from minipanel.models.metrics import METRICS
from minipanel.top.attention import needs_somebody, said
from minipanel.top.cluster import Summary, summed_up
from minipanel.top.order import value_of
from minipanel.top.pieces import padded, right
from minipanel.top.words import Words, age, clock_time


def as_json(realtime: Realtime, nodes: Sequence[RealtimeNode], findings: Sequence[Finding]) -> str:
    """Return JSON: the nodes and findings as in the API, and how many nodes are in each state."""
    return json.dumps(
        {
            "timestamp": realtime.timestamp,
            "interval": realtime.interval,
            "counts": summed_up(nodes).counts,
            "findings": msgspec.to_builtins(findings),
            "nodes": msgspec.to_builtins(nodes),
        },
        indent=2,
    )


def as_lines(realtime: Realtime, nodes: Sequence[RealtimeNode], findings: Sequence[Finding], words: Words) -> list[str]:
    """Return lines for people: the counts, each metric over all nodes, what is wrong, and one line per node."""
    head = [
        f"{clock_time(realtime.timestamp)}  {words.t(', ').join(states_said(summed_up(nodes), words))}",
        *metrics_said(summed_up(nodes), words),
        *(said(finding, words) for finding in findings if needs_somebody(finding)),
    ]
    return [*head, "", *_table(realtime, nodes, words)] if nodes else head


def states_said(summary: Summary, words: Words) -> list[str]:
    """Return "62 up" and "2 down": a text for each state that some node is in, and always for "up"."""
    counts = ((count, state) for state, count in summary.counts.items() if count or state == "up")
    return [words.t("{count} {state}", count=count, state=words.t(state)) for count, state in counts]


def metrics_said(summary: Summary, words: Words) -> list[str]:
    """Return a line for each metric: its mean over the nodes, and its highest value with that node."""
    lines = []
    for each in summary.metrics:
        if each.highest is None:
            continue
        mean = [words.t("mean {value}", value=words.value(each.mean, each.metric))] if each.mean is not None else []
        value = words.value(each.highest, each.metric)
        highest = words.t("highest {value} ({name})", value=value, name=words.plain(each.highest_name))
        lines.append(f"{words.title(each.metric)}{words.t(': ')}{words.t(', ').join([*mean, highest])}")
    return lines


def _table(realtime: Realtime, nodes: Sequence[RealtimeNode], words: Words) -> list[str]:
    titles = [words.t("NAME"), words.t("STATE"), *(words.title(metric).upper() for metric in METRICS)]
    rows = [[*titles, words.t("SEEN"), words.t("CLOCK")]]
    rows += [_row(node, realtime.timestamp, words) for node in nodes]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    # Names and states are left-aligned, numbers right-aligned.
    return [
        "  ".join(
            (padded if place < 2 else right)(cell, width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _row(node: RealtimeNode, now: int, words: Words) -> list[str]:
    values = [words.value(value_of(node, metric), metric) for metric in METRICS]
    seen = "-" if node.timestamp is None else age(now - node.timestamp)
    return [words.plain(node.name), words.t(node.state), *values, seen, words.skew(node.clock_skew_seconds)]
