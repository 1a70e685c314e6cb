"""The end of the panel's log: its warnings, and whose samples the panel refuses."""

from __future__ import annotations

import re
from typing import NamedTuple

from minipanel.models.quote import escape
from minipanel.setup import places
from minipanel.setup.system import System

LINES = 20
LINE_CHARACTERS = 400
REFUSED_SINCE = "-90s"
"""The panel logs a refused node once a minute."""

_REFUSED = re.compile(r"^Refused samples from (\S+) \(4\d\d\): (.*)$", re.MULTILINE)


class Refusal(NamedTuple):
    """The address whose samples were refused, and the panel's answer."""

    address: str
    sentence: str


def warnings(system: System) -> list[str]:
    """Return the day's last warnings and errors, each with its time, shortened and escaped."""
    shown = system.run(
        "journalctl", "--unit", places.SERVICE, "--no-pager", "--quiet", "--output=short-iso", "--no-hostname",
        "--priority=warning", "--since=-1day", f"--lines={LINES}",
    )  # fmt: skip
    return [escape(line, LINE_CHARACTERS) for line in shown.stdout.splitlines()[-LINES:] if line.strip()]


def refusals(system: System) -> list[Refusal]:
    """Return the refusals of the last 90 seconds, the newest for each address."""
    shown = system.run(
        "journalctl", "--unit", places.SERVICE, "--no-pager", "--quiet", "--output=cat", "--priority=warning",
        f"--since={REFUSED_SINCE}", "--lines=1000",
    )  # fmt: skip
    return parse_refusals(shown.stdout)


def parse_refusals(text: str) -> list[Refusal]:
    """Return the refusals in a log that are the sender's fault, not those of a busy panel (5xx).

    Refused samples from 10.0.0.7 (401): The MUNGE credential …
    """
    newest: dict[str, str] = dict(_REFUSED.findall(text))
    return [Refusal(address, sentence) for address, sentence in newest.items()]
