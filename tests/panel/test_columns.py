"""Newest samples as columns: whatever the nodes, a reader gets the same as from a list of objects."""

from __future__ import annotations

import random

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from minipanel.models.answers import RealtimeNode
from minipanel.models.columns import RealtimeColumns, as_columns, of_columns
from minipanel.models.sample import Sample, readings_of

T = 1_700_000_000
EVENT_BYTES = 12_000


def node(number: int, cpu: float, used: int, temp: float | None, total: int = 1 << 37) -> RealtimeNode:
    sample = Sample(f"n{number}", T, cpu, total, used, temp)
    skew = round(cpu / 1000, 3)
    return RealtimeNode(number, f"n{number}", f"n{number}.example", "up", T, *readings_of(sample), skew)


def silent(number: int) -> RealtimeNode:
    return RealtimeNode(number, f"n{number}", f"n{number}", "never", *[None] * 7)  # type: ignore[arg-type]


def sent(nodes: list[RealtimeNode], is_snapshot: bool) -> RealtimeColumns:
    """Return what a reader decodes."""
    event = RealtimeColumns(T, 5, len(nodes), as_columns(nodes, is_snapshot))
    return msgspec.json.decode(msgspec.json.encode(event), type=RealtimeColumns)


values = st.tuples(
    st.floats(0, 100).map(lambda cpu: round(cpu, 2)),
    st.integers(0, 1 << 36),
    st.none() | st.floats(-20, 150).map(lambda temp: round(temp, 2)),
    st.sampled_from([1 << 36, 1 << 37]),
)


@given(st.lists(st.none() | values, max_size=5), st.lists(values, max_size=5))
def test_a_snapshot_and_what_changed_say_what_objects_would(
    at_first: list[tuple[float, int, float | None, int] | None], later: list[tuple[float, int, float | None, int]]
) -> None:
    known: dict[int, RealtimeNode] = {}
    nodes = [silent(n) if told is None else node(n, *told) for n, told in enumerate(at_first)]
    assert of_columns(sent(nodes, True), known) == nodes
    changed = [msgspec.structs.replace(node(n, *told), name=f"n{n}") for n, told in enumerate(later)]
    expected = [
        msgspec.structs.replace(each, hostname=nodes[each.id].hostname) for each in changed if each.id < len(nodes)
    ]
    assert of_columns(sent(changed, False), known) == expected
    assert list(known.values()) == [*expected, *nodes[len(expected) :]]


def test_an_event_of_a_thousand_nodes_cluster_is_small() -> None:
    """A fifth of them has new samples in each half second; here no two have as much memory."""
    fifth = [
        node(
            k, random.randint(0, 1000) / 10, random.randint(1 << 34, 1 << 36), random.randint(300, 900) / 10, 2**37 + k
        )
        for k in range(1, 201)
    ]
    event = msgspec.json.encode(RealtimeColumns(T, 5, len(fifth), as_columns(fifth, False)))
    assert len(event) < EVENT_BYTES
