"""Reads nodes from /etc/hosts, as the resolver reads it.

The format is hosts(5); which lines are read or skipped follows glibc's nss/nss_files/files-hosts.c.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Literal

from minipanel.models.name_patterns import NamePatterns
from minipanel.models.names import is_hostname, parse_address

HOSTS = Path("/etc/hosts")
NOTHING = NamePatterns(())

_BYTE_ORDER_MARK = "\ufeff"
_WORD = re.compile(r"[^ \t\r\v\f]+")
_BROADCAST = IPv4Address("255.255.255.255")

Problem = Literal["byte order mark", "address", "no name", "name", "other node"]


@dataclass(frozen=True, slots=True)
class HostsNode:
    """One node. `addresses`: at least one, the one to use first. `hostname`: as its first line writes it."""

    hostname: str
    addresses: tuple[str, ...]
    aliases: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """The address to use: the first IPv4 one, because MUNGE supports no other (munge(7)), else the first."""
        return self.addresses[0]


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that seems to name a node, but does not. `text`: the word that is wrong. `line`: its number, from 1.

    "other node": the address belongs to the node `hostname`, so `text` is not a separate node.
    """

    line: int
    problem: Problem
    text: str
    hostname: str = ""


@dataclass(frozen=True, slots=True)
class Hosts:
    """The contents of a hosts file: nodes, in the order of their first lines, and faulty lines.

    `ignored`: the first name of each line that was skipped because its names are to be ignored.
    """

    nodes: tuple[HostsNode, ...]
    faults: tuple[Fault, ...] = ()
    ignored: tuple[str, ...] = ()


def read_hosts(path: Path = HOSTS, ignore: NamePatterns = NOTHING) -> Hosts:
    """Return the nodes and faults of a hosts file. Raises OSError."""
    # The resolver reads bytes: whatever bytes a comment contains, the lines after it count.
    return parse_hosts(path.read_bytes().decode("utf-8", "replace"), ignore)


def parse_hosts(text: str, ignore: NamePatterns = NOTHING) -> Hosts:
    """Return the nodes and faults of a hosts file's text. A line with a name to ignore is skipped.

    Lines with the same hostname or the same address are one node; names are compared without case (RFC 4343). Lines
    with loopback, multicast, broadcast, link-local and reserved addresses are skipped, without a fault.

        10.0.0.2  node001.cluster  node001   # rack 1
        -> HostsNode("node001.cluster", ("10.0.0.2",), ("node001",))
    """
    collected = _Nodes()
    faults: list[Fault | None] = []
    ignored: dict[str, None] = {}
    for number, words in _lines(text):
        address = parse_address(words[0])
        fault = _fault(number, words, address)
        if fault is not None:
            faults.append(fault)
        elif address is not None and not _is_special(address):
            if ignore.matches(words[1:]):
                ignored[words[1]] = None
            else:
                faults.append(collected.add(number, str(address), words[1], words[2:]))
    return Hosts(collected.all(), tuple(fault for fault in faults if fault is not None), tuple(ignored))


def names_of(is_own: Callable[[str], bool], path: Path = HOSTS) -> frozenset[str]:
    """Return all names of own addresses in a hosts file, in lower case, including loopback's. Raises OSError."""
    lines = _lines(path.read_bytes().decode("utf-8", "replace"))
    return frozenset(name.lower() for _, words in lines if is_own(words[0]) for name in words[1:])


