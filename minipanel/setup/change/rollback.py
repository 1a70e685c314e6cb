"""The way back: whatever fails between the switch to a new release and its first answer, the old one runs again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from minipanel.config import Config
from minipanel.database.connection import open_reader
from minipanel.database.schema import stored_version
from minipanel.errors import CommandError, DatabaseError
from minipanel.setup.change.release import proven_release, switch_to
from minipanel.setup.change.service import lay_unit, start, stop, wait_until_healthy
from minipanel.setup.screen import Screen
from minipanel.setup.system import System


@contextmanager
def able_to_go_back(release: Path, config: Config, system: System, screen: Screen) -> Iterator[None]:
    """Switch to the release for the block, and back if the block fails or is interrupted.

    A first installation has nothing to go back to: its service is stopped, and all else stays for the next try.
    Raises what the block raised; CommandError, with what was wrong before, when going back fails too.
    """
    old = proven_release(system, besides=release)
    schema = schema_version(config.database.path)
    try:
        switch_to(release, system)
        yield
    except BaseException as error:
        with suppress(CommandError):  # there may be no service yet
            stop(system)
        if old is not None:
            _go_back(old, schema, config, system, screen, error)
        raise


def _go_back(
    old: Path, schema: int | None, config: Config, system: System, screen: Screen, cause: BaseException
) -> None:
    try:
        with screen.step(screen.t("back to the release before")):
            if schema is not None and schema_version(config.database.path) != schema:
                restore_copy(config.database.path, schema)
            switch_to(old, system)
            lay_unit(old, config, system)
            start(system)
            wait_until_healthy(config, None, system, screen.t)
    except CommandError as error:
        raise CommandError(f"{cause}\n{screen.t('The release before does not run either:')} {error}") from cause


def schema_version(database: Path) -> int | None:
    """Return the schema's version in the database, None where there is none that can be read."""
    if not database.exists():
        return None
    try:
        with closing(open_reader(database)) as connection:
            return stored_version(connection, database)
    except (DatabaseError, sqlite3.Error):
        return None


def restore_copy(database: Path, schema: int) -> None:
    """Put back the copy that the new release made before it changed the schema of version `schema`."""
    copy = database.with_name(f"{database.name}.before-{schema + 1:04}")
    if copy.exists():
        for suffix in ("-wal", "-shm"):
            database.with_name(database.name + suffix).unlink(missing_ok=True)
        copy.replace(database)
