"""What the panel's log has of late: its warnings, and whose samples it refuses."""

from __future__ import annotations

import re
from typing import NamedTuple

from minipanel.models.quote import escape
from minipanel.setup import places
from minipanel.setup.system import System

LINES = 20
LINE_CHARACTERS = 400
REFUSED_SINCE = "-90s"
"""A node that is refused is logged once a minute."""

_REFUSED = re.compile(r"^Refused samples from (\S+) \(4\d\d\): (.*)$", re.MULTILINE)


class Refusal(NamedTuple):
    """From which address samples were refused, and the sentence that was answered."""

    address: str
    sentence: str


def warnings(system: System) -> list[str]:
    """Return the last lines of the day that are warnings or worse, each with its time, bounded and escaped."""
    shown = system.run(
        "journalctl", "--unit", places.SERVICE, "--no-pager", "--quiet", "--output=short-iso", "--no-hostname",
        "--priority=warning", "--since=-1day", f"--lines={LINES}",
    )  # fmt: skip
    return [escape(line, LINE_CHARACTERS) for line in shown.stdout.splitlines()[-LINES:] if line.strip()]


def refusals(system: System) -> list[Refusal]:
    """Return whose samples the panel refused in the last minutes, the newest of each address."""
    shown = system.run(
        "journalctl", "--unit", places.SERVICE, "--no-pager", "--quiet", "--output=cat", "--priority=warning",
        f"--since={REFUSED_SINCE}", "--lines=1000",
    )  # fmt: skip
    return parse_refusals(shown.stdout)


def parse_refusals(text: str) -> list[Refusal]:
    """Return what the log tells of senders at fault, not of a busy panel (5xx).

    Refused samples from 10.0.0.7 (401): The MUNGE credential …
    """
    newest: dict[str, str] = dict(_REFUSED.findall(text))
    return [Refusal(address, sentence) for address, sentence in newest.items()]
