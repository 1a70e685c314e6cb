"""The options of a roll-out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from minipanel.errors import CommandError


@dataclass(frozen=True, slots=True)
class RolloutOptions:
    """The options of `minipanel rollout`, with its defaults.

    timeout_seconds: the limit for each step on a node. agent: the agent's file, None for this panel's. ca_file: the
    certificate that agents trust, None for ca.pem beside config.toml, if that exists. user, sudo: how to log in on the
    nodes; with None and False, as [rollout] in config.toml says. drift: report how config.toml and /etc/hosts differ.
    """

    force: bool = False
    remove: bool = False
    dry_run: bool = False
    only_failed: bool = False
    hosts: Path | None = None
    root: Path | None = None
    agent: Path | None = None
    ca_file: Path | None = None
    fanout: int = 64
    timeout_seconds: float = 30
    user: str | None = None
    sudo: bool = False
    drift: bool = True

    def refuse_idle(self) -> None:
        """Raise CommandError for an option that has no effect together with another one."""
        asked = {"--force": self.force, "--only-failed": self.only_failed, "--user": self.user, "--sudo": self.sudo}
        beside_root = asked if self.root is not None else {}
        given = {"--force": self.force, "--agent": self.agent, "--ca-file": self.ca_file}
        beside_remove = given if self.remove else {}
        for other, options in (("--root", beside_root), ("--remove", beside_remove)):
            for option, value in options.items():
                if value:
                    raise CommandError(
                        "{option} does nothing beside {other}; leave one of them out.", option=option, other=other
                    )
