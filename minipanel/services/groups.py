"""Groups of nodes: those of config.toml, those of ClusterShell, and those found in the nodes' names."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

import msgspec

from minipanel.config import Config
from minipanel.machine.clustershell import ClusterShellReader, Found
from minipanel.models.answers import GroupAnswer
from minipanel.models.group import Group, Groups, Source
from minipanel.models.node import Node
from minipanel.models.nodeset import expand, fold
from minipanel.models.rack import named_groups
from minipanel.services.directory import Directory

log = logging.getLogger(__name__)

_DIGITS = re.compile(r"(\d+)")

Named = Iterable[tuple[str, Iterable[str]]]
"""Groups from one source, each with the names of its nodes, which the panel may or may not know."""


class GroupList:
    """The groups of the running panel, and the answer of GET /api/groups.

    ClusterShell's groups are read in the background, at the start and with each configuration. Nothing waits for that,
    however long it takes; until it is done, the previous groups apply.
    """

    def __init__(self, tell_viewers: Callable[[], None] = lambda: None) -> None:
        self.groups = Groups()
        self.answer = b"[]"
        self._tell_viewers = tell_viewers
        self._found = Found()
        self._reader: ClusterShellReader | None = None
        self._task: asyncio.Task[None] | None = None

    async def follow(self, config: Config) -> None:
        """Apply a configuration."""
        await self._stop()
        await self._make(config)
        self._reader = ClusterShellReader()
        if self._reader.is_there or self._found.groups:
            self._task = asyncio.create_task(self._read(self._reader, config))

    def without_groups(self, text: str) -> str:
        """Return the same node set with its groups expanded, to be stored. Raises BadInput, NotFound."""
        return fold(self.groups.expand(text)) if "@" in text else text

    async def settled(self) -> None:
        """Wait until ClusterShell's groups have been read."""
        if self._task is not None:
            await self._task

    async def close(self) -> None:
        """Stop reading."""
        await self._stop()

    async def _read(self, reader: ClusterShellReader, config: Config) -> None:
        found = await asyncio.to_thread(reader.read)
        for trouble in found.troubles:
            log.warning("ClusterShell's groups: %s", trouble)
        # If nothing could be read, the previous groups are better than none.
        if found.groups == self._found.groups or (found.troubles and not found.groups):
            return
        self._found, before = found, self.answer
        await self._make(config)
        if self.answer != before:
            self._tell_viewers()

    async def _make(self, config: Config) -> None:
        # 10,000 groups take a second, too long for the event loop.
        self.groups, self.answer = await asyncio.to_thread(_made, config, self._found)

    async def _stop(self) -> None:
        if self._reader is not None and self._task is not None:
            self._task.cancel()
            self._reader.stop()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None


def expand_here(config: Config, text: str) -> list[str]:
    """Return the names in a node set given to a command, with this machine's groups: @rack3,node7.

    Raises BadInput, NotFound.
    """
    if "@" not in text:
        return expand(text)
    found = ClusterShellReader().read()
    for trouble in found.troubles:
        log.warning("ClusterShell's groups: %s", trouble)
    return groups_of(config, found).expand(text)


def without_groups(config: Config, text: str) -> str:
    """Return the same node set with its groups expanded. Raises BadInput, NotFound."""
    return fold(expand_here(config, text)) if "@" in text else text


def _made(config: Config, found: Found) -> tuple[Groups, bytes]:
    groups = groups_of(config, found)
    return groups, msgspec.json.encode([GroupAnswer(group.name, group.source, fold(group.nodes)) for group in groups])


def groups_of(config: Config, found: Found) -> Groups:
    """Return the groups of config.toml, of ClusterShell and of the nodes' names."""
    # Negative, so that no number in a group's definition matches an id.
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
            *those("clustershell", _in_order(found.groups)),
            *those("names", _in_order(named_groups(hostnames).items())),
        ]
    )


def _in_order(named: Named) -> Named:
    return sorted(named, key=lambda each: _natural(each[0]))


def _natural(name: str) -> list[tuple[int, int, str]]:
    """Return a key that sorts n2 before n10."""
    return [(1, int(part), part) if part.isdecimal() else (0, 0, part) for part in _DIGITS.split(name)]
