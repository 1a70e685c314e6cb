"""How the archive stands, for whoever shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ENGINE: Final = "engine"
DIFFERING: Final = "differing"
RETENTION: Final = "retention"


@dataclass(frozen=True, slots=True)
class ArchiveState:
    """`trouble`: a sentence about what is wrong, None while nothing is; `failing_since`: from when on, Unix seconds.

    `reason`: ENGINE, it does not do what it is asked; DIFFERING, it does not keep what it is sent; RETENTION, it keeps
    it for too short a time.
    """

    trouble: str | None = None
    reason: str = ""
    failing_since: int | None = None
