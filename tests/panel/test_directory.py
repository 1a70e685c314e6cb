"""The node that a name means."""

from __future__ import annotations

import pytest

from minipanel.models.node import Node
from minipanel.services.directory import Directory

NODES = Directory(
    [
        Node(1, "n1", "10.0.0.1", "n1", True),
        Node(2, "n2", "10.0.0.2", "n2.cluster", True),
        Node(3, "gpu", "10.0.0.3", "gpu.east", True),
        Node(4, "gpu2", "10.0.0.4", "gpu.west", True),
        Node(5, "7", "10.0.0.5", "7", True),
        Node(6, "n6", "10.0.0.6", "n6.old", False),
        Node(7, "n6b", "10.0.0.7", "n6.new", True),
    ]
)


@pytest.mark.parametrize(
    ("reference", "node_id"),
    [
        ("n1", 1),
        ("N1", 1),
        ("n1.cluster", 1),
        ("n2", 2),
        ("n2.cluster", 2),
        ("n2.other", None),
        ("gpu.west", 4),
        ("gpu", None),
        ("3", 3),
        ("7", 5),
        ("99", None),
        ("9" * 5000, None),
        ("٣", None),
        ("n6", 7),
        ("", None),
        (".", None),
        ("n1'; DROP TABLE nodes", None),
    ],
)
def test_a_reference_finds_its_one_node(reference: str, node_id: int | None) -> None:
    found = NODES.find(reference)
    assert (found and found.id) == node_id
