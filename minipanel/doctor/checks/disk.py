"""Disk space for the next upgrade, and files that earlier work left behind."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from minipanel.doctor.subject import Subject
from minipanel.models.megabytes import megabytes
from minipanel.setup import places
from minipanel.setup.look.check import Check, Verdict
from minipanel.setup.look.machine import look_at_disk
from minipanel.translations.language import Translate

UNFINISHED_SECONDS = 3600
"""No work that is still under way leaves files this old."""


def look_at_room(subject: Subject) -> Iterator[Check]:
    """Check the free space. Too little is only a warning, until the next upgrade."""
    check = look_at_disk(subject.system, subject.t)
    if check.verdict is Verdict.FIX:
        check = replace(check, verdict=Verdict.WARNING, remedy=f"df -h {places.HOME} {places.DATA}")
    yield check


def look_at_leftovers(subject: Subject) -> Iterator[Check]:
    """Look for copies of the database, and for files of programs that were killed before they could clean up."""
    folder = subject.config.database.path.parent
    opt = subject.system.path("/opt")
    unfinished = [*opt.glob(".minipanel-agent.*"), *folder.glob(".*.unfinished"), *folder.glob("rollout-failed.json.*")]
    old = time.time() - UNFINISHED_SECONDS
    copies = [path for ending in ("before", "after") for path in folder.glob(f"*.{ending}-*") if path.is_file()]
    yield from judge_leftovers([path for path in unfinished if path.lstat().st_mtime < old], subject.t)
    yield from judge_copies([(path, path.stat().st_size) for path in sorted(copies)], subject.t)


def judge_leftovers(unfinished: Sequence[Path], t: Translate) -> Iterator[Check]:
    """Yield a warning about files that nobody needs any more."""
    if unfinished:
        names = " ".join(map(str, unfinished[:5]))
        detail = t("{count} left by killed programs: {names}", count=len(unfinished), names=names)
        # The panel's user owns the folder: whoever takes over the panel must not choose what root is asked to type.
        yield Check(t("leftovers"), Verdict.WARNING, detail, f"rm -r {shlex.join(map(str, unfinished[:5]))}")


def judge_copies(copies: Sequence[tuple[Path, int]], t: Translate) -> Iterator[Check]:
    """Yield the copies that upgrades kept. They are needed until all is well, so this is not a warning."""
    if copies:
        names = ", ".join(path.name for path, _ in copies[:5])
        size = megabytes(sum(size_bytes for _, size_bytes in copies))
        detail = t("{names} in {folder} take {size} MB; delete them when all is well", names=names,
                   folder=copies[0][0].parent, size=size)  # fmt: skip
        yield Check(t("copies"), Verdict.OK, detail)
