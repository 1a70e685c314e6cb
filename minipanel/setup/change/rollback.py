"""The way back: if anything fails between the first change and the panel's first answer, the previous state runs
again."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from minipanel.database.connection import open_reader
from minipanel.database.schema import copy_before, least_version, stored_version
from minipanel.errors import CommandError, DatabaseError
from minipanel.models.quote import escape
from minipanel.setup.change.firewall import agents_address, open_port
from minipanel.setup.change.release import proven_release, switch_to
from minipanel.setup.change.saved import Before
from minipanel.setup.change.service import start, stop, wait_until_healthy
from minipanel.setup.screen import Screen
from minipanel.setup.signals import held_back
from minipanel.setup.system import System
from minipanel.translations.language import Translate


@contextmanager
def able_to_go_back(
    release: Path, before: Before, data_back: Callable[[], list[str]] | None, system: System, screen: Screen
) -> Iterator[None]:
    """Switch to the release for the block, and back if the block fails or is interrupted.

    `data_back`: undoes a move of the database, and returns what to report; None if none is moved.
    A first installation has nothing to go back to: its service is stopped, and the rest stays for the next try.
    Raises what the block raised; if going back fails too, CommandError with both reasons.
    """
    old = proven_release(system, release)
    database = None if before.config is None else before.config.database.path
    schema = None if database is None else schema_version(database)

    def restore() -> list[str]:
        if data_back is not None:
            return data_back()
        if database is None or schema is None or schema_version(database) == schema:
            return []
        return restore_copy(database, schema, screen.t)

    try:
        switch_to(release, system)
        yield
    except BaseException as error:
        with held_back():
            _go_back(old, before, restore, system, screen, error)
        raise


def _go_back(
    old: Path | None,
    before: Before,
    restore: Callable[[], list[str]],
    system: System,
    screen: Screen,
    cause: BaseException,
) -> None:
    with suppress(CommandError):  # there may be no service yet
        stop(system)
    config = before.config
    if old is None or config is None:
        before.put_back()
        return
    try:
        with screen.step(screen.t("restoring the previous state")):
            for line in restore():
                screen.say(line)
            before.put_back()
            switch_to(old, system)
            open_port(config.server.port, agents_address(config), system)
            start(system)
            wait_until_healthy(config, None, system, screen.t)
    except (CommandError, OSError) as error:
        raise CommandError(f"{cause}\n{screen.t('The previous panel did not start either:')} {error}") from cause


class Schema(NamedTuple):
    """A database's newest migration, and the lowest version a release must know to use it."""

    version: int
    least: int


def schema_version(database: Path) -> Schema | None:
    """Return the schema of the database, None if there is none that can be read."""
    if not database.exists():
        return None
    try:
        with closing(open_reader(database)) as connection:
            return Schema(stored_version(connection, database), least_version(connection))
    except (DatabaseError, sqlite3.Error):
        return None


def restore_copy(database: Path, schema: Schema, t: Translate) -> list[str]:
    """Put back the copy that the new release made before it changed the schema, if the database had `schema` before.

    If the new release only added to the schema, the old one can use the database as it is. What the new release has
    stored since, and acknowledged to agents, is carried into the copy first. If that is impossible, the newer database
    is kept beside it, and the lines to say so are returned.
    """
    now = schema_version(database)
    copy = copy_before(database, schema.version + 1)
    if not copy.exists() or (now is not None and now.least == schema.least):
        return []
    lines = []
    reason = carry_over(database, copy)
    if reason is not None:
        aside = database.with_name(f"{database.name}.after-{schema.version + 1:04}")
        for suffix in ("", "-wal"):
            with suppress(FileNotFoundError):
                database.with_name(database.name + suffix).replace(aside.with_name(aside.name + suffix))
        lines = [reason, t("What the new release stored is kept in {path}.", path=aside)]
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    copy.replace(database)
    return lines


def carry_over(newer: Path, copy: Path) -> str | None:
    """Carry what the newer database has stored into the copy, as the copy's owner.

    Returns None, or, if it fails, the reason.
    """
    owner = copy.lstat()
    # Not as root: links in a folder of the panel's user could lead anywhere.
    user, group, others = (owner.st_uid, owner.st_gid, ()) if os.geteuid() == 0 else (None, None, None)
    done = subprocess.run(
        [sys.executable, "-I", "-m", "minipanel.database.carry", str(newer), str(copy)],
        capture_output=True, text=True, errors="replace", check=False, cwd="/",
        user=user, group=group, extra_groups=others,
    )  # fmt: skip
    return None if done.returncode == 0 else escape((done.stderr.strip() or "?").splitlines()[-1], 300)
