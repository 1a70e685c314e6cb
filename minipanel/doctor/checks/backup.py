"""The backups that the panel makes automatically."""

from __future__ import annotations

import time
from collections.abc import Iterator

from minipanel.commands.backup_overview import BackupOverview, look_at_backups
from minipanel.commands.moment import moment
from minipanel.doctor.subject import Subject
from minipanel.setup.look.check import Check, Verdict
from minipanel.translations.language import Translate


def look_at_copies(subject: Subject) -> Iterator[Check]:
    """Read when the last sound backup was made."""
    if subject.is_denied:  # this user can't see whether [backup] is set
        return
    yield judge_backup(look_at_backups(subject.config, time.time()), subject.t)


def judge_backup(found: BackupOverview | None, t: Translate) -> Check:
    """Return the state of the backups. A panel without automatic backups is allowed."""
    what = t("backup")
    if found is None:
        return Check(what, Verdict.OK, t("the panel makes no automatic backups: [backup] folder is not set"))
    if found.trouble is not None:
        return Check(what, Verdict.FIX, found.trouble, _remedy(found))
    if found.last_copy is None or found.last_made_at is None:
        return Check(what, Verdict.OK, t("none is in {folder} yet", folder=found.folder))
    values = {"file": found.last_copy, "time": moment(found.last_made_at)}
    return Check(what, Verdict.OK, t("the last is {file}, of {time}", **values))


def _remedy(found: BackupOverview) -> str:
    if not found.folder.exists():
        return "minipanel setup --yes --no-rollout"
    return f"df -h {found.folder}; journalctl -u minipanel -n 50"
