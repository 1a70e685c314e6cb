"""`minipanel rollback`: starts the previous release again, with all data if possible; otherwise it first says what is
lost."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from minipanel import __version__
from minipanel.config import Config
from minipanel.errors import CommandError
from minipanel.machine.local_time import local_time
from minipanel.setup import places
from minipanel.setup.alone import alone
from minipanel.setup.change.configuration import installed_config
from minipanel.setup.change.older import Copy, Older, copy_for, look_at
from minipanel.setup.change.placing import name_beside, place
from minipanel.setup.change.release import current_release, mark_left, previous_release, switch_to
from minipanel.setup.change.rollback import schema_version
from minipanel.setup.change.service import lay_unit, start, stop, wait_until_healthy
from minipanel.setup.screen import Screen
from minipanel.setup.signals import held_back
from minipanel.setup.system import System


@dataclass(frozen=True, slots=True)
class Way:
    """From which release to which.

    `copy`: what replaces the database, which is then called `kept`; None if the database stays as it is.
    """

    newer: Path
    older: Older
    config: Config
    database: Path
    copy: Copy | None
    kept: Path


def roll_back(system: System, screen: Screen, is_agreed: bool) -> None:
    """Start the previous release again and show what was done. Raises CommandError, ConfigError, OSError.

    After an error the present release runs again. `is_agreed`: the user has already accepted the loss of data, if any.
    """
    if system.user_id != 0:
        raise CommandError(screen.t("Only root can go back to the previous release."))
    with alone(system, screen.t):
        _go(_find_way(system, screen), system, screen, is_agreed)


def _go(way: Way, system: System, screen: Screen, is_agreed: bool) -> None:
    t = screen.t
    screen.say(t("From {newer} back to {older}", newer=__version__, older=way.older.version))
    if way.copy is not None:
        _agree(way, way.copy, screen, is_agreed)
    try:
        with screen.step(t("stopping the panel")):
            stop(system)
        if way.copy is not None:
            _exchange(way, way.copy, screen)
        with screen.step(t("starting {version}", version=way.older.version)):
            _run(way.older.folder, way, way.older.version, system, screen)
    except BaseException as error:
        with held_back():
            _undo(way, system, screen, error)
        raise
    mark_left(way.newer)
    screen.say(*_last_lines(way, screen))


def _find_way(system: System, screen: Screen) -> Way:
    """Examine everything before anything is changed."""
    t = screen.t
    config = installed_config(system)
    newer, folder = current_release(system), previous_release(system)
    if config is None or newer is None:
        raise CommandError(t("No panel is installed in {home}.", home=places.HOME))
    if folder is None:
        raise CommandError(t("No release before {version} is kept here. Each upgrade keeps one.", version=__version__))
    older = look_at(folder, system, t)
    database = system.path(config.database.path)
    kept = name_beside(database, "after")
    schema = schema_version(database)
    if schema is None or schema.least <= older.schema:
        return Way(newer, older, config, database, None, kept)
    copy = copy_for(older, database, t)
    if copy is None:
        sentence = t(
            "{version} can't open the database {path}: later releases have changed it, and there is no copy "
            "from before. Once {version} is installed, `minipanel restore` can put back a backup that it can open.",
            version=older.version,
            path=database,
        )
        raise CommandError(sentence)
    return Way(newer, older, config, database, copy, kept)


def _agree(way: Way, copy: Copy, screen: Screen, is_agreed: bool) -> None:
    """Say what is lost, and continue only if the user agrees. Raises CommandError."""
    t = screen.t
    version, records = way.older.version, copy.records
    copied = t(
        "{version} can't open the database as it is now; it gets the copy of {time}, from before the upgrade.",
        version=version,
        time=local_time(copy.made_at),
    )
    carried = t(
        "The {records} records stored since are carried over into it. What {version} does not know is lost.",
        records=records,
        version=version,
    )
    lost = t("The {records} records stored since are lost: {reason}", records=records, reason=copy.reason)
    screen.say(copied, carried if copy.reason is None else lost)
    screen.say(t("The database as it is now is kept as {path}.", path=way.kept))
    if is_agreed:
        return
    if not (screen.is_guided and sys.stdin.isatty()):
        raise CommandError(t("Nothing was changed; --yes goes back anyway."))
    if not screen.confirm(t("Go back anyway?"), default=False):
        raise CommandError(t("Nothing was changed."))


def _exchange(way: Way, copy: Copy, screen: Screen) -> None:
    t = screen.t
    if copy.reason is None:
        with screen.step(t("carrying over the records stored since")):
            place(t, "carry", way.database, copy.path)
    with screen.step(t("replacing the database with the backup")), held_back():
        place(t, "exchange", way.database, copy.path, way.kept)


def _run(folder: Path, way: Way, version: str | None, system: System, screen: Screen) -> None:
    switch_to(folder, system)
    lay_unit(folder, way.config, system)
    start(system)
    wait_until_healthy(way.config, version, system, screen.t, screen)


def _undo(way: Way, system: System, screen: Screen, cause: BaseException) -> None:
    t = screen.t
    try:
        with screen.step(t("returning to {version}", version=__version__)):
            with suppress(CommandError):
                stop(system)
            if way.copy is not None and way.kept.exists():
                place(t, "undo", way.database, way.kept, way.copy.path)
            _run(way.newer, way, None, system, screen)
    except CommandError as error:
        raise CommandError(f"{cause}\n{t('{version} did not start either:', version=__version__)} {error}") from cause


def _last_lines(way: Way, screen: Screen) -> list[str]:
    t = screen.t
    lines = [t("{version} runs again, and the panel answers.", version=way.older.version)]
    if way.copy is not None:
        lines.append(t("The database of {version} is kept: {path}", version=__version__, path=way.kept))
    return [
        *lines,
        t("The agents stay as they are and report to it. To install its own agent: minipanel rollout"),
        t("Undo: {program} setup --no-rollout", program=f"{places.RELEASES}/{way.newer.name}/bin/minipanel"),
    ]
