"""`minipanel access`: who may see the page."""

from __future__ import annotations

from typing import Annotated

from typer import Option

from minipanel.cli.words import ConfigOption, group
from minipanel.commands.password import change_password
from minipanel.config.values import DEFAULT_PATH

access = group("access", "Who may see the page.")


@access.command("passwd")
def passwd(
    config: ConfigOption = DEFAULT_PATH,
    stdin: Annotated[bool, Option("--stdin", help="Read the password from standard input.")] = False,
) -> None:
    """Set the password of the page's account. Ends all sessions."""
    change_password(config, from_stdin=stdin)
