"""A line of the screen: pieces of text, each with the name of its style; paint.py knows what a style looks like."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len, set_cell_size

Piece = tuple[str, str]
"""The text, and the name of its style, "" for none."""

Line = Sequence[Piece]


def plain(line: Line) -> str:
    """Return the text alone."""
    return "".join(text for text, _ in line)


def width_of(line: Line) -> int:
    """Return how many columns of a terminal a line takes: Chinese characters take two."""
    return sum(cell_len(text) for text, _ in line)


def fitted(line: Line, width: int) -> list[Piece]:
    """Return the line in exactly so many columns, cut or filled."""
    pieces: list[Piece] = []
    left = width
    for text, style in line:
        wide = cell_len(text)
        if wide > left:
            pieces.append((set_cell_size(text, left), style))
            return pieces
        pieces.append((text, style))
        left -= wide
    return [*pieces, (" " * left, "")] if left else pieces


def at_both_ends(left: Line, right: Line, width: int) -> list[Piece]:
    """Return a line with one part at its left end and one at its right, which goes first where both don't fit."""
    room = width - width_of(right) - 1
    return [*fitted(left, room), (" ", ""), *right] if room > 0 else fitted(right, width)


def beside(columns: Iterable[Line], gap: int) -> list[Piece]:
    """Return lines beside each other, so many columns apart."""
    joined: list[Piece] = []
    for line in columns:
        if joined:
            joined.append((" " * gap, ""))
        joined += line
    return joined


def padded(text: str, width: int) -> str:
    """Return the text in so many columns, cut or filled."""
    return set_cell_size(text, width)


def right(text: str, width: int) -> str:
    """Return the text at the right end of so many columns."""
    return " " * (width - cell_len(text)) + text if cell_len(text) < width else set_cell_size(text, width)
