"""What the service must be able to read and write, tested as its own user."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from minipanel.doctor.subject import Subject
from minipanel.setup import places
from minipanel.setup.change.account import find_account
from minipanel.setup.look.check import Check, Verdict
from minipanel.setup.look.machine import hidden_place
from minipanel.setup.system import System
from minipanel.translations.language import Translate


@dataclass(frozen=True, slots=True)
class Need:
    """A file or folder that the service needs. `is_granted`: None if that could not be tested."""

    path: Path
    is_written: bool
    is_granted: bool | None
    is_hidden: bool
    is_read_only: bool = False
    """Its file system is read-only: then nobody can write it, whoever owns it."""


def look_at_rights(subject: Subject) -> Iterator[Check]:
    """Test each as the service's user, if root asks and that user exists."""
    system, config = subject.system, subject.config
    if system.user_id != 0 or find_account(system) is None:
        return
    tls = [path for path in (config.server.tls_certificate, config.server.tls_key) if path is not None]
    database = [path for path in (config.database.path.parent, config.database.path) if path.exists()]
    paths = [(path, False) for path in (config.path, *tls)] + [(path, True) for path in database]
    needs = [
        Need(path, is_written, _try(path, is_written, system), hidden_place(path) is not None, _is_read_only(path))
        for path, is_written in paths
        if path.exists()
    ]
    yield from judge_needs(needs, subject.t)


def _try(path: Path, is_written: bool, system: System) -> bool | None:
    """Return whether the service's user has the right; None if runuser(1) fails, which then prints a message.

    test(1) exits with 0 or 1.
    """
    ended = system.run("runuser", "-u", places.USER, "--", "test", "-w" if is_written else "-r", str(path))
    return {0: True, 1: False}.get(ended.code) if not ended.stderr.strip() else None


def _is_read_only(path: Path) -> bool:
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)


def judge_needs(needs: list[Need], t: Translate) -> Iterator[Check]:
    """Yield one line if all is well, otherwise one for each need that is not met."""
    bad = [need for need in needs if need.is_granted is False or need.is_hidden]
    for need in bad:
        if need.is_hidden:
            detail = t("{path} is hidden from the service: its sandbox hides home folders", path=need.path)
            yield Check(t("rights"), Verdict.FIX, detail, t("move it to {folder}, and name it there in config.toml",
                                                          folder=places.CONFIG_FOLDER))  # fmt: skip
        elif need.is_written:
            detail = t("the user {user} can't write {path}", user=places.USER, path=need.path)
            remedy = f"findmnt -T {need.path}" if need.is_read_only else f"chown {places.USER}: {need.path}"
            yield Check(t("rights"), Verdict.FIX, detail, remedy)
        else:
            detail = t("the user {user} can't read {path}", user=places.USER, path=need.path)
            remedy = f"chgrp {places.USER} {need.path} && chmod 640 {need.path} && namei -l {need.path}"
            yield Check(t("rights"), Verdict.FIX, detail, remedy)
    if not bad and any(need.is_granted for need in needs):
        detail = t("the user {user} can read and write what it needs", user=places.USER)
        yield Check(t("rights"), Verdict.OK, detail)
