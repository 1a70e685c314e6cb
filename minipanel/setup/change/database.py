"""Moves the database with all its data, and moves it back if the panel does not run with it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from minipanel.errors import CommandError
from minipanel.machine.regular_file import read_own, write_own
from minipanel.models.megabytes import megabytes
from minipanel.models.quote import escape
from minipanel.setup.change.account import Account
from minipanel.setup.change.rollback import carry_over
from minipanel.translations.language import Translate

SPARE_BYTES = 64 * 2**20
FAILED_NODES = "rollout-failed.json"
"""A file of the roll-out in the same folder."""

FAILED_NODES_BYTES = 32 * 2**20


class Move:
    """A move from one file to another, which does not exist yet. The old one stays unchanged."""

    def __init__(self, old: Path, new: Path, account: Account, t: Translate) -> None:
        """Check the space. Raises CommandError if there is too little."""
        self._old, self._new, self._account, self._t = old, new, account, t
        self._copied: tuple[int, int] | None = None
        needed_bytes = sum(file.stat().st_size for file in (old, _beside(old, "-wal")) if file.exists()) + SPARE_BYTES
        free_bytes = shutil.disk_usage(new.parent).free
        if free_bytes < needed_bytes:
            free, needed = megabytes(free_bytes), megabytes(needed_bytes + 500_000)
            raise CommandError(t("{folder} has {free} MB free, and the database needs {needed} MB.",
                                 folder=new.parent, free=free, needed=needed))  # fmt: skip

    def carry(self) -> None:
        """Copy the database while no panel runs, and check the copy. Raises CommandError."""
        if not self._old.exists():  # the panel was never started
            return
        # Not as root: links in a folder of the panel's user could lead anywhere.
        user, group, others = (self._account.uid, self._account.gid, ()) if os.geteuid() == 0 else (None, None, None)
        done = subprocess.run(
            [sys.executable, "-I", "-m", "minipanel.database.move", str(self._old), str(self._new)],
            capture_output=True, text=True, errors="replace", check=False, cwd="/",
            user=user, group=group, extra_groups=others,
        )  # fmt: skip
        if done.returncode != 0:
            raise CommandError(escape((done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1], 300))
        self._carry_failed_nodes()
        self._copied = _facts(self._new)
        self._tidy()

    def _carry_failed_nodes(self) -> None:
        """Take along what the roll-out wrote, and nothing else: both folders are the panel's, and this is root."""
        with suppress(OSError):
            content = read_own(self._old.with_name(FAILED_NODES), FAILED_NODES_BYTES)
            write_own(self._new.with_name(FAILED_NODES), content)

    def _tidy(self) -> None:
        """Reduce the old database to one file, the one to delete; no panel uses it any more."""
        log = _beside(self._old, "-wal")
        if log.exists() and log.stat().st_size:  # it holds data
            return
        for ending in ("-wal", "-shm", ".pid"):
            _beside(self._old, ending).unlink(missing_ok=True)

    def back(self) -> list[str]:
        """Carry what the new database has stored since into the old one, and delete it. Returns what to report."""
        if self._copied is None:
            return []
        is_used = _facts(self._new) != self._copied or _beside(self._new, "-wal").exists()
        reason = carry_over(self._new, self._old) if is_used else None
        if reason is not None:
            return [reason, self._t("What was stored in the meantime is kept in {path}.", path=self._new)]
        for ending in ("", "-wal", "-shm", ".pid"):
            _beside(self._new, ending).unlink(missing_ok=True)
        with suppress(OSError):
            self._new.with_name(FAILED_NODES).unlink(missing_ok=True)
        return []


def _beside(database: Path, ending: str) -> Path:
    return database.with_name(database.name + ending)


def _facts(database: Path) -> tuple[int, int]:
    facts = database.stat()
    return facts.st_size, facts.st_mtime_ns
