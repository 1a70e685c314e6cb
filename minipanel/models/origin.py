"""Where an answer about the past was read from. Answers have this only if there is an archive."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Origin = Literal["database", "archive", "both"]


class Unread(Struct):
    """The archive's part of the answer, up to `until` (Unix seconds), could not be read. `why`: a sentence."""

    until: int
    why: str
