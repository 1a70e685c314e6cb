"""An upgrade: what it keeps, and the way back from whatever fails."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from minipanel.database.schema import APPLICATION_ID
from minipanel.errors import CommandError
from minipanel.setup.change import install as installation
from minipanel.setup.change.install import install
from minipanel.setup.change.release import current_release
from minipanel.setup.change.rollback import restore_copy, schema_version
from tests.setup.installing import CONFIG, UNIT, lay_release, screen
from tests.setup.machine import Machine, needs_root
from tests.setup.panel_stub import PanelStub

pytestmark = needs_root

STEPS = ["lay_links", "lay_unit", "open_port", "restore_labels", "start", "wait_until_healthy"]


def test_an_upgrade_keeps_the_configuration_to_the_letter(machine: Machine, stub: PanelStub, installed: Path) -> None:
    edited = machine.read(CONFIG) + "\n# a comment of the administrator's\n"
    machine.write(CONFIG, edited)
    stub.well = {"0.1.0.new"}
    new = lay_release(machine, "0.1.0.new")
    install(None, new, machine.system, screen())
    assert machine.read(CONFIG) == edited
    assert machine.read(UNIT).endswith("of 0.1.0.new")
    assert current_release(machine.system) == new
    assert not installed.exists()


@pytest.mark.parametrize("step", [*STEPS, "nothing"])
def test_an_upgrade_that_fails_anywhere_leaves_the_old_one_running(
    machine: Machine, stub: PanelStub, installed: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*_: object) -> None:
        raise CommandError(f"{step} failed.")

    new = lay_release(machine, "0.1.0.new")
    with monkeypatch.context() as patch:
        if step != "nothing":
            patch.setattr(installation, step, fail)
        with pytest.raises(CommandError):
            install(None, new, machine.system, screen())
    assert current_release(machine.system) == installed
    assert machine.read(UNIT).endswith("of 0.1.0.old")
    assert machine.calls[-2].startswith("systemctl show") or machine.calls[-1] == "systemctl restart minipanel.service"


def test_an_old_release_that_does_not_come_back_is_told_with_the_first_trouble(
    machine: Machine, stub: PanelStub, installed: Path
) -> None:
    stub.well = set()
    with pytest.raises(CommandError) as raised:
        install(None, lay_release(machine, "0.1.0.new"), machine.system, screen())
    assert str(raised.value).count("does not run") == 3
    assert "The release before does not run either:" in str(raised.value)


def test_a_panel_that_answers_as_another_version_is_not_the_new_one(
    machine: Machine, stub: PanelStub, installed: Path
) -> None:
    stub.well = {"0.1.0.old", "0.1.0.new"}
    stub.version = "0.0.9"
    with pytest.raises(CommandError, match=r"answers as version 0\.0\.9"):
        install(None, lay_release(machine, "0.1.0.new"), machine.system, screen())
    assert current_release(machine.system) == installed


def database(path: Path, version: int) -> Path:
    connection = sqlite3.connect(path)
    connection.executescript(
        f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {version}; CREATE TABLE t(x)"
    )
    connection.close()
    return path


def test_a_database_that_the_new_release_changed_is_put_back(tmp_path: Path) -> None:
    path = database(tmp_path / "data.db", 1)
    assert schema_version(path) == 1
    database(tmp_path / "data.db.before-0001", 0)
    (tmp_path / "data.db-wal").write_bytes(b"")
    restore_copy(path, 0)
    assert schema_version(path) == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == ["data.db"]


def test_without_a_copy_the_database_stays_as_it_is(tmp_path: Path) -> None:
    path = database(tmp_path / "data.db", 1)
    restore_copy(path, 0)
    assert schema_version(path) == 1


def test_what_is_no_database_has_no_schema(tmp_path: Path) -> None:
    assert schema_version(tmp_path / "none.db") is None
    (tmp_path / "text.db").write_text("text " * 1000)
    assert schema_version(tmp_path / "text.db") is None
