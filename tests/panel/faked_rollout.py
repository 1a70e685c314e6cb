"""A roll-out that visits no node, and a terminal's output, for commands that edit the list of nodes."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from minipanel.config import Config, load_config


@dataclass
class FakeRollOut:
    """Replaces the visits to the nodes: notes them, and fails on some."""

    fails_on: Sequence[str] = ()
    is_interrupted: bool = False
    calls: list[tuple[list[str], bool]] = field(default_factory=list)
    configured: list[set[str]] = field(default_factory=list)
    """The hostnames in config.toml at each call."""
    addresses: list[dict[str, str]] = field(default_factory=list)
    """The addresses of the visited nodes at each call."""

    def __call__(self, config: Config, hostnames: Sequence[str], removes: bool) -> FakeReport:
        self.calls.append((list(hostnames), removes))
        self.configured.append({node.hostname for node in load_config(config.path).nodes})
        self.addresses.append({node.hostname: node.ip for node in config.nodes if node.hostname in hostnames})
        return FakeReport([name for name in hostnames if name in self.fails_on], self.is_interrupted)


@dataclass
class FakeReport:
    failed: Sequence[str]
    is_interrupted: bool = False

    @property
    def exit_code(self) -> int:
        return 1 if self.failed else 0

    def show(self) -> None:
        print(f"visited, {len(self.failed)} failed")

    def as_json(self) -> dict[str, Any]:
        return {"failed": list(self.failed)}


def said_at(terminal: int) -> str:
    """Return all that an ended process has printed at its terminal."""
    said = b""
    with contextlib.suppress(OSError):  # Linux reports the end of a terminal as EIO
        while chunk := os.read(terminal, 100_000):
            said += chunk
    os.close(terminal)
    return said.decode()
