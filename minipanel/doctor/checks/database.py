"""The database: present, sound, of this version, not locked by other programs, written to, and with space to grow."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from minipanel.commands.overview import DatabaseOverview, look_at_database
from minipanel.database.soundness import complaint, last_alive
from minipanel.doctor.subject import Subject, refuse_unseen
from minipanel.errors import DatabaseError
from minipanel.machine.lock import running_pid
from minipanel.models.megabytes import megabytes
from minipanel.setup.look.check import Check, Verdict
from minipanel.translations.language import Translate

SOUNDNESS_SECONDS = 3.5
SILENT_SECONDS = 120
"""A running panel writes at least every 30 s."""

NAMES_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class Holder:
    """Another program's process that holds a lock on the database."""

    name: str
    pid: int


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """`complaint`: what is damaged, None if nothing was found. `is_whole`: the whole file was checked for that.

    `silent_seconds`: the time since the running panel last wrote; None if no panel runs.
    """

    overview: DatabaseOverview
    free_bytes: int
    is_whole: bool
    complaint: str | None
    silent_seconds: float | None
    holders: tuple[Holder, ...]


def look_at_file(subject: Subject) -> Iterator[Check]:
    """Check the database as `minipanel status` does, then its soundness, its locks, and when it was last written."""
    path = subject.config.database.path
    refuse_unseen(path)
    overview = look_at_database(subject.config)
    is_whole, found, silent = False, None, None
    panel = _panel(path)
    with suppress(DatabaseError):
        alive = last_alive(path)
        silent = time.time() - alive if alive is not None and panel is not None else None
        is_whole, found = complaint(path, SOUNDNESS_SECONDS)
    free = shutil.disk_usage(path.parent).free if path.parent.exists() else 0
    holders = _holders(path, panel)
    yield from judge_database(DatabaseFacts(overview, free, is_whole, found, silent, holders), subject.t)


def _panel(path: Path) -> int | None:
    try:
        return running_pid(path, patience_seconds=0)
    except OSError:
        return None


def _holders(path: Path, panel: int | None) -> tuple[Holder, ...]:
    files = [path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm", "-journal"))]
    inodes = {file.stat().st_ino for file in files if file.exists()}
    pids = parse_locks(Path("/proc/locks").read_text("ascii"), inodes) - {panel, os.getpid()}
    return tuple(Holder(_name(pid), pid) for pid in sorted(pids))


def parse_locks(text: str, inodes: set[int]) -> set[int]:
    """Return the ids of the processes that hold a write lock on one of these files (proc_locks(5)).

    1: POSIX  ADVISORY  WRITE 1204 fd:00:1573 120 120
    """
    found = re.findall(r"^\d+: POSIX +\S+ +WRITE (\d+) [0-9a-f]+:[0-9a-f]+:(\d+) ", text, re.MULTILINE)
    return {int(pid) for pid, inode in found if int(inode) in inodes}


def _name(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text("utf-8", errors="replace").strip()[:NAMES_CHARACTERS]
    return "?"


def judge_database(facts: DatabaseFacts, t: Translate) -> Iterator[Check]:
    """Yield first the state of the database or its main problem, then any other problems."""
    what, database = t("database"), facts.overview
    if database.trouble is not None:
        yield Check(what, Verdict.FIX, database.trouble, _remedy(database, t))
    elif facts.complaint is not None:
        detail = t("{path} is damaged: {complaint}", path=database.path, complaint=facts.complaint)
        yield Check(what, Verdict.FIX, detail, t("restore a backup: docs/operation.md"))
    else:
        yield Check(what, Verdict.OK, _described(facts, t))
    # Ordinary locks last milliseconds, so a lock found here is held. If nothing is written meanwhile, it is the reason.
    is_silent = facts.silent_seconds is not None and facts.silent_seconds > SILENT_SECONDS
    for holder in facts.holders:
        verdict = Verdict.FIX if is_silent else Verdict.WARNING
        detail = t("{name} (process {pid}) has locked it", name=holder.name, pid=holder.pid)
        yield Check(what, verdict, detail, t("end that program: kill {pid}", pid=holder.pid))
    if is_silent:
        detail = t("the running panel has written nothing for {seconds} s", seconds=f"{facts.silent_seconds:.0f}")
        yield Check(what, Verdict.FIX, detail, "journalctl -u minipanel -n 50")


def _described(facts: DatabaseFacts, t: Translate) -> str:
    database = facts.overview
    size = t("{path}, {size} MB, {free} MB are free", path=database.path, size=megabytes(database.size_bytes, 1),
             free=megabytes(facts.free_bytes))  # fmt: skip
    sound = (
        t("sound") if facts.is_whole else t("sound as far as checked in {seconds} s", seconds=f"{SOUNDNESS_SECONDS:g}")
    )
    parts = [size, sound]
    if database.forecast is not None:
        parts.insert(1, t("grows to about {size} MB", size=megabytes(database.forecast.expected_bytes)))
    return t("; ").join(parts)


def _remedy(database: DatabaseOverview, t: Translate) -> str:
    trouble = database.trouble or ""
    for sign, remedy in (
        ("There is no database", "systemctl start minipanel"),
        ("is full", f"df -h {database.path.parent}"),
        ("retention_days", f"df -h {database.path.parent}"),
        ("schema version", t("install the newer MiniPanel, or restore the copy from before: docs/operation.md")),
        ("is locked", f"fuser -v {database.path}"),
        ("read-only", f"findmnt -T {database.path.parent}; ls -l {database.path.parent}"),
        ("damaged", t("restore a backup: docs/operation.md")),
    ):
        if sign in trouble:
            return remedy
    return f"ls -l {database.path.parent}"
