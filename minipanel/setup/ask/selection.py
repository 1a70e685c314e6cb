"""The nodes to monitor, while they are being chosen: numbered, added to, deleted from."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from minipanel.config import NodeConfig
from minipanel.errors import BadInput, CommandError
from minipanel.machine.hosts import HostsNode
from minipanel.models.name_patterns import NamePatterns, patterns_for
from minipanel.models.names import is_hostname, parse_node_address
from minipanel.models.nodeset import expand, fold
from minipanel.models.quote import quote
from minipanel.translations.columns import align
from minipanel.translations.language import Translate

SHOWN_WHOLE = 60
SHOWN_FIRST, SHOWN_LAST = 30, 5

_NUMBERS = re.compile(r"[\d\s,-]+")
_RANGE = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?")


class Selection:
    """Nodes in order, numbered from 1. The first is this machine, which always stays."""

    def __init__(self, nodes: Iterable[HostsNode], t: Translate) -> None:
        listed = list(nodes)
        self.nodes = [NodeConfig(node.hostname, node.address, node.hostname) for node in listed]
        self._names = {node.hostname.lower(): (node.hostname, *node.aliases) for node in listed}
        self._left_out: list[NodeConfig] = []
        self._t = t

    @property
    def ignored(self) -> list[str]:
        """The nodes left out, for `ignore` in [hosts]: these lines are never proposed again."""
        return patterns_for(list(map(self._names_of, self._left_out)), map(self._names_of, self.nodes))

    def lines(self, is_whole: bool = False) -> list[str]:
        """Return the numbered table. A long list is shortened unless `is_whole`."""
        rows = [(str(number), node.ip, node.hostname, "") for number, node in enumerate(self.nodes, 1)]
        rows[0] = (*rows[0][:3], self._t("this machine"))
        if is_whole:
            return align([*rows, *(("", node.ip, node.hostname, self._t("ignored")) for node in self._left_out)])
        if len(rows) <= SHOWN_WHOLE:
            return align(rows)
        lines = align(rows)
        left_out = self._t("  ... {count} more ...", count=len(rows) - SHOWN_FIRST - SHOWN_LAST)
        return [*lines[:SHOWN_FIRST], left_out, *lines[-SHOWN_LAST:]]

    def add(self, address: str, hostname: str) -> None:
        """Add a node at the end. Raises CommandError if its name or address is invalid, or already in the list."""
        ip = parse_node_address(address)
        if ip is None:
            raise CommandError(self._t("{text} is not the IPv4 or IPv6 address of one machine.", text=quote(address)))
        if not is_hostname(hostname):
            raise CommandError(self._t("{text} can't be a hostname.", text=quote(hostname)))
        for node in self.nodes:
            if ip == node.ip or hostname.lower() == node.hostname.lower():
                raise CommandError(
                    self._t("{hostname} ({address}) is already in the list.", hostname=node.hostname, address=node.ip)
                )
        self.nodes.append(NodeConfig(hostname, ip, hostname))
        self._left_out = [node for node in self._left_out if node.hostname.lower() != hostname.lower()]

    def remove(self, text: str) -> str:
        """Remove nodes by number (3,17-20) or by node set (node[017-020]). Returns them as a node set.

        Raises CommandError, and removes nothing, if one is not in the list or is this machine.
        """
        return self._take_out(self._numbered(text) if _NUMBERS.fullmatch(text) else self._named(text))

    def leave_out(self, ignore: NamePatterns) -> None:
        """Remove nodes to be ignored, by any name of their line; this machine stays."""
        self._take_out({i for i, node in enumerate(self.nodes) if i > 0 and ignore.matches(self._names_of(node))})

    def keep_only(self, node_set: str) -> None:
        """Remove all nodes but these and this machine. Raises CommandError if one is not in the list."""
        kept = self._named(node_set)
        self._take_out({index for index in range(1, len(self.nodes)) if index not in kept})

    def _take_out(self, indexes: Collection[int]) -> str:
        if 0 in indexes:
            raise CommandError(self._t("{hostname} is this machine and stays.", hostname=self.nodes[0].hostname))
        gone = [node for index, node in enumerate(self.nodes) if index in indexes]
        self.nodes = [node for index, node in enumerate(self.nodes) if index not in indexes]
        self._left_out += [node for node in gone if node.hostname.lower() in self._names]
        return fold(node.hostname for node in gone)

    def _names_of(self, node: NodeConfig) -> tuple[str, ...]:
        return self._names.get(node.hostname.lower(), (node.hostname,))

    def _numbered(self, text: str) -> set[int]:
        """Return the indexes, from 0, of numbers shown to the user, from 1."""
        indexes: set[int] = set()
        for word in re.split(r"[\s,]+", text.strip()):
            found = _RANGE.fullmatch(word)
            first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
            if not 1 <= first <= last <= len(self.nodes):
                message = self._t(
                    "{text} is not a number in the list (1 to {last}).", text=quote(word), last=len(self.nodes)
                )
                raise CommandError(message)
            indexes.update(range(first - 1, last))
        return indexes

    def _named(self, node_set: str) -> set[int]:
        try:
            names = expand(",".join(node_set.split()))
        except BadInput:
            raise CommandError(
                self._t("{text} is not a node set such as node[01-08,12].", text=quote(node_set))
            ) from None
        places = self._places()
        missing = [name for name in names if name.lower() not in places]
        if missing:
            raise CommandError(self._t("{names} is not in the list.", names=fold(missing)))
        return {places[name.lower()] for name in names}

    def _places(self) -> dict[str, int]:
        """Return the index of each hostname, and of its first label if no other node shares that."""
        shorts = [node.hostname.lower().split(".")[0] for node in self.nodes]
        places = {short: index for index, short in enumerate(shorts) if shorts.count(short) == 1}
        return places | {node.hostname.lower(): index for index, node in enumerate(self.nodes)}
