"""What a visit of a node asks the engine for, and what the engine answers."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Literal

from minipanel.rollout.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Step:
    """A shell command on the node or on this machine, its stdin, and the time that it may take."""

    name: str
    command: str
    stdin: bytes = b""
    seconds: float = 30
    place: Literal["node", "here"] = "node"


@dataclass(frozen=True, slots=True)
class Answer:
    """A step's result. `code` is None if the step took too long and was ended."""

    code: int | None
    stdout: str
    stderr: str
    seconds: float = 0.0
    """How long the step took."""
    ended_at: float = 0.0
    """When the step ended, in Unix seconds by this machine's clock."""


@dataclass(frozen=True, slots=True)
class FirstSample:
    """Wait at most `seconds` for a sample at the panel newer than `after`, in Unix seconds by the node's own clock."""

    after: int
    seconds: float


Visit = Generator[Step | FirstSample, Answer, Outcome]
"""The work on one node. The answer to FirstSample has code 0 if the sample came, None if it did not."""
