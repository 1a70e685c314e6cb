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
from minipanel.setup import places
from minipanel.setup.ask.answers import Answers
from minipanel.setup.ask.questions import PORT, parse_port
from minipanel.setup.ask.wizard import ask_everything, summary
from minipanel.setup.change.configuration import installed_config
from minipanel.setup.change.install import install
from minipanel.setup.change.release import own_release
from minipanel.setup.last_screen import last_screen
from minipanel.setup.look.check import must_be_fixed, table
from minipanel.setup.look.machine import look_around
from minipanel.setup.look.network import OwnNetwork
from minipanel.setup.request import Request
from minipanel.setup.screen import Screen
from minipanel.setup.system import System

RollOut = Callable[[Path], int]
"""Brings the agent onto all nodes of this config.toml and shows how that goes. Returns 0 when all of them report."""


def set_up(request: Request, system: System, screen: Screen, network: OwnNetwork, roll_out: RollOut) -> int:
    """Look, ask, install, roll out. Returns the exit code: 0 only when all nodes report.

    Raises CommandError and ConfigError: nothing was changed, or what ran before runs again.
    """
    t = screen.t
    release = own_release(system)
    screen.say(t("MiniPanel {version}: the set-up on {hostname}", version=__version__, hostname=network.hostname))
    # Only root can read it; anybody else is told so by what is found.
    before = installed_config(system) if system.user_id == 0 else None
    _look(request, before, system, screen)
    answers = _answers(request, before, system, screen, network)
    screen.title(t("Installation"))
    config = _install(answers, release, system, screen)
    is_rolled_out = None
    if request.roll_out:
        screen.title(t("Roll-out of the agents"))
        is_rolled_out = _roll_out(roll_out, config, screen)
    screen.title(t("Done"))
    screen.say(*last_screen(config, answers, is_rolled_out, _reported(config, system), screen))
    return FAILED if is_rolled_out is False else DONE


def _look(request: Request, before: Config | None, system: System, screen: Screen) -> None:
    """Show what was found. Raises CommandError when something must be fixed first."""
    t = screen.t
    screen.title(t("This machine"))
    if before is not None:
        checks = look_around(system, t, before.server.port, False, before.agents.auth == "munge")
    else:
        port = PORT if request.port is None else parse_port(request.port, screen)
        is_port_asked = screen.is_guided and request.port is None
        checks = look_around(system, t, port, is_port_asked, request.auth != "token")
    screen.say(*table(checks, t))
    if must_be_fixed(checks):
        raise CommandError("\n" + t("Nothing was changed. Put right what must be fixed, then start the set-up again."))


def _answers(
    request: Request, before: Config | None, system: System, screen: Screen, network: OwnNetwork
) -> Answers | None:
    """Return the answers of a first installation, None for an upgrade. Raises CommandError when it is not wanted."""
    t = screen.t
    if before is None:
        answers = ask_everything(screen, request, system, network)
        screen.title(t("This will be done"))
        screen.say(*summary(answers, screen))
    else:
        answers = None
        screen.say("", t("{path} is there: configuration, account and data stay as they are.", path=before.path))
    if not screen.confirm(t("Install now?")):
        raise CommandError(t("Nothing was changed."))
    return answers


def _roll_out(roll_out: RollOut, config: Config, screen: Screen) -> bool:
    """Return whether all nodes report. The panel stays installed whatever comes of it."""
    try:
        return roll_out(config.path) == DONE
    except (CommandError, PanelError) as error:
        screen.say(str(error))
        return False


def _reported(config: Config, system: System) -> int:
    """Return how many of the enabled nodes the panel has stored a sample of."""
    try:
        heard = heard_by_hostname(system.path(config.database.path), this_moment(), config.agents.interval)
    except DatabaseError:  # none there, or not to be read for the moment: nothing is known
        return 0
    return sum(node.enabled and node.hostname.lower() in heard for node in config.nodes)


def _install(answers: Answers | None, release: Path, system: System, screen: Screen) -> Config:
    """Install. Whatever ends it, a random password that config.toml holds already is not lost."""
    try:
        return install(answers, release, system, screen)
    except BaseException:
        if answers is not None and answers.is_random and system.path(places.CONFIG).exists():
            screen.say(
                screen.t("The password of {admin} is {password}", admin=answers.admin, password=answers.password)
            )
        raise
