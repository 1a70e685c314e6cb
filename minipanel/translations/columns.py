"""Columns of text on a terminal, where Chinese characters are as wide as two others."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes: Chinese characters take two (Unicode, annex 11)."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def align(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines with their columns aligned, two spaces before each, without trailing spaces."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    return ["".join(f"  {cell}{' ' * (wide - width(cell))}" for cell, wide in zip(row, widths, strict=True)).rstrip()
            for row in rows]  # fmt: skip
