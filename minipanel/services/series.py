"""The series for Prometheus, in families: every node's newest values, and the panel's own counters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import compress
from operator import attrgetter
from typing import Final, get_args

from minipanel import __version__
from minipanel.models.metrics import VALUES, Value
from minipanel.models.node import State
from minipanel.models.sample import Sample
from minipanel.services.counters import COMMIT_BOUNDS, Counters
from minipanel.services.exposition import Family, histogram, info, labelled, one, several
from minipanel.services.live import Seen

UNITS: Final = {"%": ("ratio", 100), "bytes": ("bytes", 1), "°C": ("celsius", 1)}
"""Prometheus' names for the units, and the divisor of a value."""


def node_families(nodes: Sequence[Seen]) -> Iterator[Family]:
    """Yield the nodes' families. Nodes that are not up have no values, so their series end at once."""
    yield _states(nodes)
    enabled = [node for node in nodes if node.state != "disabled"]
    names = [labelled(node=node.hostname) for node in enabled]
    is_up = [int(node.state == "up") for node in enabled]
    yield several("minipanel_node_up", "gauge", "1 while the node is up, 0 while it is not.", names, is_up)
    times = [node.last_seen for node in enabled]
    about = "When the node's newest sample was measured, by its own clock; also while the node is down."
    yield several("minipanel_node_last_sample_timestamp_seconds", "gauge", about, names, times, "seconds")
    up = [node for node in enabled if node.state == "up"]
    names = [*compress(names, is_up)]
    samples = [node.newest for node in up]
    for value in VALUES:
        yield _measured(value, names, samples)
    skews = [node.clock_skew_seconds for node in up]
    about = "How far the node's clock is ahead of the panel's."
    yield several("minipanel_node_clock_skew_seconds", "gauge", about, names, skews, "seconds")
    about = "The node's name, the version of its agent, and the sensor of its temperature."
    yield info("minipanel_node", about, map(_about, up))


def panel_families(counters: Counters, waiting_samples: int, database_bytes: int) -> Iterator[Family]:
    """Yield the panel's own counters."""
    yield info("minipanel_build", "The panel's version.", [labelled(version=__version__)])
    yield one("minipanel_samples_stored", "counter", "Samples that were stored.", counters.samples_stored)
    refused = "Requests with samples that were refused."
    reasons = [labelled(reason=reason) for reason in counters.refused]
    yield several("minipanel_requests_refused", "counter", refused, reasons, counters.refused.values())
    yield histogram(
        "minipanel_commit_duration_seconds",
        "How long transactions of the database took, from begin to commit.",
        "seconds",
        COMMIT_BOUNDS,
        counters.commits,
        counters.commit_seconds,
    )
    yield one("minipanel_queue_samples", "gauge", "Samples that wait for their commit.", waiting_samples)
    yield one("minipanel_database_bytes", "gauge", "Size of the database's files.", database_bytes, "bytes")


def _states(nodes: Sequence[Seen]) -> Family:
    counts = Counter([node.state for node in nodes])
    states = get_args(State)
    labels = [labelled(state=state) for state in states]
    return several("minipanel_nodes", "gauge", "Nodes in each state.", labels, [counts[state] for state in states])


def _measured(value: Value, names: Sequence[str], samples: Sequence[Sample | None]) -> Family:
    unit, divisor = UNITS.get(value.unit, ("", 1))
    name = f"minipanel_node_{value.stem}_{unit}".rstrip("_")
    meaning = f": {value.meaning}" if value.meaning else ""
    of: Callable[[Sample], float | None] = attrgetter(value.name)
    values = [None if sample is None else of(sample) for sample in samples]
    if divisor != 1:
        values = [None if number is None else number / divisor for number in values]
    return several(name, "gauge", f"{value.name} of the node's newest sample{meaning}.", names, values, unit)


def _about(node: Seen) -> str:
    # To Prometheus, an empty label is the same as none.
    return labelled(node=node.hostname, name=node.name, version=node.agent_version or "", sensor=node.sensor or "")
