"""Fixtures of the set-up's tests."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from minipanel.access.password import hash_password
from minipanel.database.store import Store
from minipanel.setup import run
from minipanel.setup.change import configuration, service
from minipanel.setup.change.install import install
from minipanel.setup.change.release import own_release
from tests.setup.installing import GID, HASH, UID, answers, lay_release, screen, set_up
from tests.setup.machine import Machine
from tests.setup.panel_stub import PanelStub, running_stub


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine without files and commands."""
    return Machine(tmp_path)


@pytest.fixture
def stub(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Iterator[PanelStub]:
    """Give the machine the commands that an installation needs, and a stub in place of its panel."""
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
    """The running release, 0.1.0.old."""
    stub.well = {"0.1.0.old"}
    release = lay_release(machine, "0.1.0.old")
    install(answers(stub), release, machine.system, screen())
    machine.forget_calls()
    return release


@pytest.fixture
def whole(machine: Machine, stub: PanelStub, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The release that install.sh has unpacked, on a machine where nothing needs fixing."""
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


@pytest.fixture
def settled(machine: Machine, stub: PanelStub, whole: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The running release. From here on passwords are really hashed."""
    set_up(machine, stub, None, roll_out=False, admin="chief")
    machine.forget_calls()
    monkeypatch.setattr(configuration, "hash_password", hash_password)
    return whole


@pytest.fixture
def stored(machine: Machine, settled: Path) -> Path:
    """A database in the folder that the configuration of `settled` names, owned by the user who runs these tests."""
    machine.command("getent", "echo minipanel:x:0:0::/x:/sbin/nologin")
    path = machine.root / "var/lib/minipanel/data.db"
    Store(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE told (what TEXT)")
        connection.execute("INSERT INTO told VALUES ('before')")
    (path.parent / "rollout-failed.json").write_text('["node1"]')
    return path
