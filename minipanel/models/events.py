"""What the rooms above may listen to: samples that were stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from minipanel.models.node import Node
from minipanel.models.sample import Sample

SamplesListener = Callable[[Node, Sequence[Sample]], None]
"""Called on the event loop after the commit with a node's samples that were stored, one at least, as they were sent."""
