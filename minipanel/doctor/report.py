"""The report of `minipanel doctor`: its findings, the settings that differ from the defaults, the log's warnings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from minipanel.doctor.looking import Finding
from minipanel.exits import DONE, FAILED
from minipanel.setup.look.check import Verdict, table
from minipanel.translations.language import Translate


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """`keys`: settings as in config.toml, without secrets. `log`: the panel's last warnings."""

    findings: Sequence[Finding]
    versions: Mapping[str, str]
    keys: Sequence[str]
    log: Sequence[str]

    @property
    def exit_code(self) -> int:
        """0 if all is well, 1 if there is something to look at or to fix."""
        return DONE if all(finding.check.verdict is Verdict.OK for finding in self.findings) else FAILED

    def lines(self, t: Translate) -> list[str]:
        """Return the report for people."""
        lines = table([finding.check for finding in self.findings], t)
        if self.keys:
            lines += ["", t("The configuration, where it differs from the defaults, without secrets:")]
            lines += [f"  {key}" for key in self.keys]
        if self.log:
            lines += ["", t("The last warnings in the panel's log:"), *(f"  {line}" for line in self.log)]
        return [*lines, "", self._counts(t)]

    def _counts(self, t: Translate) -> str:
        verdicts = Counter(finding.check.verdict for finding in self.findings)
        if self.exit_code == DONE:
            return t("All is well.")
        return t("Warnings: {warnings}. Must be fixed: {fixes}.", warnings=verdicts[Verdict.WARNING],
                 fixes=verdicts[Verdict.FIX])  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """Return the report for programs; the names of looks and verdicts are the same in every language."""
        return {
            "good": self.exit_code == DONE,
            "versions": dict(self.versions),
            "checks": [
                {
                    "look": finding.look,
                    "verdict": finding.check.verdict.name.lower(),
                    "what": finding.check.what,
                    "detail": finding.check.detail,
                    "remedy": finding.check.remedy,
                }
                for finding in self.findings
            ],
            "configuration": list(self.keys),
            "log": list(self.log),
        }
