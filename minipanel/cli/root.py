"""The tree of commands, and the program's exit codes. Everyday commands are at the top level, the rest in groups."""

from __future__ import annotations

import sys
from typing import Annotated, NoReturn

import typer
from typer import Option
from typer.exceptions import TyperException

from minipanel import __version__
from minipanel.cli.access import access, passwd
from minipanel.cli.agents import agents
from minipanel.cli.alerts import alerts
from minipanel.cli.archive import archive
from minipanel.cli.backup import backup
from minipanel.cli.doctor import doctor
from minipanel.cli.help import show_error
from minipanel.cli.nodes import nodes
from minipanel.cli.panel import panel, serve
from minipanel.cli.prometheus import prometheus
from minipanel.cli.restore import restore
from minipanel.cli.rollback import rollback
from minipanel.cli.rollout import rollout
from minipanel.cli.setup import setup
from minipanel.cli.status import status
from minipanel.cli.top import top
from minipanel.cli.trial import try_
from minipanel.cli.words import group
from minipanel.errors import CommandError
from minipanel.exits import DONE, explain_failures
from minipanel.translations.language import say

_TYPERS_INTERRUPTED = 130
"""What Typer returns after Ctrl-C, without a message."""

cli = group("minipanel", "Monitor the nodes of a cluster: CPU use, memory use and CPU temperature, live and over time.")


def main() -> NoReturn:
    """Run the command that the arguments name, and exit: 0 done, 1 failed, 2 bad configuration or arguments."""
    sys.exit(explain_failures(_run, say))


def _run() -> int:
    try:
        # Not standalone: exceptions pass through, and the exit code is returned; None if the command sets none.
        code = cli(prog_name="minipanel", standalone_mode=False)
    except TyperException as error:
        show_error(error)
        return error.exit_code
    except typer.Abort:  # Ctrl-D at a question
        raise CommandError("Aborted!") from None
    if code == _TYPERS_INTERRUPTED:
        raise KeyboardInterrupt
    return DONE if code is None else int(code)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        print(f"minipanel {__version__}")
        raise typer.Exit


@cli.callback()
def options(
    version: Annotated[
        bool, Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Take the options that come before any command."""


cli.command("setup")(setup)
cli.command("rollout")(rollout)
cli.command("status")(status)
cli.command("doctor")(doctor)
cli.command("top")(top)
cli.add_typer(alerts)
cli.add_typer(archive)
cli.add_typer(nodes)
cli.add_typer(agents)
cli.add_typer(access)
cli.add_typer(panel)
cli.command("backup")(backup)
cli.command("restore")(restore)
cli.command("rollback")(rollback)
cli.command("prometheus")(prometheus)
cli.command("try")(try_)

# Names of earlier releases: they still work, but no help shows them.
cli.command("serve", hidden=True)(serve)
cli.command("passwd", hidden=True)(passwd)
