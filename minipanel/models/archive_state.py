"""How the archive stands, for whoever shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArchiveState:
    """`differing`: how many records are read back wrong again and again. `trouble`: what the engine said last, None
    while it does what is asked; `failing_since`: from when on, Unix seconds.
    """

    differing: int = 0
    trouble: str | None = None
    failing_since: int | None = None
