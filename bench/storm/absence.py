"""Two agents that are away for over a minute, each for a different reason, which the panel must name afterwards."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storm.cluster import Cluster
    from storm.nodes import Node

AWAY_SECONDS = 80.0
NOTED_SECONDS = 150.0
"""The panel stores agents' starts every 30 s, unless it is away or can't write."""

REASONS = ("node_away", "agent_stopped")


class Absence:
    """Shields the first two nodes with real agents from faults, and takes them away once."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._nodes = cluster.nodes[:2]
        cluster.nodes = cluster.nodes[2:]
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        # What a killed panel has not written, agents report again, but not an agent that has ended by then.
        self._wait_until_noted(1)
        for node in self._nodes:
            node.end()
        self._nodes[0].world.boot()
        time.sleep(AWAY_SECONDS)
        # A start that is reported while the panel's clock is two minutes behind explains no gap.
        with self._cluster.right_time:
            for node in self._nodes:
                node.start()
            self._wait_until_noted(2)

    def end(self) -> list[str]:
        """Wait until they are back, and return a sentence for each whose gap has a wrong reason."""
        self._thread.join()
        self._cluster.nodes = [*self._nodes, *self._cluster.nodes]
        faults = []
        for node, reason in zip(self._nodes, REASONS, strict=True):
            found = [gap["reason"] for gap in self._cluster.gaps(node.name)]
            if found != [reason]:
                faults.append(f"{node.name} has gaps of {found}; it must be one of {reason}")
        return faults

    def _wait_until_noted(self, starts: int) -> None:
        end = time.monotonic() + NOTED_SECONDS
        while any(self._noted(node) < starts for node in self._nodes) and time.monotonic() < end:
            time.sleep(1)

    def _noted(self, node: Node) -> int:
        """Return how many starts of a node's agent the database has."""
        place = f"file:{self._cluster.database}?mode=ro"
        count = "SELECT count(*) FROM agent_starts JOIN nodes ON nodes.id = node_id WHERE hostname = ?"
        with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(place, uri=True)) as database:
            return int(database.execute(count, (node.name,)).fetchone()[0])
        return 0
