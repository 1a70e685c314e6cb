"""Lines of the screen: pieces of text, each with the name of its style. paint.py knows how a style looks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len, set_cell_size

Piece = tuple[str, str]
"""A text, and the name of its style, "" for none."""

Line = Sequence[Piece]


def plain(line: Line) -> str:
    """Return the line's text without styles."""
    return "".join(text for text, _ in line)


def width_of(line: Line) -> int:
    """Return how many columns of a terminal a line takes. A Chinese character takes two."""
    return sum(cell_len(text) for text, _ in line)


def fitted(line: Line, width: int) -> list[Piece]:
    """Return the line cut or padded to exactly `width` columns."""
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
    """Return a line with one part at each end. If they don't fit, the left part is cut first."""
    room = width - width_of(right) - 1
    return [*fitted(left, room), (" ", ""), *right] if room > 0 else fitted(right, width)


def beside(columns: Iterable[Line], gap: int) -> list[Piece]:
    """Return lines joined side by side, `gap` columns apart."""
    joined: list[Piece] = []
    for line in columns:
        if joined:
            joined.append((" " * gap, ""))
        joined += line
    return joined


def padded(text: str, width: int) -> str:
    """Return the text left-aligned in `width` columns, cut or padded."""
    return set_cell_size(text, width)


def right(text: str, width: int) -> str:
    """Return the text right-aligned in `width` columns, cut or padded."""
    return " " * (width - cell_len(text)) + text if cell_len(text) < width else set_cell_size(text, width)
