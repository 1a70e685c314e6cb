"""The previous release: its version, what it can read, and which database it could use."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from pathlib import Path

from minipanel.errors import CommandError
from minipanel.setup import places
from minipanel.setup.change.placing import place
from minipanel.setup.system import System
from minipanel.translations.language import Translate

# Every release has this function, even 0.1.0.
TELL_SCHEMA = "from minipanel.database.schema import newest_version; print(newest_version())"
ASK_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Older:
    """A release: its folder, its version, and the newest migration it knows."""

    folder: Path
    version: str
    schema: int


@dataclass(frozen=True, slots=True)
class Copy:
    """The copy of the database that an older release would get, when it was made, and how much is missing in it.

    `reason`: why the missing data can't be carried over into the copy, None if it can.
    """

    path: Path
    made_at: int
    records: int
    reason: str | None


def look_at(folder: Path, system: System, t: Translate) -> Older:
    """Return the facts about the release in this folder. Raises CommandError, also if it can't read config.toml.

    Runs the release's own commands, which every release has.
    """
    python = str(folder / "venv/bin/python")
    version = system.must_run(python, "-I", "-m", "minipanel", "--version", seconds=ASK_SECONDS).split()[-1]
    schema = system.must_run(python, "-I", "-c", TELL_SCHEMA, seconds=ASK_SECONDS).strip()
    config = str(system.path(places.CONFIG))
    read = system.run(python, "-I", "-m", "minipanel", "nodes", "list", "--config", config, seconds=ASK_SECONDS)
    if not read.is_done:
        raise CommandError(
            t(
                "{version} can't run with this configuration: {reason}\n"
                "Nothing was changed. Put a # before what {version} does not know in {path}, "
                "then start the rollback again.",
                version=version, reason=read.last_words, path=config,
            )
        )  # fmt: skip
    return Older(folder, version, int(schema))


def copy_for(older: Older, database: Path, t: Translate) -> Copy | None:
    """Return the newest copy beside the database that the release can use, None if there is none.

    Raises CommandError if the two can't be compared.
    """
    for path in sorted(database.parent.glob(f"{database.name}.before-*"), reverse=True):
        if not path.is_symlink() and path.is_file() and _least_version(path) <= older.schema:
            told = place(t, "compare", database, path)
            reason = told["reason"]
            made_at = int(path.lstat().st_mtime)
            return Copy(path, made_at, int(str(told["records"])), None if reason is None else str(reason))
    return None


def _least_version(path: Path) -> int:
    """Return the user_version in the file's header (sqlite.org/fileformat2.html, section 1.3)."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        head = file.read(64)
    return int(struct.unpack(">I", head[60:64])[0]) if len(head) == 64 else 2**32
