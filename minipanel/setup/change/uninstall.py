"""Removes the panel: programs and service always, data and configuration only with --purge."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import nullcontext
from pathlib import Path

from minipanel.database.place import part_of
from minipanel.errors import CommandError, ConfigError
from minipanel.exits import DONE, explain_failures
from minipanel.sections import load_config
from minipanel.setup import places
from minipanel.setup.alone import alone
from minipanel.setup.change.account import remove_account
from minipanel.setup.change.firewall import close_port
from minipanel.setup.change.release import is_own_command
from minipanel.setup.change.service import stop
from minipanel.setup.screen import Screen
from minipanel.setup.system import System
from minipanel.translations.language import translator

DATABASE_FILES = ("", "-wal", "-shm", ".pid", ".hours*", ".before-*", ".after-*", ".replaced-*", ".not-restored-*")
"""The database and the files beside it, by the ends of their names."""

BESIDE_DATABASE = "rollout-failed.json*"
"""Files of the roll-out in the same folder."""

AGENT_COPY = ".minipanel-agent.*"
"""A folder with an agent's files, perhaps its token, left by a roll-out that was killed."""


def uninstall(system: System, screen: Screen, is_purge: bool) -> None:
    """Remove the panel, or whatever part of it is there. Raises CommandError, OSError."""
    t = screen.t
    if system.user_id != 0:
        raise CommandError(t("Only root can uninstall the panel."))
    if (
        is_purge
        and screen.is_guided
        and not screen.confirm(t("Delete the configuration, the account and all history too?"), default=False)
    ):
        raise CommandError(t("Nothing was changed."))
    # Not while a set-up installs what this removes.
    with alone(system, t) if system.path(places.HOME).is_dir() else nullcontext():
        _uninstall(system, screen, is_purge)


def _uninstall(system: System, screen: Screen, is_purge: bool) -> None:
    t = screen.t
    database = database_path(system)
    with screen.step(t("service")):
        _remove_service(system)
        shutil.rmtree(system.path(places.RUNTIME), ignore_errors=True)
    with screen.step(t("programs")):
        close_port(system)
        if is_own_command(system):
            system.path(places.COMMAND).unlink()
        shutil.rmtree(system.path(places.HOME), ignore_errors=True)
        shutil.rmtree(system.path(places.STAGE), ignore_errors=True)
        for folder in system.path("/opt").glob(AGENT_COPY):
            shutil.rmtree(folder, ignore_errors=True)
    if is_purge:
        with screen.step(t("configuration, account and history")):
            _purge(database, system)
    screen.say("", *_last_words(database, system, screen, is_purge))


def database_path(system: System) -> Path:
    """Return where the database is: as config.toml says, or else the default."""
    try:
        return load_config(system.path(places.CONFIG)).database.path
    except ConfigError:
        return Path(places.DATABASE)


def _remove_service(system: System) -> None:
    if system.path(places.UNIT).exists():
        stop(system)
        system.run("systemctl", "disable", "--quiet", places.SERVICE)
    system.path(places.UNIT).unlink(missing_ok=True)
    system.path(places.DROP_IN).unlink(missing_ok=True)
    folder = system.path(places.DROP_IN_FOLDER)
    if folder.is_dir() and not any(folder.iterdir()):  # the administrator's own files stay
        folder.rmdir()
    system.run("systemctl", "daemon-reload")
    system.run("systemctl", "reset-failed", places.SERVICE)


def _purge(database: Path, system: System) -> None:
    place = system.path(database)
    for pattern in (*(place.name + ending for ending in DATABASE_FILES), BESIDE_DATABASE, f"{part_of(place).name}*"):
        for file in place.parent.glob(pattern):
            if file.is_symlink() or not file.is_dir():  # a folder with such a name is not the panel's
                file.unlink()
    if place.parent.is_dir() and not any(place.parent.iterdir()):
        place.parent.rmdir()
    for folder in (places.CONFIG_FOLDER, places.DATA):
        shutil.rmtree(system.path(folder), ignore_errors=True)
    remove_account(system)


def _last_words(database: Path, system: System, screen: Screen, is_purge: bool) -> list[str]:
    t = screen.t
    lines = [t("The panel is uninstalled.")]
    if not is_purge:
        kept = t("Kept: {config}, {database} and the user {user}; install.sh uses them again, --purge deletes them.",
                 config=places.CONFIG_FOLDER, database=database, user=places.USER)  # fmt: skip
        lines.append(kept)
    if system.path(places.AGENT_HOME).exists():
        lines.append(t("The agents on this machine and the nodes still run; each keeps a day of samples."))
    return lines


def main() -> int:
    """Uninstall with the archive's program alone, without an installed panel. Arguments: --purge, --yes.

    Returns the exit code.
    """
    words = set(sys.argv[1:])
    screen = Screen(translator(), is_guided=sys.stdin.isatty() and not words & {"--yes", "-y"})

    def work() -> int:
        for word in words - {"--uninstall", "--purge", "--yes", "-y"}:
            raise CommandError(screen.t("{option} can't be used with --uninstall.", option=word))
        uninstall(System(user_id=os.geteuid()), screen, "--purge" in words)
        return DONE

    return explain_failures(work)
