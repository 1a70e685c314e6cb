"""Names of nodes, short enough to read."""

from __future__ import annotations

from collections.abc import Iterable

from ClusterShell.NodeSet import RESOLVER_NOGROUP, NodeSet


def fold(names: Iterable[str]) -> str:
    """Return names as one node set: node001, node002, node007 -> node[001-002,007]."""
    return str(NodeSet.fromlist(list(names), resolver=RESOLVER_NOGROUP))
