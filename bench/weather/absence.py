"""Two agents that are away for longer than a minute, each for another reason, which the panel must tell afterwards."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from weather.cluster import Cluster

FIRST_SECONDS = 20.0
AWAY_SECONDS = 80.0
NOTED_SECONDS = 35.0
"""The panel writes each 30 s what it heard of agents' starts."""

REASONS = ("node_away", "agent_stopped")


class Absence:
    """Takes the first two nodes with real agents out of the reach of faults, and has them away once."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._nodes = cluster.nodes[:2]
        cluster.nodes = cluster.nodes[2:]
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        time.sleep(FIRST_SECONDS)
        for node in self._nodes:
            node.end()
        self._cluster.world.boot(self._nodes[0].name)
        time.sleep(AWAY_SECONDS)
        for node in self._nodes:
            node.start()

    def end(self) -> list[str]:
        """Wait until they are back, and return a sentence for each whose gap has a wrong reason."""
        self._thread.join()
        self._cluster.nodes = [*self._nodes, *self._cluster.nodes]
        time.sleep(NOTED_SECONDS)
        faults = []
        for node, reason in zip(self._nodes, REASONS, strict=True):
            found = [gap["reason"] for gap in self._cluster.gaps(node.name)]
            if found != [reason]:
                faults.append(f"{node.name} has gaps of {found}; it must be one of {reason}")
        return faults
