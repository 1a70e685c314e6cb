"""What several commands are told in the same words: the configuration, JSON; and how a group of commands is made."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Option

ConfigOption = Annotated[
    Path, Option("--config", metavar="FILE", envvar="MINIPANEL_CONFIG", help="The panel's configuration.")
]
JsonOption = Annotated[bool, Option("--json", help="Print JSON.")]


def group(name: str, meaning: str) -> typer.Typer:
    """Return a group of commands that shows its help when nothing is asked of it."""
    # Markup by Rich and its tracebacks would cost 50 ms at each command.
    return typer.Typer(
        name=name,
        help=meaning,
        add_completion=False,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
