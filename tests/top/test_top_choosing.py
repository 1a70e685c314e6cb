"""Nodes chosen by a typed search, and sorted, as on the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from minipanel.models.metrics import METRICS
from minipanel.top.choosing import chooser
from minipanel.top.order import in_order_of_names, ordered
from tests.top.nodes import node


@dataclass
class Node:
    name: str
    hostname: str


NODES = [Node(name, name) for name in ("node1", "node2", "node03", "node030", "gpu1")] + [Node("db", "store.hpc.local")]


def chosen(text: str) -> list[str]:
    is_chosen = chooser(text, NODES)
    return [node.name for node in NODES if is_chosen(node)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["node1", "node2", "node03", "node030", "gpu1", "db"]),
        ("NODE0", ["node03", "node030"]),
        ("node[1-2]", ["node1", "node2"]),
        ("node[1,2] gpu", ["node1", "node2", "gpu1"]),
        ("node[1, 2],gpu", ["node1", "node2", "gpu1"]),
        ("node !node03", ["node1", "node2", "node030"]),
        ("!node[1-2]", ["node03", "node030", "gpu1", "db"]),
        ("!", ["node1", "node2", "node03", "node030", "gpu1", "db"]),
        ("node[1-", ["node1", "node2", "node03", "node030"]),
        ("node[9-1]", []),
        ("node[1-99999999]", []),
        ("store", ["db"]),
        ("store[1-2]", []),
        ("zebra", []),
    ],
)
def test_a_part_of_a_name_or_a_node_set_chooses_nodes(text: str, names: list[str]) -> None:
    assert chosen(text) == names


def names_of(nodes: Sequence[object]) -> list[str]:
    return [str(each.name) for each in nodes]  # type: ignore[attr-defined]


def test_names_are_in_the_order_in_which_people_count() -> None:
    nodes = [node(name) for name in ("n10", "n2", "b1", "n1", "10", "2", "n1a")]
    assert names_of(in_order_of_names(nodes)) == ["2", "10", "b1", "n1", "n1a", "n2", "n10"]


def test_the_worst_come_first_and_old_values_do_not_count() -> None:
    cpu = METRICS[0]
    nodes = [
        node("idle", cpu_percent=1.0),
        node("off", state="disabled"),
        node("new", state="never", cpu_percent=None),
        node("busy", cpu_percent=99.0),
        node("gone", state="down", cpu_percent=100.0),
        node("half", cpu_percent=50.0),
    ]
    assert names_of(ordered(nodes, "worst", cpu)) == ["gone", "new", "busy", "half", "idle", "off"]
    assert names_of(ordered(nodes, "worst", cpu, is_reversed=True))[0] == "off"


def test_numbers_begin_with_the_highest_and_unknown_ones_come_last_both_ways() -> None:
    temperature = METRICS[2]
    nodes = [node("a", cpu_temp=40.0), node("b", cpu_temp=None), node("c", cpu_temp=80.0), node("d", cpu_temp=0.0)]
    assert names_of(ordered(nodes, "cpu_temp", temperature)) == ["c", "a", "d", "b"]
    assert names_of(ordered(nodes, "cpu_temp", temperature, is_reversed=True)) == ["d", "a", "c", "b"]


def test_memory_is_compared_by_its_share() -> None:
    nodes = [node("large", memory_used=100, memory_percent=10.0), node("small", memory_used=9, memory_percent=90.0)]
    assert names_of(ordered(nodes, "memory_used", METRICS[1])) == ["small", "large"]


def test_the_longest_unseen_and_the_clock_farthest_off_come_first() -> None:
    nodes = [
        node("now", timestamp=1000, clock_skew_seconds=0.1),
        node("old", timestamp=10, clock_skew_seconds=-40.0),
        node("never", timestamp=None, clock_skew_seconds=None),
    ]
    assert names_of(ordered(nodes, "seen", METRICS[0])) == ["old", "now", "never"]
    assert names_of(ordered(nodes, "clock", METRICS[0])) == ["old", "now", "never"]
