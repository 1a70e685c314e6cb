"""Where an answer about the past comes from; only told where there is an archive."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Origin = Literal["database", "archive", "both"]


class Unread(Struct):
    """What there may be up to `until` (Unix seconds) could not be read from the archive, and why."""

    until: int
    why: str
