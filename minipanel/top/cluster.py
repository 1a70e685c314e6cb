"""What is known about the cluster from the panel's events. Nothing here reads or draws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from minipanel.models.answers import Realtime, RealtimeNode
from minipanel.models.metrics import METRICS, Metric
from minipanel.models.node import State
from minipanel.top.choosing import Groups
from minipanel.top.order import in_order_of_names, value_of

STATES: tuple[State, ...] = ("up", "down", "never", "disabled")


@dataclass(frozen=True)
class Cluster:
    """All nodes, in the order of their names. `timestamp`: the panel's time of the newest event, Unix seconds.

    `generation` changes with the list of nodes, but not with their values. `groups`: as `chooser` takes them.
    """

    nodes: Sequence[RealtimeNode] = ()
    timestamp: int = 0
    interval: int = 5
    generation: int = 0
    places: dict[int, int] = field(default_factory=dict)
    groups: Groups = field(default_factory=dict)


def with_snapshot(cluster: Cluster, realtime: Realtime) -> Cluster:
    """Return the cluster with the nodes of a snapshot."""
    nodes = in_order_of_names(realtime.nodes)
    is_same = [(node.id, node.name) for node in nodes] == [(node.id, node.name) for node in cluster.nodes]
    return Cluster(
        nodes,
        realtime.timestamp,
        realtime.interval,
        cluster.generation + (not is_same),
        {node.id: place for place, node in enumerate(nodes)},
        cluster.groups,
    )


def with_samples(cluster: Cluster, realtime: Realtime) -> Cluster:
    """Return the cluster with the changed nodes of an event."""
    nodes = list(cluster.nodes)
    for node in realtime.nodes:
        place = cluster.places.get(node.id)
        if place is not None:
            nodes[place] = node
    return replace(cluster, nodes=nodes, timestamp=realtime.timestamp, interval=realtime.interval)


@dataclass(frozen=True)
class MetricSummary:
    """A metric over the nodes that are up. `mean` is None if a mean over nodes has no meaning."""

    metric: Metric
    mean: float | None
    highest: float | None
    highest_name: str


@dataclass(frozen=True)
class Summary:
    """How many nodes are in each state, and each metric over the nodes that are up."""

    counts: dict[State, int]
    metrics: tuple[MetricSummary, ...]


def summed_up(nodes: Sequence[RealtimeNode]) -> Summary:
    """Return the summary of these nodes. Only the values of nodes that are up count: the others are old."""
    found = Counter(node.state for node in nodes)
    up = [node for node in nodes if node.state == "up"]
    return Summary({state: found[state] for state in STATES}, tuple(_metric_summary(up, metric) for metric in METRICS))


def _metric_summary(up: Sequence[RealtimeNode], metric: Metric) -> MetricSummary:
    known = [(value, node.name) for node in up if (value := value_of(node, metric)) is not None]
    if not known:
        return MetricSummary(metric, None, None, "")
    highest, name = max(known, key=lambda pair: pair[0])
    return MetricSummary(metric, _mean(up, metric, known), highest, name)


def _mean(up: Sequence[RealtimeNode], metric: Metric, known: Sequence[tuple[float, str]]) -> float | None:
    if metric.of_total is not None:
        # The share of all memory, as on the page: nodes differ in size.
        total = sum(getattr(node, metric.of_total) or 0 for node in up)
        return 100 * sum(getattr(node, metric.name) or 0 for node in up) / total if total else None
    return sum(value for value, _ in known) / len(known) if metric.averages_over_nodes else None
