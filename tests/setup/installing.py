"""Shared by the tests of an installation: releases as install.sh unpacks them, answers, and paths."""

from __future__ import annotations

import dataclasses
import stat
from pathlib import Path

import bcrypt

from minipanel.config import NodeConfig
from minipanel.setup import run
from minipanel.setup.ask.answers import Answers
from minipanel.setup.look.network import OwnNetwork
from minipanel.setup.request import Request
from tests.setup.machine import Machine, TypingScreen
from tests.setup.panel_stub import PanelStub

UID, GID = 4242, 4243
PASSWORD = "correct horse"
NETWORK = OwnNetwork("mgmt", frozenset({"127.0.0.1", "10.0.0.1"}), lambda peer: "10.0.0.1")
HASH = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
CONFIG = "/etc/minipanel/config.toml"
UNIT = "/etc/systemd/system/minipanel.service"
DROP_IN = f"{UNIT}.d/setup.conf"


def lay_release(machine: Machine, name: str) -> Path:
    """Return a release as install.sh unpacks it."""
    release = machine.root / "opt/minipanel/releases" / name
    (release / "venv/bin").mkdir(parents=True)
    (release / "minipanel-agent").write_text("agent of " + name)
    (release / "minipanel.service").write_text("[Service]\n# of " + name)
    return release


def answers(stub: PanelStub, **changes: object) -> Answers:
    nodes = (NodeConfig("mgmt", "127.0.0.1", "mgmt"), NodeConfig("node1", "127.0.0.2", "node1"))
    given = Answers(
        "chief",
        "correct horse",
        False,
        nodes,
        Path("/var/lib/minipanel/data.db"),
        stub.port,
        "127.0.0.1",
        "munge",
        None,
    )
    return dataclasses.replace(given, **changes)  # type: ignore[arg-type]


def screen() -> TypingScreen:
    return TypingScreen(is_guided=False)


def mode(path: Path) -> tuple[int, int, int]:
    facts = path.stat()
    return facts.st_uid, facts.st_gid, stat.S_IMODE(facts.st_mode)


def set_up(machine: Machine, stub: PanelStub, bring: object, **asked: object) -> tuple[int, str]:
    """Run a whole set-up unattended, with `bring` as its roll-out. Returns the exit code and what was shown."""
    request = Request(**{"auth": "token", "port": str(stub.port), **asked})  # type: ignore[arg-type]
    shown = screen()
    code = run.set_up(request, machine.system, shown, NETWORK, bring)  # type: ignore[arg-type]
    return code, "\n".join(shown.shown)
