"""Which nodes exist, and which node a name refers to."""

from __future__ import annotations

from collections.abc import Iterable

from minipanel.models.node import Node


class Directory:
    """All nodes that ever existed, as in the database's tables."""

    def __init__(self, nodes: Iterable[Node] = ()) -> None:
        self.nodes: tuple[Node, ...] = ()
        self._by_id: dict[int, Node] = {}
        self._by_hostname: dict[str, Node] = {}
        self._by_short: dict[str, list[Node]] = {}
        self.replace(nodes)

    def replace(self, nodes: Iterable[Node]) -> None:
        """Replace the list of nodes."""
        self.nodes = tuple(nodes)
        self._by_id = {node.id: node for node in self.nodes}
        self._by_hostname = {node.hostname.lower(): node for node in self.nodes}
        self._by_short = {}
        for node in self.nodes:
            self._by_short.setdefault(_short(node.hostname.lower()), []).append(node)

    def find(self, reference: str) -> Node | None:
        """Return the node with an integer id or a hostname, None if there is none.

        A short name finds a node configured by its long one, and the reverse, if just one node fits:
        "n1" -> "n1.cluster"; "n1.cluster" -> "n1", but "n1.cluster" never finds "n1.other".
        """
        name = reference.lower()
        exact = self._by_hostname.get(name)
        if exact is not None:
            return exact
        if name.isascii() and name.isdecimal() and len(name) < 16 and int(name) in self._by_id:
            return self._by_id[int(name)]
        short = _short(name)
        fitting = [node for node in self._by_short.get(short, ()) if short in (name, node.hostname.lower())]
        return _only(fitting) or _only([node for node in fitting if node.enabled])


def _short(hostname: str) -> str:
    return hostname.split(".", 1)[0]


def _only(nodes: list[Node]) -> Node | None:
    return nodes[0] if len(nodes) == 1 else None
