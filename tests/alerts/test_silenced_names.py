"""Which nodes a silence covers: the same whether its node set is written out or compared as a pattern."""

from __future__ import annotations

import time
from collections.abc import Set

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minipanel.alerts.silences import Names
from minipanel.errors import BadInput
from minipanel.models.node import Node
from minipanel.models.nodeset import expand
from minipanel.services.directory import Directory

HOSTNAMES = (
    "n1",
    "N2.cluster",
    "n03.cluster",
    "n10",
    "n10.other",
    "n010",
    "n1x2",
    "n1x02.cluster",
    "c5",
    "5",
    "n99-ib",
)
SHOWN = ("n4", "rack1n2", "计算 1", "007", "N11")
NODES = [
    Node(number, SHOWN[number] if number < len(SHOWN) else name, f"10.0.0.{number}", name, True)
    for number, name in enumerate(HOSTNAMES)
]

numbers = st.sampled_from(["0", "1", "2", "5", "10", "99", "01", "03", "010", "001", "999", "099"])
ranges = st.one_of(
    numbers, st.tuples(numbers, numbers).map("-".join), st.just("1-9/2"), st.just("0-999"), st.just("001-999")
)
brackets = st.lists(ranges, min_size=1, max_size=3).map(lambda each: f"[{','.join(each)}]")
literals = st.sampled_from(["n", "N", "x", "c", "1", "-ib", ".cluster", ".other", "", "rack1n", "."])
node_sets = st.lists(
    st.lists(st.one_of(literals, brackets), min_size=1, max_size=5).map("".join), min_size=1, max_size=3
).map(",".join)


def written_out(text: str) -> Set[int]:
    """The ids, from every name in the set."""
    directory, shown = Directory(NODES), {node.name.lower(): node for node in NODES}
    try:
        names = expand(text)
    except BadInput:
        return set()
    return {node.id for name in names if (node := directory.find(name) or shown.get(name.lower())) is not None}


@given(node_sets)
def test_a_pattern_covers_the_nodes_that_the_names_written_out_do(text: str) -> None:
    assert Names(NODES).ids_of(text) == written_out(text)


@pytest.mark.parametrize(
    "text",
    ["n[0-999]", "n[000-999]", "N[0-50]x[0-50]", "n[0-999].cluster", "n[0-999].elsewhere", "n[0-999]-ib", "[0-999]"],
)
def test_large_sets_cover_the_same_nodes_as_written_out(text: str) -> None:
    assert Names(NODES).ids_of(text) == written_out(text)
    assert written_out(text) or "-ib" not in text


def test_a_set_of_far_more_names_than_nodes_is_not_written_out() -> None:
    nodes = [Node(i, f"cn{i:05}", f"10.0.{i // 250}.{i % 250}", f"cn{i:05}", True) for i in range(1, 1001)]
    names = Names(nodes)
    names.ids_of("cn[00001-02000]")
    began = time.process_time()
    for place in range(10):
        assert len(names.ids_of(f"cn[00001-{99000 + place}]")) == 1000
    # Written out, it takes 5 s.
    assert time.process_time() - began < 1
