"""Columns of text on a terminal, where a Chinese character is two columns wide."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_TOKEN = re.compile(r"\s+|[（《“]?(?:[!-~]+|.)[，。；：、！？）》”…]*", re.DOTALL)
"""What stays on one line: a word, or a Chinese character with the punctuation before and after it."""

_PART = re.compile(r"[^,]*,|[^,]+")


def width(text: str) -> int:
    """Return how many columns of a terminal a text takes: a Chinese character takes two (Unicode, annex 11)."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def align(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines with their columns aligned, two spaces before each, without trailing spaces."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    return ["".join(f"  {cell}{' ' * (wide - width(cell))}" for cell, wide in zip(row, widths, strict=True)).rstrip()
            for row in rows]  # fmt: skip


def wrapped(text: str, columns: int) -> list[str]:
    """Return a text as lines of at most `columns` columns; at least one line.

    A word that is longer than a line, as a node set may be, is broken after its commas.
    """
    lines = [""]
    for token in _TOKEN.findall(text):
        for part in [token] if width(token) <= columns else _PART.findall(token):
            if lines[-1] and width(lines[-1] + part.rstrip()) > columns:
                lines.append("")
            lines[-1] += part if lines[-1] else part.lstrip()
    return [line.rstrip() for line in lines]
