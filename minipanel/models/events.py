"""What others may listen to: samples stored or refused, what writing took, and nodes whose state has changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from minipanel.errors import PanelError
from minipanel.models.node import Node, State
from minipanel.models.sample import Sample

SamplesListener = Callable[[Node, Sequence[Sample]], None]
"""Called on the event loop after the commit with a node's samples that were stored, one at least, as they were sent."""

CommitListener = Callable[[float], None]
"""Called on the writer's thread with the seconds that a transaction took, from its begin to its commit on the disk."""

RefusalListener = Callable[[str, PanelError], None]
"""Called on the event loop with the address that samples came from and why they were refused."""


@dataclass(frozen=True, slots=True)
class StateChange:
    """A node's state was `before` and is `state` now."""

    node: Node
    before: State
    state: State


StateListener = Callable[[Sequence[StateChange]], None]
"""Called on the event loop with all that changed since the last look at the nodes, one change at least."""
