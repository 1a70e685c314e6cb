"""A set-up that changes nothing leaves the panel running; whatever may need a restart still gets one."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from minipanel.database.store import Store
from minipanel.sections import load_config
from tests.setup.installing import CONFIG, UNIT, lay_release, set_up
from tests.setup.machine import Machine, needs_root
from tests.setup.panel_stub import PanelStub

pytestmark = needs_root

SAID = "nothing has changed: the panel keeps running"
START = "systemctl start --no-block minipanel.service"


@pytest.fixture
def running(machine: Machine, settled: Path) -> Path:
    """The running release, started after everything was written."""
    started(machine)
    return settled


def started(machine: Machine, state: str = "active") -> None:
    time.sleep(0.05)  # the kernel's times of files lag behind by a tick of its clock
    facts = rf"ActiveState={state}\nNRestarts=0\nExecMainStartTimestampMonotonic={time.monotonic_ns() // 1000}\n"
    machine.command("systemctl", f'[ "$1" != show ] || printf "{facts}"')


def again(machine: Machine, stub: PanelStub) -> tuple[bool, bool]:
    """Run the set-up again. Returns whether it restarted the panel, and whether it said that nothing has changed."""
    machine.forget_calls()
    code, shown = set_up(machine, stub, None, roll_out=False)
    assert code == 0
    assert "MiniPanel is running." in shown
    return START in machine.calls, SAID in shown


def test_without_any_change_the_panel_keeps_running(machine: Machine, stub: PanelStub, running: Path) -> None:
    for _ in range(2):
        assert again(machine, stub) == (False, True)
        assert "systemctl stop minipanel.service" not in machine.calls
        assert "systemctl enable --quiet minipanel.service" in machine.calls


def edit(machine: Machine) -> None:
    with (machine.root / CONFIG[1:]).open("a") as file:
        file.write("# by hand\n")


def move_here(machine: Machine) -> None:
    """An older file in its place, as `mv` and `cp -a` leave it."""
    path = machine.root / CONFIG[1:]
    old = path.with_name("old")
    old.write_bytes(path.read_bytes())
    facts = path.stat()
    os.chown(old, facts.st_uid, facts.st_gid)
    old.chmod(facts.st_mode & 0o777)
    os.utime(old, (1, 1))
    old.replace(path)


def change_unit(machine: Machine) -> None:
    machine.write(UNIT, machine.read(UNIT) + "\n# by hand\n")


def add_drop_in(machine: Machine) -> None:
    machine.write(f"{UNIT}.d/site.conf", "[Service]\nNice=1\n")


@pytest.mark.parametrize("change", [edit, move_here, change_unit, add_drop_in])
def test_what_was_changed_since_the_start_takes_effect(
    machine: Machine, stub: PanelStub, running: Path, change: Callable[[Machine], None]
) -> None:
    change(machine)
    assert again(machine, stub) == (True, False)
    started(machine)
    assert again(machine, stub) == (False, True)


@pytest.mark.parametrize("state", ["inactive", "failed", "activating"])
def test_a_panel_that_is_not_running_is_started(
    machine: Machine, stub: PanelStub, running: Path, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("minipanel.setup.change.service.has_given_up", lambda _: False)
    started(machine, state)
    assert again(machine, stub) == (True, False)


def test_another_release_is_started(
    machine: Machine, stub: PanelStub, running: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = lay_release(machine, "0.1.0.b")
    monkeypatch.setattr("minipanel.setup.run.own_release", lambda _: release.resolve())
    stub.well.add(release.name)
    assert again(machine, stub) == (True, False)


def test_a_new_folder_for_backups_is_opened_to_the_service(machine: Machine, stub: PanelStub, running: Path) -> None:
    edit(machine)
    machine.write(CONFIG, machine.read(CONFIG) + '[backup]\nfolder = "/srv/backup"\n')
    assert again(machine, stub) == (True, False)
    database = load_config(machine.root / CONFIG[1:]).database.path
    store = Store(machine.system.path(database))
    started(machine)
    assert again(machine, stub) == (False, True)
    # Lost with its disk, and made again.
    (machine.root / "srv/backup").rmdir()
    assert again(machine, stub) == (True, False)
    started(machine)
    note(store, "The folder can't be written.")
    assert again(machine, stub) == (True, False)
    note(store, None)
    store.close()
    assert again(machine, stub) == (False, True)


def note(store: Store, trouble: str | None) -> None:
    store.run([store.note_backup(1, trouble)])
