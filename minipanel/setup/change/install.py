"""A first installation, an upgrade or a changed setting: prepared aside, tried there, then put in place and started."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from minipanel import __version__
from minipanel.config import Config
from minipanel.config.writing import locked
from minipanel.errors import CommandError
from minipanel.setup import places
from minipanel.setup.ask.answers import Answers
from minipanel.setup.change.account import Account, ensure_account
from minipanel.setup.change.configuration import installed_config, is_unfinished
from minipanel.setup.change.database import Move
from minipanel.setup.change.firewall import agents_address, open_port
from minipanel.setup.change.rehearsal import rehearse
from minipanel.setup.change.release import lay_links, mark_proven, remove_others
from minipanel.setup.change.rollback import able_to_go_back
from minipanel.setup.change.saved import Before
from minipanel.setup.change.service import enable, lay_unit, start, stop, wait_until_healthy
from minipanel.setup.change.stage import Stage
from minipanel.setup.change.unchanged import is_unchanged
from minipanel.setup.look.ports import is_own
from minipanel.setup.screen import Screen
from minipanel.setup.system import System


def install(answers: Answers | None, release: Path, system: System, screen: Screen) -> Config:
    """Install this release, or replace the running one by it, with the settings in `answers`.

    Returns the configuration. `answers` None keeps the present configuration. A panel that already runs with all this
    is not restarted. Raises CommandError, ConfigError,
    OSError; then the previous state runs again, and the answers of a first installation stay in config.toml.
    """
    with _held(system):
        return _install(answers, release, system, screen)


@contextmanager
def _held(system: System) -> Iterator[None]:
    """Lock config.toml: an edit made meanwhile would be lost when the prepared file replaces it."""
    path = system.path(places.CONFIG).resolve()  # a link is resolved here as editors resolve it
    with locked(path) if path.exists() else nullcontext():
        yield


def _install(answers: Answers | None, release: Path, system: System, screen: Screen) -> Config:
    t = screen.t
    is_first = not system.path(places.CONFIG).exists() or is_unfinished(system)
    before = Before(None if is_first else installed_config(system), system)
    with screen.step(t("creating user, folders and configuration")):
        account = ensure_account(system)
        stage = Stage(answers, before.config, account, system)
    try:
        with screen.step(t("testing the configuration in the service's sandbox")):
            move = _move(answers, before.config, account, system, screen)
            _try(stage, before.config, release, system, screen)
        is_left_running = is_unchanged(release, stage, before.config, system)
        with able_to_go_back(release, before, None if move is None else move.back, system, screen):
            if move is not None:
                with screen.step(t("copying the database while the panel is stopped")):
                    stop(system)
                    move.carry()
            with screen.step(t("installing programs and service")):
                config = stage.commit(is_first)
                lay_links(release, system)
                lay_unit(release, config, system)
            with screen.step(t("setting firewall and SELinux labels")):
                open_port(config.server.port, agents_address(config), system)
                restore_labels(config, system)
            if is_left_running:
                enable(system)
                screen.say("  " + t("nothing has changed: the panel keeps running"))
            else:
                with screen.step(t("starting the panel")):
                    start(system)
                    wait_until_healthy(config, __version__, system, t, screen)
    except BaseException:
        stage.remove()
        raise
    stage.remove(is_used=True)
    mark_proven(release)
    system.path(places.UNFINISHED).unlink(missing_ok=True)
    remove_others(release, system)
    return config


def _move(
    answers: Answers | None, before: Config | None, account: Account, system: System, screen: Screen
) -> Move | None:
    """Return the move of the database to its new place, None if it stays. Raises CommandError."""
    if answers is None or before is None or answers.database == before.database.path:
        return None
    return Move(system.path(before.database.path), system.path(answers.database), account, screen.t)


def _try(stage: Stage, before: Config | None, release: Path, system: System, screen: Screen) -> None:
    is_port_free = before is None or before.server.port != stage.config.server.port or not is_own(system)
    try:
        rehearse(release, stage.config, is_port_free, system, screen.t)
    except CommandError as error:
        raise CommandError(stage.told(str(error))) from None


def restore_labels(config: Config, system: System) -> None:
    """Give the files the labels of SELinux's policy. Without SELinux there is no such command."""
    if system.path("/sys/fs/selinux/enforce").exists() and system.has("restorecon"):
        folders = (places.HOME, places.CONFIG_FOLDER, places.UNIT, str(config.database.path.parent))
        system.run("restorecon", "-R", *folders, seconds=120)
