"""The demo for tests and pictures: only its simulated nodes, without this machine, whose name should not be shown."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from minipanel.config.template import render_config
from minipanel.demo.nodes import SimulatedNodes, whole
from minipanel.demo.past import write_past
from minipanel.sections import load_config
from minipanel.trial.demo import demo_text
from tests.e2e.fleet import Fleet, configured
from tests.ports import free_port


@dataclass(frozen=True)
class Demo:
    """The running panel, and the stories planted in it."""

    fleet: Fleet
    nodes: SimulatedNodes

    def places(self, *stories: str) -> set[int]:
        """Return the nodes of these stories, as places counted from 0."""
        return {place for story in stories for place in self.nodes.stories[story].places}


@contextlib.contextmanager
def running_demo(folder: Path, count: int, recent: int | None = None) -> Iterator[Demo]:
    """Run a panel with this many simulated nodes, which report while the block runs. `recent`: see write_past."""
    nodes = SimulatedNodes(count, whole(time.time()))
    config = replace(configured(folder, [], free_port()), nodes=tuple(nodes.configured()))
    config.path.write_text(render_config(config) + demo_text(count, nodes.since), encoding="utf-8")
    write_past(config, nodes, recent)
    fleet = Fleet(load_config(config.path), nodes.names)
    try:
        fleet.start_panel()
        reporting = subprocess.Popen([sys.executable, "-m", "minipanel.trial.demo_nodes", "--config", str(config.path)])
        try:
            yield Demo(fleet, nodes)
        finally:
            reporting.terminate()
            reporting.wait(timeout=30)
    finally:
        fleet.stop_panel()
