"""Options that several commands share: the configuration, JSON; and how a group of commands is made."""

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
    # Whoever reads the file reports what can't be read, in a sentence; Typer would report a usage error.
    Option("--config", metavar="FILE", envvar="MINIPANEL_CONFIG", help="The panel's configuration.", readable=False),
]
SomeNodes = Annotated[str | None, Argument(metavar="NODESET", help="node[001-064], or @rack3; all nodes by default.")]
JsonOption = Annotated[bool, Option("--json", help="Print JSON.")]


class Commands(typer.Typer):
    """A group to which commands are added: each tells its help in the reader's language."""

    def command(self, name: str | None = None, **options: Any) -> Callable[[Function], Function]:
        """Return what makes a command of a function."""
        return super().command(name, cls=Command, **options)


def group(name: str, meaning: str) -> Commands:
    """Return a group of commands that shows its help when nothing is asked of it."""
    # Markup by Rich and its tracebacks would cost 50 ms at each command.
    return Commands(
        name=name,
        cls=Group,
        help=meaning,
        add_completion=False,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
