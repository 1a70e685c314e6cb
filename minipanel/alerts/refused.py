"""Which nodes' samples were refused lately, and whether their clocks were the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set

from minipanel.errors import NotAuthenticated, PanelError
from minipanel.machine.addresses import normalise
from minipanel.models.node import Node

REFUSED_SECONDS = 60.0
"""For this long after a refusal, the refusal is the reason for a node's silence."""


class Refused:
    """Remembers refusals by the addresses of configured nodes, and nothing of other addresses."""

    def __init__(self, uptime: Callable[[], float]) -> None:
        self._uptime = uptime
        self._addresses: Set[str] = frozenset()
        self._refused_at: dict[str, float] = {}
        self._ahead: dict[str, int] = {}

    def replace(self, nodes: Iterable[Node]) -> None:
        """Replace the list of nodes."""
        self._addresses = frozenset(node.ip for node in nodes)
        for known in self._refused_at, self._ahead:
            for address in known.keys() - self._addresses:
                del known[address]

    def note(self, peer: str, error: PanelError) -> None:
        """Record a refusal. A busy panel does not count as one."""
        address = normalise(peer)
        if error.status < 500 and address in self._addresses:
            self._refused_at[address] = self._uptime()
            ahead = error.ahead_seconds if isinstance(error, NotAuthenticated) else None
            if ahead is None:
                self._ahead.pop(address, None)
            else:
                self._ahead[address] = ahead

    def lately(self) -> Set[str]:
        """Return the addresses of the nodes whose samples were refused just now."""
        earliest = self._uptime() - REFUSED_SECONDS
        return {address for address, refused_at in self._refused_at.items() if refused_at >= earliest}

    def ahead_seconds(self, node: Node) -> int | None:
        """Return how many seconds a node's clock was ahead at the last refusal, if its credential showed that."""
        return self._ahead.get(node.ip)
