"""Options that several commands share, such as --config and --json; and what makes a group of commands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from typer import Argument, Option

from minipanel.cli.help import Command, Group

Function = TypeVar("Function", bound=Callable[..., Any])

ConfigOption = Annotated[
    Path,
    # An unreadable file is reported in a sentence by what reads it; Typer would report a usage error.
    Option("--config", metavar="FILE", envvar="MINIPANEL_CONFIG", help="The panel's configuration.", readable=False),
]
SomeNodes = Annotated[str | None, Argument(metavar="NODESET", help="node[001-064], or @rack3; all nodes by default.")]
JsonOption = Annotated[bool, Option("--json", help="Print JSON.")]


class Commands(typer.Typer):
    """A group of commands, each with its help in the reader's language."""

    def command(self, name: str | None = None, **options: Any) -> Callable[[Function], Function]:
        """Return a decorator that makes a command of a function."""
        return super().command(name, cls=Command, **options)


def group(name: str, meaning: str) -> Commands:
    """Return a group of commands; called without a command, it shows its help."""
    # Rich's markup and tracebacks would cost each command 50 ms.
    return Commands(
        name=name,
        cls=Group,
        help=meaning,
        add_completion=False,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
