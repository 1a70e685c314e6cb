"""The storm's faults, each with its end: after it all is as before. What a fault does, its docstring says."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from storm.faults import agents, ground, panel

if TYPE_CHECKING:
    from storm.cluster import Cluster

Fault = Callable[["Cluster", random.Random], None]

ALL: tuple[Fault, ...] = (*panel.ALL, *ground.ALL, *agents.ALL)
SHORT: tuple[Fault, ...] = (panel.kill, ground.cut_network, ground.fill_panel_disk)
"""For half a minute."""
