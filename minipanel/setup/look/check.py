"""The findings about the machine: one line each, with the command that helps if something is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from minipanel.translations.columns import align
from minipanel.translations.language import Translate


class Verdict(Enum):
    """How much a check matters."""

    OK = "ok"
    WARNING = "warning"
    FIX = "must be fixed"


@dataclass(frozen=True, slots=True)
class Check:
    """One check. `what` and `detail` are in the reader's language; `remedy` is a command, "" if none is known."""

    what: str
    verdict: Verdict
    detail: str
    remedy: str = ""


Look = Callable[[], Check | None]
"""Looks at one subject and changes nothing. Returns None if there is nothing to say."""


def gather(looks: Iterable[Look]) -> list[Check]:
    """Return all findings, in order."""
    return [check for look in looks if (check := look()) is not None]


def must_be_fixed(checks: Iterable[Check]) -> list[Check]:
    """Return the checks that prevent an installation."""
    return [check for check in checks if check.verdict is Verdict.FIX]


def table(checks: Iterable[Check], t: Translate) -> list[str]:
    """Return the checks as lines: verdict, subject, detail, and below it the command that helps."""
    marks = {
        Verdict.OK: t("ok"),
        Verdict.WARNING: t("warning"),
        Verdict.FIX: t("must be fixed"),
    }
    rows: list[tuple[str, str, str]] = []
    for check in checks:
        rows.append((marks[check.verdict], check.what, check.detail))
        if check.remedy:
            rows.append(("", "", f"→ {check.remedy}"))
    return align(rows)
