"""Groups of nodes: names for node sets, written @rack3 in a node set."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from minipanel.errors import BadInput, NotFound
from minipanel.models.nodeset import MAX_CHARACTERS, expand, no_node_set
from minipanel.models.quote import quote

Source = Literal["config", "clustershell", "names"]
"""Where a group comes from: [[groups]] of config.toml, ClusterShell's files, or a common part of nodes' names."""

MAX_GROUPS = 10_000
MAX_MEMBERS = 200_000
"""In all groups of one source together."""

GROUP_NAME_ALLOWED = "1 to 64 letters, digits, dots, hyphens and underscores, such as rack3"

_NAME = re.compile(r"\w[\w.-]{0,63}")
_NAME_OF_SOURCE = re.compile(rf"(?:{_NAME.pattern}:)?{_NAME.pattern}")
# An unclosed bracket reaches to the end.
_PART = re.compile(r"(?:[^,\[]|\[[^\]]*\]?)+")
_SHOWN_NAMES = 3


@dataclass(frozen=True, slots=True)
class Group:
    """One group. `nodes`: the hostnames of its nodes that the panel knows, sorted by name."""

    name: str
    source: Source
    nodes: tuple[str, ...]


class Groups:
    """All groups, found by name without regard to case. The first group with a name has it."""

    def __init__(self, groups: Iterable[Group] = ()) -> None:
        self._by_name: dict[str, Group] = {}
        for group in groups:
            self._by_name.setdefault(group.name.casefold(), group)

    def __iter__(self) -> Iterator[Group]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Groups) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def nodes_of(self, name: str) -> Sequence[str]:
        """Return the hostnames of a group. Raises NotFound."""
        group = self._by_name.get(name.casefold())
        if group is None and self:
            raise NotFound(
                "There is no group {name}; known groups: {names}.", name=quote(f"@{name}"), names=self._some()
            )
        if group is None:
            raise NotFound("There is no group {name}; there are no groups.", name=quote(f"@{name}"))
        return group.nodes

    def homes(self) -> dict[str, Group]:
        """Return the one group that each node is shown in, by hostname in lower case (as web/src/heatmap/groups.ts).

        That is the first of its groups in config.toml, else the smallest with at least two nodes. Groups of
        ClusterShell's other sources ("jobs:17") do not count.
        """
        own = [group for group in self if group.source == "config"]
        others = [group for group in self if group.source != "config" and ":" not in group.name]
        others = [group for group in others if len(group.nodes) > 1]
        homes: dict[str, Group] = {}
        for group in (*own, *sorted(others, key=lambda group: len(group.nodes))):
            for node in group.nodes:
                homes.setdefault(node.lower(), group)
        return homes

    def expand(self, text: str) -> list[str]:
        """Return the names in a node set that may name groups: @rack3,node7. Raises BadInput, NotFound."""
        if "@" not in text:
            return expand(text)
        if len(text) > MAX_CHARACTERS:
            raise BadInput(
                "nodes has {count} characters; 1 to {most} are allowed.", count=len(text), most=MAX_CHARACTERS
            )
        between_commas = _PART.findall(text)
        if ",".join(between_commas) != text:
            raise no_node_set(text)
        names: dict[str, None] = {}
        for part in map(str.strip, between_commas):
            names.update(dict.fromkeys(self.nodes_of(part[1:]) if part.startswith("@") else expand(part)))
        return list(names)

    def _some(self) -> str:
        """Return the names of the first groups: @rack1, @rack2, @rack3, …"""
        names = [f"@{group.name}" for group in self]
        return ", ".join([*names[:_SHOWN_NAMES], *(["…"] if len(names) > _SHOWN_NAMES else [])])


def is_group_name(text: str) -> bool:
    """Return whether a group of config.toml may have this name."""
    return _NAME.fullmatch(text) is not None


def is_name_of_a_source(text: str) -> bool:
    """Return whether a group of ClusterShell may have this name: rack3, or slurm:gpu of another source."""
    return _NAME_OF_SOURCE.fullmatch(text) is not None
