"""What a visit of a node asks for, and what it gets back: the engine does the first and gives the second."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Literal

from minipanel.rollout.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Step:
    """A shell command, on the node or on this machine, with what it reads on stdin and the time it may take."""

    name: str
    command: str
    stdin: bytes = b""
    seconds: float = 30
    place: Literal["node", "here"] = "node"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a step gave. `code` is None when it took too long and was ended."""

    code: int | None
    stdout: str
    stderr: str
    seconds: float = 0.0
    """How long it took."""
    ended_at: float = 0.0
    """When it ended: Unix seconds of this machine."""


@dataclass(frozen=True, slots=True)
class FirstSample:
    """Wait until the panel has stored a sample of the node newer than `after`, which is by the node's own clock."""

    after: int
    seconds: float


Visit = Generator[Step | FirstSample, Answer, Outcome]
"""The work on one node. A FirstSample is answered with code 0 when it came, None when it did not."""
