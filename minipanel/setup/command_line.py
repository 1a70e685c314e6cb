"""`minipanel setup` after its arguments were read."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from minipanel.errors import CommandError
from minipanel.exits import DONE
from minipanel.setup.change.uninstall import uninstall
from minipanel.setup.look.network import read_own_network
from minipanel.setup.request import Request
from minipanel.setup.run import RollOut, set_up
from minipanel.setup.screen import Screen
from minipanel.setup.signals import end_in_order
from minipanel.setup.system import System
from minipanel.translations.language import translator


def run_setup(request: Request, is_purge: bool, roll_out: RollOut) -> int:
    """Install the panel, upgrade it or change its settings. `roll_out` installs the agents on the nodes.

    Returns the exit code. After CommandError or ConfigError, nothing was changed or the previous state runs again.
    """
    screen = _screen(request.is_guided)
    if is_purge:
        raise CommandError(screen.t("--purge needs --uninstall."))
    if screen.is_guided and not sys.stdin.isatty():
        raise CommandError(screen.t("There is no terminal for the questions: answer with options, and add --yes."))
    system = System(user_id=os.geteuid())
    return set_up(request, system, screen, read_own_network(system), roll_out)


def run_uninstall(is_agreed: bool, is_purge: bool, strays: Sequence[str]) -> int:
    """Remove the panel. Returns the exit code. `strays`: other options that were given, and would have no effect."""
    screen = _screen(is_guided=not is_agreed and sys.stdin.isatty())
    if strays:
        raise CommandError(screen.t("{option} can't be used with --uninstall.", option=strays[0]))
    uninstall(System(user_id=os.geteuid()), screen, is_purge)
    return DONE


def _screen(is_guided: bool) -> Screen:
    """Return the screen.

    Also make new files readable for the service, whatever root's umask, and signals end work cleanly.
    """
    os.umask(0o022)
    end_in_order()
    return Screen(translator(), is_guided)
