"""The agents of nodes that are about to be removed: which still report, and their removal by a roll-out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from minipanel.commands.question import can_ask, confirm
from minipanel.config import Config, NodeConfig
from minipanel.database.newest import heard_by_hostname
from minipanel.errors import CommandError, DatabaseError
from minipanel.machine.uptime import this_moment
from minipanel.models.node import state_of
from minipanel.models.nodeset import fold
from minipanel.translations.language import Translate


class Report(Protocol):
    """The result of a roll-out."""

    @property
    def exit_code(self) -> int:
        """0 if it succeeded on every node, otherwise 1."""

    @property
    def failed(self) -> Sequence[str]:
        """The hostnames of the nodes on which it failed."""

    @property
    def is_interrupted(self) -> bool:
        """Whether the roll-out was cut short."""

    def show(self) -> None:
        """Print the report."""

    def as_json(self) -> dict[str, Any]:
        """Return the report for programs."""


RollOut = Callable[[Config, Sequence[str], bool], Report]
"""Installs the agent on these hostnames of the configuration; removes it from them if the last argument is true."""


def still_reporting(config: Config, nodes: Sequence[NodeConfig]) -> list[str]:
    """Return the hostnames of the nodes whose agents still report; none if the database can't be read."""
    try:
        heard = heard_by_hostname(config.database.path, this_moment(), config.agents.interval)
    except DatabaseError:
        return []
    seen = [(node.hostname, heard.get(node.hostname.lower())) for node in nodes]
    return [
        hostname
        for hostname, last in seen
        if last and state_of(True, last.last_seen, last.silent_seconds, config.agents.interval) == "up"
    ]


def wants_agents_away(reporting: Sequence[str], asks: bool, t: Translate) -> bool:
    """Print where an agent still runs. Returns whether to remove it there: only if asks is true and a user says yes."""
    if not reporting:
        return False
    print(t("The agent still runs on {nodes}.", nodes=fold(reporting)))
    if asks and can_ask() and confirm(t("Remove it there first?"), t):
        return True
    command = f"minipanel nodes remove --with-agent {fold(reporting)}"
    print(t("It stays there; to remove it: {command}", command=command))
    return False


def take_agents_away(
    config: Config,
    hostnames: Sequence[str],
    reporting: Collection[str],
    roll_out: RollOut,
    show: Callable[[Report], None],
    t: Translate,
) -> Removal:
    """Remove the agent from these nodes while config.toml still has them. Raises CommandError if interrupted.

    A dead node must not hold up the others: only a node that still reports stays in config.toml.
    """
    report = roll_out(config, hostnames, True)
    show(report)
    if report.is_interrupted:
        raise CommandError(t("Interrupted; config.toml is unchanged. Run the command again."))
    return Removal(report.exit_code, [hostname for hostname in report.failed if hostname in reporting])


@dataclass(frozen=True, slots=True)
class Removal:
    """The result of removing agents. `kept`: hostnames of nodes that still report, so they stay configured."""

    exit_code: int
    kept: Sequence[str]
