"""How a list of nodes (usually /etc/hosts) differs from config.toml: nodes to add, remove, move or rename."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from minipanel.config import NodeConfig
from minipanel.machine.hosts import HostsNode

_Thing = TypeVar("_Thing")


@dataclass(frozen=True, slots=True)
class Change:
    """A node that stays, as configured and as it should be: with another address, another hostname, or both."""

    before: NodeConfig
    after: NodeConfig

    @property
    def is_renamed(self) -> bool:
        """True if the hostname changes."""
        return self.before.hostname != self.after.hostname


@dataclass(frozen=True, slots=True)
class NodeChanges:
    """What must change in the configuration to match the list: nodes that `come`, `go`, or are `changed`.

    `twins`: hostnames in the list that are the short name of a node with a long one, or the reverse. `is_clearance`:
    all configured nodes except this machine would go.
    """

    come: tuple[NodeConfig, ...]
    go: tuple[NodeConfig, ...]
    changed: tuple[Change, ...]
    twins: tuple[str, ...] = ()
    is_clearance: bool = False

    def __bool__(self) -> bool:
        return bool(self.come or self.go or self.changed)


def compare(
    configured: Sequence[NodeConfig],
    listed: Iterable[HostsNode],
    is_own: Callable[[str], bool],
    stays: Collection[str] = (),
) -> NodeChanges:
    """Return the differences between the list and the configuration.

    A node is found in the list by its hostname; by another name on the same line; by its short or long name, if just
    one node fits; by its display name; or finally by its address, in which case it has a new hostname. Case is ignored.
    A node keeps its address if that is one of those listed, and keeps the rest of its section: a disabled node stays
    disabled.

    `is_own` returns whether an address is this machine's. Its node never goes and never changes, except to another of
    its own addresses; its other names and addresses make no further nodes. `stays`: hostnames that stay in any case.
    """
    matching = _Matching(configured, listed, is_own)
    changed = [Change(node, after) for node, after in matching.followed() if after != node]
    go = [node for node in matching.nodes_left if node is not matching.own and node.hostname not in stays]
    gone = {node.hostname for node in go}
    come, twins = _newcomers(matching.lines_left, [node for node in configured if node.hostname not in gone])
    is_clearance = bool(go) and len(go) == sum(node is not matching.own for node in configured)
    return NodeChanges(tuple(come), tuple(go), tuple(changed), tuple(twins), is_clearance)


def is_twin(one: str, other: str) -> bool:
    """Return whether two names are the short and the long name of one node: n1, n1.cluster."""
    one, other = one.lower(), other.lower()
    return one != other and _short(one) == _short(other) and ("." not in one or "." not in other)


class _Matching:
    """The nodes of both sides in pairs, and the rest of each. `own` is this machine's node, None if unknown."""

    def __init__(self, configured: Iterable[NodeConfig], listed: Iterable[HostsNode], is_own: _IsOwn) -> None:
        self._is_own = is_own
        self._nodes = {node.hostname.lower(): node for node in configured}
        self._lines = {line.hostname.lower(): line for line in listed}
        self._pairs: list[tuple[NodeConfig, HostsNode, bool]] = []
        self.own = next((node for node in self._nodes.values() if is_own(node.ip)), None)
        own_lines = [line for line in self._lines.values() if any(map(is_own, line.addresses))]
        for keys_of_node, keys_of_line in _BY_NAME:
            self._match(keys_of_node, keys_of_line, by_address=False)
        self._match(*_BY_ADDRESS, by_address=True)
        if self.own is None:
            self.own = next((node for node, line, _ in self._pairs if line in own_lines), None)
        # This machine has a name on each of its networks: together they are one node at most.
        for line in own_lines if self.own is not None else own_lines[1:]:
            self._lines.pop(line.hostname.lower(), None)

    @property
    def nodes_left(self) -> list[NodeConfig]:
        """The configured nodes that are not listed."""
        return list(self._nodes.values())

    @property
    def lines_left(self) -> list[HostsNode]:
        """The listed nodes that are not configured."""
        return list(self._lines.values())

    def followed(self) -> Iterator[tuple[NodeConfig, NodeConfig]]:
        """Yield each listed node, as it is and as it should be."""
        for node, line, is_by_address in self._pairs:
            if node is self.own:
                yield node, self._own_followed(node, line)
                continue
            after = node if node.ip in line.addresses else replace(node, ip=line.address)
            yield node, _renamed(after, line.hostname) if is_by_address else after

    def _own_followed(self, node: NodeConfig, line: HostsNode) -> NodeConfig:
        if self._is_own(node.ip):
            return node
        return replace(node, ip=next(filter(self._is_own, line.addresses), node.ip))

    def _match(self, keys_of_node: _NodeKeys, keys_of_line: _LineKeys, by_address: bool) -> None:
        """Pair nodes and lines that share a key, if no other node or line has it."""
        lines = _by_key(self._lines, keys_of_line)
        nodes = _by_key(self._nodes, keys_of_node)
        for key, node_name in nodes.items():
            line_name = lines.get(key)
            if line_name in self._lines and node_name in self._nodes:
                self._pairs.append((self._nodes.pop(node_name), self._lines.pop(line_name), by_address))


