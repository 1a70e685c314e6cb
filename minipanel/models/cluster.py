"""The cluster at one moment, as the alert rules see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from minipanel.models.alert import Bad
from minipanel.models.node import Node, State

if TYPE_CHECKING:  # not at run time: the archive reads config.toml without msgspec installed
    from minipanel.models.sample import Sample


class NodeNow(Protocol):
    """What is known about one node now. Read only: it is the live view itself, as copies of 10,000 nodes cost time."""

    @property
    def node(self) -> Node:
        """The node as configured."""

    @property
    def state(self) -> State:
        """Its state at the last look."""

    @property
    def newest(self) -> Sample | None:
        """Its newest sample since the panel's start."""

    @property
    def last_seen(self) -> int | None:
        """The timestamp of its newest stored sample."""

    @property
    def heard_at(self) -> float:
        """When it was last heard from, by the uptime of the panel's machine, in seconds."""

    @property
    def clock_skew_seconds(self) -> float | None:
        """How far its clock is ahead of the panel's; negative if behind, None if unknown."""

    @property
    def agent_version(self) -> str | None:
        """The version that its agent reports."""

    @property
    def sensor(self) -> str | None:
        """The source of its temperature, None without a sensor."""

    @property
    def cpu_temp_limit(self) -> float | None:
        """The °C at which its CPU is too hot, from its kernel; None if the kernel gives no limit."""

    @property
    def throttled(self) -> int:
        """How often heat slowed its CPU down in the last minute; also 0 if its kernel does not count that."""

    @property
    def rebooted_at(self) -> float | None:
        """When it first reported another boot id, by the uptime of the panel's machine, in seconds; None if never."""


@dataclass(frozen=True, slots=True)
class PanelNow:
    """What is known about the panel itself. None: unknown, or not in use.

    `failing_seconds`: how long nothing could be stored; `late_seconds`: how long the event loop was blocked since the
    last look; `clock_step_seconds`: by how much the clock was set in the last minutes. `munge`: munged's error, None if
    it works. `disk_full_days`: until the database has filled the disk; None if it won't. `certificate_days`: until the
    certificate expires; `backup_days`: since the last good backup, if backups are made. `archive_hours`: how long
    records could not be archived, or the archive did not keep them; None without an archive. `archive_reason`: why, as
    in ArchiveState.
    """

    version: str = ""
    failing_seconds: float = 0
    late_seconds: float = 0
    clock_step_seconds: float = 0
    munge: str | None = None
    disk_free_percent: float | None = None
    disk_full_days: int | None = None
    certificate_days: float | None = None
    backup_days: float | None = None
    archive_hours: float | None = None
    archive_reason: str = ""


@dataclass(frozen=True, slots=True)
class Cluster:
    """All enabled nodes at one moment, `now` in Unix seconds, by node id.

    `up`: those that are up and have a sample; `down`: those that are down. Which nodes these are never changes. Their
    values may, while rules are checked: check each node in one go.
    """

    now: int
    uptime: float
    interval_seconds: int
    nodes: Mapping[int, NodeNow]
    up: Mapping[int, NodeNow]
    panel: PanelNow = PanelNow()
    down: Mapping[int, NodeNow] = field(default_factory=dict)
    silence: Mapping[int, Bad] = field(default_factory=dict)
    """Why nodes that are down are silent, by node id, if known."""

    rising: Mapping[int, int | None] = field(default_factory=dict)
    """When a node's memory will be full, Unix seconds, by node id. None: it does not rise. No entry: unknown."""

    complete: Mapping[int, float] = field(default_factory=dict)
    """The percentage of a node's last hour of samples that arrived, by node id, outages left out. No entry: unknown."""

    racks: Mapping[int, Sequence[int]] = field(default_factory=dict)
    """All nodes of a node's rack, by node id; nodes of one rack share one list."""
