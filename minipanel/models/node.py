"""A node of the cluster, and the states it can be in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["up", "down", "never", "disabled"]

UP_SECONDS = 15
"""A node is up while its newest sample is at most this old."""


@dataclass(frozen=True, slots=True)
class Node:
    """One row of the table `nodes`. `hostname` is what the agent calls itself, `name` what people read."""

    id: int
    name: str
    ip: str
    hostname: str
    enabled: bool