def with_this_machine(
    nodes: Iterable[HostsNode], own_addresses: Collection[str], own_hostname: str, own_address: str
) -> tuple[HostsNode, ...]:
    """Return the nodes with this machine exactly once, as the first.

    This machine is recognized by its addresses. If the file has it under several hostnames (one for each network), only
    the one that matches `own_hostname` stays. If the file does not have it, it is added with `own_hostname` and
    `own_address`.
    """
    nodes = list(nodes)
    own = [node for node in nodes if any(address in own_addresses for address in node.addresses)]
    called = [node for node in own if _is_called(node, own_hostname)]
    this = next(iter([*called, *own]), HostsNode(own_hostname, (own_address,)))
    # The first address in the file may be an old one, or one that it has only at times.
    this = replace(this, addresses=tuple(sorted(this.addresses, key=lambda address: address not in own_addresses)))
    # Another machine's line may have this one's hostname by mistake, but two nodes can't share a hostname.
    others = [node for node in nodes if node not in own and node.hostname.lower() != this.hostname.lower()]
    return (this, *others)


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the words of each line that has words. A comment may begin anywhere in a line.

    Only a line feed ends a line. A carriage return is white space; Unicode's other white space is not.
    """
    for number, line in enumerate(text.split("\n"), 1):
        words = _WORD.findall(line.split("#", 1)[0])
        if words and words != [_BYTE_ORDER_MARK]:
            yield number, words


def _fault(number: int, words: list[str], address: IPv4Address | IPv6Address | None) -> Fault | None:
    """Return what is wrong with a line, None if nothing is. Link-local addresses may have a scope (fe80::1%eth0)."""
    if words[0].startswith(_BYTE_ORDER_MARK):
        return Fault(number, "byte order mark", words[0].lstrip(_BYTE_ORDER_MARK))
    if address is None:
        is_scoped = "%" in words[0] and parse_address(words[0].split("%")[0]) is not None
        return None if is_scoped else Fault(number, "address", words[0])
    if len(words) == 1:
        return Fault(number, "no name", words[0])
    if not is_hostname(words[1]) and not _is_special(address):
        return Fault(number, "name", words[1])
    return None


def _is_special(address: IPv4Address | IPv6Address) -> bool:
    """Return whether an address belongs to no particular machine, or to every machine."""
    return (
        address.is_loopback
        or address.is_multicast
        or address.is_link_local
        or address.is_unspecified
        or address.is_reserved
        or address == _BROADCAST
    )


class _Named:
    """A node being read. Addresses and aliases are the keys of dicts, in order, so that adding one is always fast."""

    def __init__(self, hostname: str) -> None:
        self.hostname = hostname
        self.addresses: dict[str, None] = {}
        self.aliases: dict[str, str] = {}

    def call(self, names: Iterable[str]) -> None:
        """Add aliases, each once and without the hostname itself; case does not matter."""
        for name in names:
            if name.lower() != self.hostname.lower():
                self.aliases.setdefault(name.lower(), name)

    def node(self) -> HostsNode:
        """Return the node, with its IPv4 addresses first, each kind in the order of the file."""
        addresses = sorted(self.addresses, key=lambda text: ":" in text)
        return HostsNode(self.hostname, tuple(addresses), tuple(self.aliases.values()))


class _Nodes:
    """The nodes read so far, found by hostname and by address."""

    def __init__(self) -> None:
        self._nodes: dict[str, _Named] = {}
        self._by_address: dict[str, str] = {}

    def all(self) -> tuple[HostsNode, ...]:
        """Return the nodes in the order of their first line."""
        return tuple(named.node() for named in self._nodes.values())

    def add(self, number: int, address: str, hostname: str, names: list[str]) -> Fault | None:
        """Add a line. Returns a fault if its address belongs to a node with another hostname, else None."""
        aliases = [name for name in names if is_hostname(name)]
        key = hostname.lower()
        owner = self._by_address.setdefault(address, key)
        if owner != key:
            return self._add_to_other(number, hostname, aliases, self._nodes[owner])
        named = self._nodes.setdefault(key, _Named(hostname))
        named.addresses[address] = None
        named.call(aliases)
        return None

    def _add_to_other(self, number: int, hostname: str, aliases: list[str], owner: _Named) -> Fault | None:
        key = hostname.lower()
        if key in owner.aliases:
            return None
        if key not in self._nodes:
            owner.call([hostname, *aliases])
        return Fault(number, "other node", hostname, owner.hostname)


def _is_called(node: HostsNode, hostname: str) -> bool:
    """Return whether the node has this name, in full or up to the first dot."""
    names = {name.lower() for name in (node.hostname, *node.aliases)}
    return hostname.lower() in names or hostname.lower().split(".")[0] in {name.split(".")[0] for name in names}
