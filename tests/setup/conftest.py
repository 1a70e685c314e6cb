"""What the tests of the set-up share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from minipanel.setup import run
from minipanel.setup.change import configuration, service
from minipanel.setup.change.install import install
from minipanel.setup.change.release import own_release
from tests.setup.installing import GID, HASH, UID, answers, lay_release, screen
from tests.setup.machine import Machine
from tests.setup.panel_stub import PanelStub, running_stub


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine without files and without commands of its own."""
    return Machine(tmp_path)


@pytest.fixture
def stub(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Iterator[PanelStub]:
    """The machine with the commands that an installation needs, and what answers for its panel."""
    machine.command("getent", f'[ -e "{machine.root}/user" ] && echo minipanel:x:{UID}:{GID}::/x:/sbin/nologin')
    machine.command("useradd", f'touch "{machine.root}/user"')
    machine.command("systemctl", '[ "$1" != show ] || printf "ActiveState=active\\nNRestarts=0\\n"')
    machine.command("journalctl", "echo 'the last line of the log'")
    (machine.root / "etc/systemd/system").mkdir(parents=True)
    monkeypatch.setattr(service, "ANSWER_SECONDS", 0.3)
    monkeypatch.setattr(configuration, "hash_password", lambda password: HASH)
    with running_stub(machine) as running:
        yield running


@pytest.fixture
def installed(machine: Machine, stub: PanelStub) -> Path:
    """Return the release 0.1.0.old, which runs."""
    stub.well = {"0.1.0.old"}
    release = lay_release(machine, "0.1.0.old")
    install(answers(stub), release, machine.system, screen())
    machine.forget_calls()
    return release


@pytest.fixture
def whole(machine: Machine, stub: PanelStub, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which nothing must be fixed, and the release that install.sh has laid."""
    (machine.root / "run/systemd/system").mkdir(parents=True)
    machine.write("/etc/hosts", "10.0.0.1 mgmt\n10.0.0.2 node1\n")
    monkeypatch.setattr("minipanel.setup.look.machine.closed_folder", lambda path: None)
    monkeypatch.setattr("minipanel.setup.look.machine.hidden_place", lambda *paths: None)
    monkeypatch.setattr("minipanel.setup.ask.questions.port_holder", lambda *_: None)
    monkeypatch.setattr("minipanel.setup.look.ports.port_holder", lambda *_: None)
    release = lay_release(machine, "0.1.0.a")
    monkeypatch.setattr(run, "own_release", lambda system: own_release(system, str(release / "venv")))
    stub.well = {"0.1.0.a"}
    return release