_IsOwn = Callable[[str], bool]
_NodeKeys = Callable[[NodeConfig], Iterable[str]]
_LineKeys = Callable[[HostsNode], Iterable[str]]


def _names(line: HostsNode) -> Iterator[str]:
    return (name.lower() for name in (line.hostname, *line.aliases))


def _short(name: str) -> str:
    return name.partition(".")[0]


def _other_length(names: Iterable[str]) -> Iterator[str]:
    """Yield, for each name, the key that it shares with its twin, with its own kind: long or short."""
    return (f"{'long' if '.' in name else 'short'} {_short(name)}" for name in names)


_BY_NAME: tuple[tuple[_NodeKeys, _LineKeys], ...] = (
    (lambda node: [node.hostname.lower()], lambda line: [line.hostname.lower()]),
    (lambda node: [node.hostname.lower()], _names),
    (
        lambda node: [f"{'short' if '.' in node.hostname else 'long'} {_short(node.hostname.lower())}"],
        lambda line: set(_other_length(_names(line))),
    ),
    (lambda node: [node.name.lower()], _names),
)
"""The keys by which a node and a line are the same, tried in this order."""

_BY_ADDRESS: tuple[_NodeKeys, _LineKeys] = (lambda node: [node.ip], lambda line: line.addresses)


def _by_key(things: dict[str, _Thing], keys_of: Callable[[_Thing], Iterable[str]]) -> dict[str, str]:
    """Return hostnames by key, for keys that belong to one thing only."""
    keys = [(key, hostname) for hostname, thing in things.items() for key in keys_of(thing)]
    times = Counter(key for key, _ in keys)
    return {key: hostname for key, hostname in keys if times[key] == 1}


def _renamed(node: NodeConfig, hostname: str) -> NodeConfig:
    return replace(node, hostname=hostname, name=hostname if node.name == node.hostname else node.name)


def _newcomers(lines: Iterable[HostsNode], staying: Iterable[NodeConfig]) -> tuple[list[NodeConfig], list[str]]:
    """Return the lines that make new nodes, and the hostnames that are twins of a node."""
    come: list[NodeConfig] = []
    twins: list[str] = []
    longs = {_short(node.hostname.lower()) for node in staying if "." in node.hostname}
    shorts = {node.hostname.lower() for node in staying if "." not in node.hostname}
    for line in lines:
        name = line.hostname.lower()
        if _short(name) in (shorts if "." in name else longs):
            twins.append(line.hostname)
            continue
        (longs if "." in name else shorts).add(_short(name))
        come.append(NodeConfig(line.hostname, line.address, line.hostname))
    return come, twins
