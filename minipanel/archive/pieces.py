"""Splits rows into pieces, so that no transaction or query makes others wait too long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def pieces(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield the rows in order, `size` at a time."""
    return (rows[start : start + size] for start in range(0, len(rows), size))
