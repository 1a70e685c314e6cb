"""What a look at the machine found: one line each, with the command that helps where something is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from minipanel.language import Translate
from minipanel.setup.screen import align


class Verdict(Enum):
    """How much a finding matters."""

    OK = "ok"
    WARNING = "warning"
    FIX = "must be fixed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `what` and `detail` are in the reader's language; `remedy` is a command, "" where none is known."""

    what: str
    verdict: Verdict
    detail: str
    remedy: str = ""


Look = Callable[[], Finding | None]
"""Looks at one thing, changes nothing. None: there is nothing to say."""


def gather(looks: Iterable[Look]) -> list[Finding]:
    """Return what all looks found, in their order."""
    return [finding for look in looks if (finding := look()) is not None]


def must_be_fixed(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that forbid to go on."""
    return [finding for finding in findings if finding.verdict is Verdict.FIX]


def table(findings: Iterable[Finding], t: Translate) -> list[str]:
    """Return the findings as lines: verdict, what, detail, and below a detail the command that helps."""
    marks = {
        Verdict.OK: t("ok"),
        Verdict.WARNING: t("warning"),
        Verdict.FIX: t("must be fixed"),
    }
    rows: list[tuple[str, str, str]] = []
    for finding in findings:
        rows.append((marks[finding.verdict], finding.what, finding.detail))
        if finding.remedy:
            rows.append(("", "", f"→ {finding.remedy}"))
    return align(rows)
