"""Sentences about the faulty lines of a hosts file, for users."""

from __future__ import annotations

from minipanel.machine.hosts import Fault
from minipanel.models.quote import quote
from minipanel.translations.language import Translate

SHOWN_FAULTS = 10


def explain_faults(faults: tuple[Fault, ...], t: Translate) -> list[str]:
    """Return a sentence for each faulty line, at most ten, and then how many more there are."""
    lines = [t("Line {line} of the hosts file is skipped: {reason}", line=fault.line, reason=_reason(fault, t))
             for fault in faults[:SHOWN_FAULTS]]  # fmt: skip
    if len(faults) > SHOWN_FAULTS:
        lines.append(t("... and {count} more such lines", count=len(faults) - SHOWN_FAULTS))
    return lines


def _reason(fault: Fault, t: Translate) -> str:
    match fault.problem:
        case "byte order mark":
            return t("it begins with a byte order mark, so the resolver does not read it.")
        case "address":
            return t("{text} is not an address.", text=quote(fault.text))
        case "no name":
            return t("{text} has no name.", text=quote(fault.text))
        case "name":
            return t("{text} can't be a hostname.", text=quote(fault.text))
        case "other node":
            return t("its address is that of {hostname}; {text} is not another node.",
                     hostname=fault.hostname, text=quote(fault.text))  # fmt: skip
