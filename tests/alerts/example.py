"""A fake cluster: a test sets its nodes' samples and silences, and its clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from minipanel.models.alert import Bad
from minipanel.models.cluster import Cluster, PanelNow
from minipanel.models.node import Node, State, state_of
from minipanel.models.sample import Sample

START = 1_790_000_000
INTERVAL = 5


@dataclass
class FakeNode:
    """A node as the live view has it."""

    node: Node
    state: State = "never"
    newest: Sample | None = None
    last_seen: int | None = None
    heard_at: float = 0.0
    clock_skew_seconds: float | None = 0.0
    agent_version: str | None = "0.1.0"
    sensor: str | None = "coretemp"
    cpu_temp_limit: float | None = None
    throttled: int = 0
    rebooted_at: float | None = None


class FakeCluster:
    """Nodes node001 … by id. `step` lets five seconds pass, and each node that reports has a new sample."""

    def __init__(self, count: int) -> None:
        self.now = START
        self.nodes = {
            i: FakeNode(Node(i, f"node{i:03}", f"10.0.0.{i}", f"node{i:03}", True)) for i in range(1, count + 1)
        }
        self.silent: set[int] = set()
        self.racks: Mapping[int, Sequence[int]] = {}
        self.rising: dict[int, int | None] = {}
        self.complete: dict[int, float] = {}
        self.values: dict[int, dict[str, float | None]] = {}
        self.panel = PanelNow()
        self.reason = "no-answer"
        self.node_clock = 0  # seconds ahead of the panel's clock

    def step(self, **values: float | None) -> Cluster:
        """Pass five seconds and return the cluster. `values` apply to all nodes; self.values override them."""
        self.now += INTERVAL
        for node_id, each in self.nodes.items():
            if node_id in self.silent:
                continue
            each.newest = _sample(each.node, self.now + self.node_clock, {**values, **self.values.get(node_id, {})})
            each.last_seen, each.heard_at = self.now + self.node_clock, self.uptime
        for each in self.nodes.values():
            each.state = state_of(each.node.enabled, each.last_seen, self.uptime - each.heard_at, INTERVAL)
        return self.look()

    @property
    def uptime(self) -> float:
        """The monotonic clock."""
        return float(self.now - START + 1000)

    def look(self) -> Cluster:
        """Return the cluster as it is."""
        up = {node_id: each for node_id, each in self.nodes.items() if each.state == "up" and each.newest}
        down = {node_id: each for node_id, each in self.nodes.items() if each.state == "down"}
        silence = {node_id: Bad(reason=self.reason) for node_id in down}
        return Cluster(
            self.now,
            self.uptime,
            INTERVAL,
            self.nodes,
            up,
            self.panel,
            down,
            silence,
            self.rising,
            self.complete,
            self.racks,
        )


def _sample(node: Node, timestamp: int, values: Mapping[str, float | None]) -> Sample:
    whole = {"cpu_percent": 10.0, "memory_total": 1000, "memory_used": 300, "cpu_temp": 50.0} | values
    return Sample(node.hostname, timestamp, **whole)  # type: ignore[arg-type]
