"""Whether the panel answers, or another program uses its port."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator

from minipanel.commands.overview import PanelOverview, look_at_panel
from minipanel.doctor.subject import Subject
from minipanel.machine.lock import running_pid
from minipanel.setup.look.check import Check, Verdict
from minipanel.setup.look.ports import port_holder
from minipanel.translations.language import Translate

LOG = "journalctl -u minipanel -n 50"


def look_at_answer(subject: Subject) -> Iterator[Check]:
    """Ask the panel. If it does not answer, find out who holds its port."""
    found = look_at_panel(subject.config)
    if found.trouble is not None and subject.is_denied:  # the default port was asked, which need not be the panel's
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(subject.config.path))
    is_stranger = found.trouble is not None and found.version is None and not _runs(subject)
    holder = port_holder(subject.system, subject.config.server.port, subject.t) if is_stranger else None
    yield from judge_panel(found, holder, subject.config.server.port, subject.t)


def _runs(subject: Subject) -> bool:
    try:
        return running_pid(subject.config.database.path, patience_seconds=0) is not None
    except OSError:  # this user can't see it, or it is just starting
        return True


def judge_panel(found: PanelOverview, holder: str | None, port: int, t: Translate) -> Iterator[Check]:
    """Yield whether the panel answers. holder: the program that has its port while no panel runs."""
    if found.trouble is None:
        process = t(", process {pid}", pid=found.pid) if found.pid else ""
        detail = t("answers at {address} as version {version}", address=found.address, version=found.version)
        yield Check(t("panel"), Verdict.OK, detail + process)
    elif holder is not None:
        detail = t("port {port} is taken by {holder}", port=port, holder=holder)
        yield Check(t("panel"), Verdict.FIX, detail, t("stop it, or use another port: minipanel setup --port PORT"))
    elif found.version is not None:
        yield Check(t("panel"), Verdict.FIX, found.trouble, "systemctl restart minipanel")
    else:
        yield Check(t("panel"), Verdict.FIX, found.trouble, f"systemctl restart minipanel; {LOG}")
