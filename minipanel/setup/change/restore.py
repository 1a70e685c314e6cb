"""`minipanel restore`: replaces the database with a checked copy. If anything fails, the old database returns."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from minipanel.config import Config
from minipanel.database.place import records_in
from minipanel.errors import CommandError, DatabaseError
from minipanel.machine.local_time import local_time
from minipanel.machine.lock import running_pid
from minipanel.sections import load_config
from minipanel.setup import places
from minipanel.setup.alone import alone
from minipanel.setup.change.placing import name_beside, place
from minipanel.setup.change.service import start, stop, wait_until_healthy
from minipanel.setup.screen import Screen
from minipanel.setup.signals import held_back
from minipanel.setup.system import System


@dataclass(frozen=True, slots=True)
class Restored:
    """What is put in place, and where the old database is `kept`. `later`: where a copy that does not work is kept."""

    config: Config
    database: Path
    kept: Path
    later: Path
    is_service: bool
    records: int


def restore(file: Path, config_path: Path, system: System, screen: Screen) -> None:
    """Put the copy `file` in the database's place and show what was done. Raises CommandError, ConfigError, OSError.

    After an error the old database is back, and its service runs.
    """
    t = screen.t
    config = load_config(config_path)
    database = system.path(config.database.path)
    is_service = _is_service(config_path, system)
    _refuse(database, is_service, system, screen)
    with alone(system, t) if is_service else nullcontext():
        _restore(file, config, database, is_service, system, screen)


def _restore(file: Path, config: Config, database: Path, is_service: bool, system: System, screen: Screen) -> None:
    t = screen.t
    try:
        with _opened(file, database, screen) as copy:
            what = _take(file, copy, config, database, is_service, screen)
        is_kept = _change(what, system, screen)
    finally:
        with suppress(CommandError, OSError):
            place(t, "drop", database)
    screen.say(*_last_lines(file, what, is_kept, screen))


def _take(file: Path, copy: int, config: Config, database: Path, is_service: bool, screen: Screen) -> Restored:
    """Write the copy beside the database, check it and show what it holds. Raises CommandError."""
    t = screen.t
    with screen.step(t("checking the backup")):
        try:
            facts = place(t, "take", database, copy=copy, progress=screen.progress)
        except CommandError as error:
            sentence = t("{file} can't be restored: {reason}. Nothing was changed.", file=file, reason=error)
            raise CommandError(sentence) from None
    newest = local_time(int(str(facts["newest"]))) if facts["newest"] else "-"
    screen.say("  " + t("{records} records, the newest of {newest}", records=facts["records"], newest=newest))
    return Restored(
        config,
        database,
        name_beside(database, "replaced"),
        name_beside(database, "not-restored"),
        is_service,
        int(str(facts["records"])),
    )


def _is_service(config_path: Path, system: System) -> bool:
    """Return whether this is the installed panel's configuration."""
    own = system.path(places.CONFIG)
    return system.path(places.UNIT).exists() and own.exists() and config_path.resolve() == own.resolve()


def _refuse(database: Path, is_service: bool, system: System, screen: Screen) -> None:
    if is_service:
        if system.user_id != 0:
            raise CommandError(screen.t("Only root can restore the database of the installed panel."))
        return
    if not database.parent.is_dir():
        raise CommandError(screen.t("There is no folder {folder} for the database.", folder=database.parent))
    try:
        pid = running_pid(database, patience_seconds=0)
    except OSError as error:
        raise CommandError("{database}.pid: {reason}.", database=database, reason=error.strerror) from None
    if pid is not None:
        sentence = screen.t(
            "A panel (process {pid}) that is not this machine's service uses {database}; stop it first.",
            pid=pid,
            database=database,
        )
        raise CommandError(sentence)


@contextmanager
def _opened(file: Path, database: Path, screen: Screen) -> Iterator[int]:
    """Yield a descriptor of the copy. Raises CommandError if the file is not a copy."""
    t = screen.t
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise CommandError(t("{file} can't be read: {reason}.", file=file, reason=error.strerror)) from None
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise CommandError(t("{file} is not a file.", file=file))
        if database.exists() and os.path.samestat(facts, database.stat()):
            raise CommandError(t("{file} is the database itself; name a copy of it.", file=file))
        log = file.with_name(f"{file.name}-wal")
        if log.exists() and log.stat().st_size:
            sentence = t(
                "{log} is beside it, so {file} is incomplete: it is a database that was not closed. "
                "Use `minipanel backup` to make copies.",
                log=log,
                file=file,
            )
            raise CommandError(sentence)
        yield descriptor
    finally:
        os.close(descriptor)


def _change(what: Restored, system: System, screen: Screen) -> bool:
    """Stop the panel, swap the files, start it and wait for an answer. Undo all of it if anything fails.

    Returns whether there was a database before.
    """
    t = screen.t
    try:
        if what.is_service:
            with screen.step(t("stopping the panel")):
                stop(system)
        with screen.step(t("replacing the database with the backup")), held_back():
            told = place(t, "swap", what.database, what.kept)
        if what.is_service:
            with screen.step(t("starting the panel")):
                start(system)
                wait_until_healthy(what.config, None, system, t, screen)
        _prove(what, screen)
    except BaseException as error:
        with held_back():
            _go_back(what, system, screen, error)
        raise
    return bool(told["kept"])


def _prove(what: Restored, screen: Screen) -> None:
    try:
        found = records_in(what.database)
    except DatabaseError as error:
        raise CommandError(str(error)) from None
    if found < what.records:
        sentence = screen.t(
            "The database has {found} records; the copy has {records}.", found=found, records=what.records
        )
        raise CommandError(sentence)


def _go_back(what: Restored, system: System, screen: Screen, cause: BaseException) -> None:
    t = screen.t
    try:
        with screen.step(t("restoring the previous database")):
            if what.is_service:
                with suppress(CommandError):
                    stop(system)
            told = place(t, "undo", what.database, what.kept, what.later)
            if what.is_service:
                start(system)
                wait_until_healthy(what.config, None, system, t)
    except CommandError as error:
        sentence = t("The previous panel did not start either: {reason}", reason=error)
        where = t("The previous database is {kept}.", kept=what.kept) if what.kept.exists() else ""
        raise CommandError(f"{cause}\n{sentence} {where}".rstrip()) from cause
    if told["is_swapped"]:
        screen.say(t("The failed database is kept as {path}.", path=what.later))


def _last_lines(file: Path, what: Restored, is_kept: bool, screen: Screen) -> list[str]:
    t = screen.t
    if what.is_service:
        lines = [t("{file} is the database now, and the panel answers.", file=file)]
    else:
        lines = [t("{file} is the database now; start the panel.", file=file)]
    if is_kept:
        words = f"{what.kept}" if what.is_service else f"{what.kept} --config {what.config.path}"
        lines += [
            t("The previous database, with all that was stored after the backup, is kept: {kept}", kept=what.kept),
            t("Undo: minipanel restore {kept}", kept=words),
        ]
    return lines
