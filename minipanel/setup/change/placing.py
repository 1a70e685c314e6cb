"""Puts a copy in place of the database, with a program that runs as the files' owner."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from minipanel.errors import CommandError
from minipanel.models.quote import escape
from minipanel.translations.language import Translate

Progress = Callable[[float], None]
_MAX_CHARACTERS = 300


def place(
    t: Translate, work: str, database: Path, *paths: Path, copy: int | None = None, progress: Progress | None = None
) -> dict[str, object]:
    """Run one command of minipanel.database.place; return its result. Raises CommandError.

    `copy`: the descriptor of the file to take. `progress` gets the part done, 0 to 1.
    """
    owner = (database if os.path.lexists(database) else database.parent).lstat()
    # Not as root: links in a folder of the panel's user could lead anywhere.
    user, group, others = (owner.st_uid, owner.st_gid, ()) if os.geteuid() == 0 else (None, None, None)
    command = [sys.executable, "-I", "-m", "minipanel.database.place", work, str(database), *map(str, paths)]
    told: dict[str, object] = {}
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL if copy is None else copy, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, errors="replace", cwd="/", user=user, group=group, extra_groups=others,
    ) as child:  # fmt: skip
        assert child.stdout is not None
        assert child.stderr is not None
        try:
            for line in child.stdout:
                told = json.loads(line)
                if "part" in told and progress is not None:
                    progress(float(str(told["part"])))
            last_words = child.stderr.read().strip().splitlines()
        except BaseException:
            child.terminate()
            raise
    if child.returncode != 0:
        raise CommandError(_refusal(t, told, escape(last_words[-1] if last_words else "?", _MAX_CHARACTERS)))
    return told


def name_beside(database: Path, word: str) -> Path:
    """Return a free name for a file to keep: data.db.replaced-20261125T101500Z, in UTC."""
    now = datetime.now(UTC)
    while os.path.lexists(name := database.with_name(f"{database.name}.{word}-{now.strftime('%Y%m%dT%H%M%SZ')}")):
        now += timedelta(seconds=1)
    return name


def _refusal(t: Translate, told: dict[str, object], last_words: str) -> str:
    values = {name: escape(str(value), _MAX_CHARACTERS) for name, value in told.items()}
    match told.get("why"):
        case "no database":
            return t("it is not a SQLite database")
        case "another program":
            return t("it is the database of another program, not MiniPanel's")
        case "too new":
            return t("its schema version is {version}, and this MiniPanel knows up to {known}; upgrade first", **values)
        case "not sound":
            return t("it is damaged ({complaint})", **values)
        case "no space":
            return t("{needed} MB are needed beside the database, and {free} MB are free", **values)
        case "no file":
            return t("the database {path} is a link or a folder; it must be a file", **values)
        case "database":
            return values["sentence"].rstrip(".")
        case "system":
            return f"{values['path']}: {values['reason']}"
    return last_words
