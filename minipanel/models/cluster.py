"""The cluster at one moment, as rules look at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from minipanel.models.alert import Bad
from minipanel.models.node import Node, State

if TYPE_CHECKING:  # not when it runs: the archive reads config.toml where no msgspec is installed
    from minipanel.models.sample import Sample


class NodeNow(Protocol):
    """What is known of one node now. Read only: it is the live view itself, for copies of 10,000 would cost."""

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
        """When it was heard of last, by the uptime of the panel's machine."""

    @property
    def clock_skew_seconds(self) -> float | None:
        """How far its clock is ahead of the panel's."""

    @property
    def agent_version(self) -> str | None:
        """As its agent says."""

    @property
    def sensor(self) -> str | None:
        """What its temperature comes from."""

    @property
    def cpu_temp_limit(self) -> float | None:
        """At how many °C that is too hot, by its kernel; None if it does not say."""

    @property
    def throttled(self) -> int:
        """How often heat slowed its CPU down in the last minute; 0 also where its kernel does not count that."""

    @property
    def rebooted_at(self) -> float | None:
        """When it was first heard of with another boot id, by the uptime of the panel's machine; None: never."""


@dataclass(frozen=True, slots=True)
class PanelNow:
    """What is known of the panel itself. None: not known, or nothing of the kind is there.

    `failing_seconds`: for how long nothing could be stored; `late_seconds`: how long its event loop stood still since
    the last look; `clock_step_seconds`: by how much its clock was set in the last minutes. `munge`: what munged
    says instead of doing its work. `disk_full_days`: until the disk is full, as the database grows; None: it won't be.
    `certificate_days`: until its certificate ends; `backup_days`: since the last good backup, where they are made.
    `archive_hours`: for how long records can't be archived, or are not kept there; None if there is no archive.
    `archive_reason`: why, as in ArchiveState.
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
    """All enabled nodes at one moment. `up`: those that are up and have a sample, by node id."""

    now: int
    uptime: float
    interval_seconds: int
    nodes: Mapping[int, NodeNow]
    up: Mapping[int, NodeNow]
    panel: PanelNow = PanelNow()
    silence: Mapping[int, Bad] = field(default_factory=dict)
    """Why nodes that are down are silent, as far as it is known, by node id."""

    rising: Mapping[int, int | None] = field(default_factory=dict)
    """When a node's memory will be full, Unix seconds; None: it does not rise; not in it: that is not known."""

    complete: Mapping[int, float] = field(default_factory=dict)
    """How many percent of its last hour's samples are there, outages apart; not in it: that is not known."""

    racks: Mapping[int, Sequence[int]] = field(default_factory=dict)
    """The nodes of a node's rack, itself among them, by its id; nodes of one rack have the same list."""
