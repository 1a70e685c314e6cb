"""The archive's state, for the page, commands and alerts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ENGINE: Final = "engine"
DIFFERING: Final = "differing"
RETENTION: Final = "retention"


@dataclass(frozen=True, slots=True)
class ArchiveState:
    """`trouble`: a sentence about what is wrong, None if all is well; `failing_since`: since when, Unix seconds.

    `reason`: ENGINE (requests to it fail), DIFFERING (it does not keep what it is sent) or RETENTION (it keeps it for
    too short a time).
    """

    trouble: str | None = None
    reason: str = ""
    failing_since: int | None = None
