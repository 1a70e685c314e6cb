"""The engine of [storage], and what waits for it."""

from __future__ import annotations

from collections.abc import Iterator

from minipanel.commands.archive_overview import ArchiveOverview, look_at_archive
from minipanel.commands.archive_status import archive_line
from minipanel.doctor.subject import Subject
from minipanel.setup.look.check import Check, Verdict
from minipanel.translations.language import Translate


def look_at_engine(subject: Subject) -> Iterator[Check]:
    """Ask the engine, and read the state of the queue. No line without [storage]."""
    found = None if subject.is_denied else look_at_archive(subject.config)
    if found is not None:
        yield judge_archive(found, subject.t)


def judge_archive(found: ArchiveOverview, t: Translate) -> Check:
    """Return the state. Waiting records are normal: they wait for the engine, or to be read back twice."""
    if found.trouble is not None:
        return Check(t("archive"), Verdict.FIX, t(found.trouble), "minipanel archive status")
    return Check(t("archive"), Verdict.OK, archive_line(found, t))
