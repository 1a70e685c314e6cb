"""This machine on its networks: its name, its addresses, and the address at which nodes reach it."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from minipanel.config import NodeConfig
from minipanel.machine.addresses import read_local_addresses
from minipanel.models.names import is_hostname
from minipanel.setup.system import System

ASKED_NODES = 500
"""This many nodes are enough to see which network most of them are in."""


def source_address(peer: str) -> str | None:
    """Return the address from which this machine would speak to `peer`; None if there is no route.

    The kernel chooses it when a datagram socket is connected (ip(7), udp(7)); nothing is sent.
    """
    family = socket.AF_INET6 if ":" in peer else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((peer, 9))  # any port will do; 9 is "discard"
            return str(probe.getsockname()[0])
        except OSError:
            return None


@dataclass(frozen=True, slots=True)
class OwnNetwork:
    """This machine's hostname and addresses. `source` returns its own address on the way to a given one."""

    hostname: str
    addresses: frozenset[str]
    source: Callable[[str], str | None] = source_address

    def address_for(self, nodes: Iterable[str]) -> str:
        """Return this machine's address in the network of most of these nodes, given by their addresses.

        If none can be reached: its first address that others could reach, or else 127.0.0.1.
        """
        others = [node for node in nodes if node not in self.addresses][:ASKED_NODES]
        sources = Counter(address for node in others if (address := self.source(node)) and _is_reachable(address))
        if sources:
            return sources.most_common(1)[0][0]
        # IPv4 first: MUNGE supports nothing else.
        return next(iter(sorted(filter(_is_reachable, self.addresses), key=_order)), "127.0.0.1")

    def others(self, nodes: Iterable[NodeConfig]) -> list[NodeConfig]:
        """Return the nodes that are not this machine."""
        return [node for node in nodes if node.ip not in self.addresses and node.hostname != self.hostname]


def read_own_network(system: System, hostname: str | None = None) -> OwnNetwork:
    """Return this machine's name and addresses."""
    name = hostname or socket.gethostname()
    return OwnNetwork(name if is_hostname(name) else "localhost", read_local_addresses(system.path(Path("/proc/net"))))


def _is_reachable(address: str) -> bool:
    parsed = ip_address(address)
    return not (parsed.is_loopback or parsed.is_link_local or parsed.is_unspecified)


def _order(address: str) -> tuple[int, int]:
    parsed = ip_address(address)
    return parsed.version, int(parsed)
