"""One set-up from its first look to its last screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from minipanel import __version__
from minipanel.config import Config
from minipanel.database.newest import heard_by_hostname
from minipanel.errors import CommandError, DatabaseError, PanelError
from minipanel.exits import DONE, FAILED
from minipanel.machine.uptime import this_moment
from minipanel.setup.alert_mail import send_test_message
from minipanel.setup.alone import alone
from minipanel.setup.ask.answers import Answers
from minipanel.setup.ask.present import Change, change_table, changes, present_answers, warnings
from minipanel.setup.ask.questions import PORT, parse_port
from minipanel.setup.ask.wizard import NOTHING_ANSWERED, ask_changes, ask_everything, summary
from minipanel.setup.change.configuration import installed_config, is_unfinished
from minipanel.setup.change.install import install
from minipanel.setup.change.release import current_release, own_release
from minipanel.setup.last_screen import Done, last_screen
from minipanel.setup.look.check import must_be_fixed, table
from minipanel.setup.look.machine import look_around
from minipanel.setup.look.network import OwnNetwork
from minipanel.setup.request import Request
from minipanel.setup.screen import Screen
from minipanel.setup.system import System

RollOut = Callable[[Path], int]
"""Installs the agent on all nodes of this config.toml and shows the progress. Returns 0 if all of them report."""


def set_up(request: Request, system: System, screen: Screen, network: OwnNetwork, roll_out: RollOut) -> int:
    """Look, ask, install or change, roll out. Returns the exit code: 0 only if all nodes report.

    After CommandError or ConfigError, nothing was changed or the previous state runs again.
    """
    t = screen.t
    release = own_release(system)
    screen.say(t("MiniPanel {version}: the set-up on {hostname}", version=__version__, hostname=network.hostname))
    # Only root can read it; the checks say so to anybody else.
    there = installed_config(system) if system.user_id == 0 else None
    before = None if there is None or is_unfinished(system) else there
    _look(request, there, before is not None, system, screen)
    with alone(system, t):
        return _change(request, there, before, release, system, screen, network, roll_out)


def _change(
    request: Request, there: Config | None, before: Config | None, release: Path, system: System, screen: Screen,
    network: OwnNetwork, roll_out: RollOut,
) -> int:  # fmt: skip
    """Ask, install or change, roll out. `before`: None in a first installation; `there` may be what is left of one."""
    t = screen.t
    is_same = current_release(system) == release
    if before is None:
        proposed = NOTHING_ANSWERED if there is None else present_answers(there)
        if there is not None:
            screen.say(
                "",
                t("The first installation was interrupted. It continues now, with your earlier answers as defaults."),
            )
        answers = ask_everything(screen, request, system, network, proposed)
        screen.title(t("Ready to install"))
        screen.say(*summary(answers, screen))
        changed: list[Change] = []
    else:
        answers, changed = _changes(request, before, system, screen, network)
    if not screen.confirm(t("Change this now?") if is_same and changed else t("Install now?")):
        raise CommandError(t("Nothing was changed."))
    screen.title(t("Changing settings") if is_same and changed else t("Installation"))
    config = install(answers, release, system, screen)
    is_mail_taken = None
    if answers.mail and (before is None or answers.mail != present_answers(before).mail):
        is_mail_taken = send_test_message(config, screen)
    is_rolled_out = None
    is_agents = not is_same or not changed or any(change.is_agents for change in changed)
    if request.roll_out and is_agents:
        screen.title(t("Roll-out of the agents"))
        is_rolled_out = _roll_out(roll_out, config, screen)
    screen.title(t("Done"))
    done = Done(config, answers, changed, before, is_agents, is_rolled_out, _reported(config, system), is_mail_taken)
    screen.say(*last_screen(done, screen))
    return FAILED if is_rolled_out is False else DONE


def _look(request: Request, there: Config | None, is_installed: bool, system: System, screen: Screen) -> None:
    """Show the findings. Raises CommandError if something must be fixed first."""
    t = screen.t
    screen.title(t("This machine"))
    port = PORT if there is None else there.server.port
    if request.port is not None and not is_installed:  # an installed panel's port is checked when it is asked for
        port = parse_port(request.port, screen)
    is_port_asked = not is_installed and screen.is_guided and request.port is None
    auth = request.auth or ("munge" if there is None else there.agents.auth)
    checks = look_around(system, t, port, is_port_asked, auth == "munge")
    screen.say(*table(checks, t))
    if must_be_fixed(checks):
        raise CommandError("\n" + t("Nothing was changed. Fix what must be fixed, then start the set-up again."))


def _changes(
    request: Request, before: Config, system: System, screen: Screen, network: OwnNetwork
) -> tuple[Answers, list[Change]]:
    """Return the new settings of the installed panel, and show how they differ from the present ones."""
    t = screen.t
    present = present_answers(before)
    answers = ask_changes(screen, request, system, network, present, before.admin.password_hash)
    changed = changes(present, answers, t)
    if changed:
        screen.title(t("Changes"))
        screen.say(*change_table(changed))
        screen.say(*warnings(present, answers, network.addresses, t))
    else:
        screen.say("", t("{path} exists: configuration, account and data stay as they are.", path=before.path))
    return answers, changed


def _roll_out(roll_out: RollOut, config: Config, screen: Screen) -> bool:
    """Return whether all nodes report. The panel stays installed either way."""
    try:
        return roll_out(config.path) == DONE
    except (CommandError, PanelError) as error:
        screen.say(str(error))
        return False


def _reported(config: Config, system: System) -> int:
    """Return the number of enabled nodes of which the panel has stored a sample."""
    try:
        heard = heard_by_hostname(system.path(config.database.path), this_moment(), config.agents.interval)
    except DatabaseError:  # there is no database, or it can't be read now
        return 0
    return sum(node.enabled and node.hostname.lower() in heard for node in config.nodes)
