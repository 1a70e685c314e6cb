"""What is wrong, in one line: the worst finding, and how many more there are."""

from __future__ import annotations

from collections.abc import Sequence

from minipanel.models.alert_answers import Finding
from minipanel.top.pieces import Line, at_both_ends
from minipanel.top.words import Words

_TEXT_CHARACTERS = 500


def attention(findings: Sequence[Finding], words: Words, columns: int) -> list[Line]:
    """Return the line, in a list; an empty list if nothing needs anybody. The line ends with the number of others."""
    asking = [finding for finding in findings if needs_somebody(finding)]
    if not asking:
        return []
    style = "alarm" if asking[0].severity == "critical" else "warn"
    more = words.t("  and {count} more", count=len(asking) - 1) if len(asking) > 1 else ""
    return [at_both_ends([(f" {said(asking[0], words)} ", style)], [(more, "bold")], columns)]


def needs_somebody(finding: Finding) -> bool:
    """Return whether a finding is a warning or worse, and neither acknowledged, silenced nor suspended."""
    is_quiet = finding.is_suspended or finding.acked_by is not None or finding.silenced_until is not None
    return finding.severity != "info" and not is_quiet


def said(finding: Finding, words: Words) -> str:
    """Return a finding as one line: node[001-032] hot: 99 °C, limit 95 °C"""
    t = words.t
    whom = words.plain(finding.nodes) or t("the panel")
    if finding.others:
        whom = t("{nodes} and {count} others", nodes=whom, count=finding.others)
    what = finding.what.zh if words.is_chinese else finding.what.en
    return f"{whom} {words.plain(what, _TEXT_CHARACTERS)}"
