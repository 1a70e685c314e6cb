"""Node sets in requests: what they expand to, and what is refused before it takes resources."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from minipanel.errors import BadInput
from minipanel.models.nodeset import MAX_NODES, expand

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "nodesets.json").read_text("utf-8"))
"""What the page reads, too (web/src/nodeset.test.ts)."""


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("n1", ["n1"]),
        ("node[001-003,7]", ["node001", "node002", "node003", "node7"]),
        ("a[1-2],b", ["a1", "a2", "b"]),
        ("r[1-2]n[1-2]", ["r1n1", "r1n2", "r2n1", "r2n2"]),
    ],
)
def test_a_node_set_expands_to_its_names(text: str, names: list[str]) -> None:
    assert sorted(expand(text)) == sorted(names)


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case["text"]))
def test_page_and_panel_read_a_node_set_alike(case: dict[str, Any]) -> None:
    if "refused" in case:
        with pytest.raises(BadInput, match=r"^nodes "):
            expand(case["text"])
    else:
        names = expand(case["text"])
        assert (len(names), len(set(names))) == (case["count"], case["count"])
        assert {case["first"], case["last"]} <= set(names)


@pytest.mark.parametrize("text", ["", "node[", "node[5-1]", "node[a-b]", "n1!n1", "@all", "x" * 20_000])
def test_what_is_not_a_node_set_gets_a_sentence(text: str) -> None:
    with pytest.raises(BadInput, match=r"^nodes "):
        expand(text)


@pytest.mark.parametrize(
    "text",
    [
        "node[1-999999999999]",
        "n[1-400]m[1-400]",
        ",".join(["n[1-90000]"] * 3),
        ",".join(["n1[1-90000]"] * 800),
        "n[0-200000]",
        "n[1- 1000000]",
        "1[10-1000000]",
        "n1[99999,100000]",
        ",".join(["n1[1-100,200-99999]"] * 9),
    ],
)
def test_a_set_that_would_fill_the_memory_is_refused_before_it_is_expanded(text: str) -> None:
    begin = time.thread_time()
    with pytest.raises(BadInput, match=f"at most {MAX_NODES} nodes"):
        expand(text)
    assert time.thread_time() - begin < 0.2


@pytest.mark.parametrize(
    "text",
    [
        "node[1-3_000_00]",
        "n[1-99999999999999999999]",
        "n,[" * 3_000,
        "n[1," * 2_500,
        "n" * 9_999 + "!",
        "n," * 4_999 + "n!",
        " " * 10_000,
    ],
)
def test_what_no_number_may_look_like_is_refused_at_once(text: str) -> None:
    begin = time.thread_time()
    with pytest.raises(BadInput, match=r"^nodes "):
        expand(text)
    assert time.thread_time() - begin < 0.2
