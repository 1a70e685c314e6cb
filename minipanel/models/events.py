"""Events to listen to: samples stored or refused, how long a commit took, and changes of nodes' states."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from minipanel.errors import PanelError
from minipanel.models.node import Node, State
from minipanel.models.sample import Sample

SamplesListener = Callable[[Node, Sequence[Sample]], None]
"""Called on the event loop after the commit, with the samples of a node that were stored: at least one, unchanged."""

CommitListener = Callable[[float], None]
"""Called on the writer's thread, with the seconds from a transaction's begin to its commit on the disk."""

RefusalListener = Callable[[str, PanelError], None]
"""Called on the event loop, with the address that sent refused samples and the reason."""


@dataclass(frozen=True, slots=True)
class StateChange:
    """A node's state changed from `before` to `state`."""

    node: Node
    before: State
    state: State


StateListener = Callable[[Sequence[StateChange]], None]
"""Called on the event loop, with all changes since the last look at the nodes: at least one."""
