"""The storm's faults. Each ends on its own, and then all is as before. The docstring of a fault says what it does."""

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
