"""Which groups of nodes there are: those of config.toml, and those that names speak of."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator

import msgspec

from minipanel.config import Config
from minipanel.models.answers import GroupAnswer
from minipanel.models.group import Group, Groups, Source
from minipanel.models.node import Node
from minipanel.models.nodeset import fold
from minipanel.models.rack import named_groups
from minipanel.services.directory import Directory

_DIGITS = re.compile(r"(\d+)")

Named = Iterable[tuple[str, Iterable[str]]]
"""Groups as a source has them: each with the names of its nodes, which the panel may know or not."""


class GroupList:
    """The groups of the running panel, and what GET /api/groups answers."""

    def __init__(self) -> None:
        self.groups = Groups()
        self.answer = b"[]"

    async def follow(self, config: Config) -> None:
        """Take over a configuration."""
        # 10,000 groups take a second: not on the event loop.
        self.groups, self.answer = await asyncio.to_thread(_made, config)


def _made(config: Config) -> tuple[Groups, bytes]:
    groups = groups_of(config)
    return groups, msgspec.json.encode([GroupAnswer(group.name, group.source, fold(group.nodes)) for group in groups])


def groups_of(config: Config) -> Groups:
    """Return the groups that config.toml and the names of its nodes make."""
    # Below zero: no number that a group names is an id here.
    nodes = [
        Node(-place, node.name, node.ip, node.hostname, node.enabled) for place, node in enumerate(config.nodes, 1)
    ]
    hostnames = sorted((node.hostname for node in nodes), key=_natural)
    directory, places = Directory(nodes), {name: place for place, name in enumerate(hostnames)}

    def those(source: Source, named: Named) -> Iterator[Group]:
        for name, members in named:
            known = {node.hostname for node in map(directory.find, members) if node is not None}
            if known:
                yield Group(name, source, tuple(sorted(known, key=places.__getitem__)))

    return Groups(
        [
            *those("config", ((group.name, group.nodes) for group in config.groups)),
            *those("names", _in_order(named_groups(hostnames).items())),
        ]
    )


def _in_order(named: Named) -> Named:
    return sorted(named, key=lambda each: _natural(each[0]))


def _natural(name: str) -> list[tuple[int, int, str]]:
    """Return what puts n2 before n10."""
    return [(1, int(part), part) if part.isdecimal() else (0, 0, part) for part in _DIGITS.split(name)]
