"""The list of rules. To add one, write it in a file beside this one, and name it here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from minipanel.alerts.rule import Rule
from minipanel.alerts.rules.agent import AGENT
from minipanel.alerts.rules.archive import ARCHIVE_RULE
from minipanel.alerts.rules.backup import BACKUP_RULE
from minipanel.alerts.rules.certificate import CERTIFICATE
from minipanel.alerts.rules.clock import CLOCK_RULE
from minipanel.alerts.rules.disk import DISK
from minipanel.alerts.rules.hot import HOT
from minipanel.alerts.rules.idle_hoarding import IDLE_HOARDING
from minipanel.alerts.rules.many_down import MANY_DOWN
from minipanel.alerts.rules.memory import MEMORY
from minipanel.alerts.rules.memory_rising import MEMORY_RISING
from minipanel.alerts.rules.neighbours import HOTTER_THAN_NEIGHBOURS
from minipanel.alerts.rules.node_down import NODE_DOWN
from minipanel.alerts.rules.panel import PANEL_RULE
from minipanel.alerts.rules.rebooted import REBOOTED
from minipanel.alerts.rules.samples_missing import SAMPLES_MISSING
from minipanel.alerts.rules.throttled import THROTTLED
from minipanel.models.alert import Alert

RULES: Final[tuple[Rule[Any], ...]] = (
    PANEL_RULE,
    MANY_DOWN,
    NODE_DOWN,
    HOT,
    THROTTLED,
    HOTTER_THAN_NEIGHBOURS,
    MEMORY,
    MEMORY_RISING,
    CLOCK_RULE,
    IDLE_HOARDING,
    SAMPLES_MISSING,
    DISK,
    CERTIFICATE,
    BACKUP_RULE,
    ARCHIVE_RULE,
    AGENT,
    REBOOTED,
)
"""In the order of their checks: a rule that holds others back comes before them."""

BY_NAME: Final = {rule.name: rule for rule in RULES}


def of_known_rules(alerts: Iterable[Alert]) -> list[Alert]:
    """Return the alerts of rules that this release has: after a rollback, a database has alerts of others too."""
    return [alert for alert in alerts if alert.rule in BY_NAME]
