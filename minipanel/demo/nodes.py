"""The simulated cluster: its nodes in racks, and what each node measures at any time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from heapq import merge
from operator import attrgetter
from typing import Final

from minipanel.config import NodeConfig
from minipanel.demo.jobs import jobs
from minipanel.demo.stories import Story, happening, planted
from minipanel.models.hour import DAY_SECONDS
from minipanel.models.record import RECORD_SECONDS
from minipanel.models.span import Span
from minipanel.services.demo_config import demo_address

PAST_DAYS: Final = 31
"""One day more than the month on the page."""

RACKS: Final = 10
RACK_NODES: Final = 20
"""Nodes per rack in a cluster of 200 nodes or more. A smaller cluster has RACKS racks if it has enough nodes."""

WITHOUT_SENSOR: Final = 67
"""Each node whose number is a multiple of this has no temperature."""


def racks(count: int, nodes: int) -> list[str]:
    """racks(2, 3) -> r01n01, r01n02, r01n03, r02n01, r02n02, r02n03"""
    digits = max(2, len(str(count)))
    return [f"r{rack:0{digits}}n{node:02}" for rack in range(1, count + 1) for node in range(1, nodes + 1)]


@dataclass(frozen=True)
class SimulatedNodes:
    """A cluster of `count` nodes. `since`: when its stories were planted, Unix seconds, a multiple of 300."""

    count: int
    since: int

    @property
    def begin(self) -> int:
        """When the past begins, Unix seconds."""
        return self.since - PAST_DAYS * DAY_SECONDS

    @property
    def rack_nodes(self) -> int:
        """How many nodes a rack has; the last one may have fewer."""
        return min(RACK_NODES, max(2, self.count // RACKS))

    @cached_property
    def names(self) -> list[str]:
        """The hostnames, by index."""
        return racks(-(-self.count // self.rack_nodes), self.rack_nodes)[: self.count]

    @cached_property
    def stories(self) -> dict[str, Story]:
        """What happens to which nodes, by name."""
        return planted(self.count, self.rack_nodes, self.since)

    def configured(self) -> list[NodeConfig]:
        """Return the nodes as config.toml lists them."""
        return [NodeConfig(name, demo_address(place), name) for place, name in enumerate(self.names)]

    def named(self, story: str) -> list[str]:
        """Return the hostnames of the nodes of a story."""
        return [self.names[place] for place in self.stories[story].places]

    def has_sensor(self, place: int) -> bool:
        """Return whether a node measures its temperature."""
        return (place + 1) % WITHOUT_SENSOR != 0

    def spans(self, place: int, begin: int | None = None) -> Iterator[Span]:
        """Yield what a node does, from the beginning of its past or from a later time, without end.

        In the gaps between spans it does not report. The result is always the same for the same cluster.
        """
        taken = happening(self.stories, place)
        last = next((each.begin for each in taken if each.is_endless), None)
        usual = (
            piece
            for job in jobs(place, self.begin, last, self.has_sensor(place))
            for piece in job.outside([(each.begin, each.end) for each in taken])
        )
        planted_spans = (each.span for each in taken if each.span is not None)
        for span in merge(usual, planted_spans, key=attrgetter("begin")):
            if begin is None or span.end > begin:
                yield span


def whole(timestamp: float) -> int:
    """Return the last end of a record at or before this time."""
    return int(timestamp) // RECORD_SECONDS * RECORD_SECONDS
