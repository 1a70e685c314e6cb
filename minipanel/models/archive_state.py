"""How the archive stands, for whoever shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArchiveState:
    """`waiting`: records that are not known to be at the engine. `oldest`: the time of the oldest of them.

    `differing`: read back wrong again and again. `trouble`: what the engine said last, None while it does what is
    asked; `failing_since`: from when on, Unix seconds.
    """

    waiting: int = 0
    oldest: int | None = None
    differing: int = 0
    trouble: str | None = None
    failing_since: int | None = None
