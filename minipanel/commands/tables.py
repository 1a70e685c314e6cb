"""Tables on stdout: drawn on a terminal, plain and aligned for everything else."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from minipanel.models.quote import escape
from minipanel.translations.columns import align

CELL_CHARACTERS = 1000


def show_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under their titles, with control characters escaped."""
    rows = [[escape(cell, CELL_CHARACTERS) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _draw(titles, rows)
    else:
        print("\n".join(plain_lines([titles, *rows])))


def plain_lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines with their columns aligned, two spaces apart, without trailing spaces."""
    return [line.removeprefix("  ") for line in align(rows)]


def _draw(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(*titles, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*row)
    # Names are shown as they are: their brackets are not markup.
    Console(markup=False, highlight=False).print(table)
