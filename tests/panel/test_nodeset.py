"""Node sets in requests: what they expand to, and what is refused before it costs anything."""

from __future__ import annotations

import time

import pytest

from minipanel.errors import BadInput
from minipanel.models.nodeset import MAX_NODES, expand


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("n1", ["n1"]),
        ("node[001-003,7]", ["node001", "node002", "node003", "node7"]),
        ("a[1-2],b", ["a1", "a2", "b"]),
        ("r[1-2]n[1-2]", ["r1n1", "r1n2", "r2n1", "r2n2"]),
        ("node[1-4]!node[2-3]", ["node1", "node4"]),
    ],
)
def test_a_node_set_expands_to_its_names(text: str, names: list[str]) -> None:
    assert sorted(expand(text)) == sorted(names)


@pytest.mark.parametrize("text", ["", "node[", "node[5-1]", "node[a-b]", "n1!n1", "x" * 20_000])
def test_what_is_no_node_set_gets_a_sentence(text: str) -> None:
    with pytest.raises(BadInput, match=r"^nodes "):
        expand(text)


def test_a_group_is_taken_as_a_name_and_runs_no_command() -> None:
    assert expand("@all") == ["@all"]


@pytest.mark.parametrize(
    "text",
    [
        "node[1-999999999999]",
        "n[1-200]m[1-200]",
        ",".join(["n[1-9000]"] * 3),
        "n[1-99999999999999999999]",
        "n[0-20000]",
    ],
)
def test_a_set_that_would_fill_the_memory_is_refused_before_it_is_expanded(text: str) -> None:
    begin = time.monotonic()
    with pytest.raises(BadInput, match=f"at most {MAX_NODES} nodes"):
        expand(text)
    assert time.monotonic() - begin < 1
