"""An upgrade: what it keeps, and the way back from any failure."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from minipanel.config import NodeConfig, UserConfig
from minipanel.database.schema import ADDS_ONLY, APPLICATION_ID, migrations, newest_version
from minipanel.database.store import Store
from minipanel.errors import CommandError
from minipanel.models.sample import Sample
from minipanel.setup.change import install as installation
from minipanel.setup.change.install import install
from minipanel.setup.change.release import current_release, previous_release
from minipanel.setup.change.rollback import Schema, restore_copy, schema_version
from tests.setup.installing import CONFIG, UNIT, lay_release, screen
from tests.setup.machine import Machine, needs_root
from tests.setup.panel_stub import PanelStub

pytestmark = needs_root

T = 1_700_000_100
LEAST = max(number for number, script in migrations() if not script.startswith(ADDS_ONLY))
BEFORE = Schema(newest_version(), LEAST)
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
    assert previous_release(machine.system) == installed
    stub.well = {"0.1.0.newer"}
    install(None, lay_release(machine, "0.1.0.newer"), machine.system, screen())
    assert previous_release(machine.system) == new
    assert not installed.exists(), "only one is kept"


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
    assert machine.calls[-1].startswith("systemctl start") or machine.calls[-2].startswith("systemctl show")


def test_an_old_release_that_does_not_come_back_is_reported_with_the_first_trouble(
    machine: Machine, stub: PanelStub, installed: Path
) -> None:
    stub.well = set()
    with pytest.raises(CommandError) as raised:
        install(None, lay_release(machine, "0.1.0.new"), machine.system, screen())
    assert str(raised.value).count("did not start") == 3
    assert "The previous panel did not start either:" in str(raised.value)


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
    assert schema_version(path) == Schema(1, 1)
    database(tmp_path / "data.db.before-0001", 0)
    (tmp_path / "data.db-wal").write_bytes(b"")
    assert restore_copy(path, Schema(0, 0), str.format) == []
    assert schema_version(path) == Schema(0, 0)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["data.db"]


def test_without_a_copy_the_database_stays_as_it_is(tmp_path: Path) -> None:
    path = database(tmp_path / "data.db", 1)
    assert restore_copy(path, Schema(0, 0), str.format) == []
    assert schema_version(path) == Schema(1, 1)


def test_a_database_to_which_was_only_added_stays_as_it_is(tmp_path: Path) -> None:
    path = database(tmp_path / "data.db", 5)
    before = schema_version(path)
    assert before is not None
    shutil.copy(path, tmp_path / "data.db.before-0006")
    with closing(sqlite3.connect(path)) as new:
        new.executescript("CREATE TABLE applied_migrations (number INTEGER); INSERT INTO applied_migrations VALUES (6)")
    assert schema_version(path) == Schema(6, 5)
    assert restore_copy(path, before, str.format) == []
    assert schema_version(path) == Schema(6, 5)
    assert (tmp_path / "data.db.before-0006").exists()


def sample(at: int, cpu: float) -> Sample:
    return Sample("n1", at, cpu, 8000, 4000, None)


@pytest.fixture
def upgraded(tmp_path: Path) -> Path:
    """A database changed by a new release, which then stored samples, in existing records and in new ones."""
    path = tmp_path / "data.db"
    old = Store(path)
    admin = [UserConfig("admin", "hash")]
    nodes = [NodeConfig("n1", "10.0.0.1", "n1"), NodeConfig("n2", "10.0.0.2", "n2")]
    known = [sample(T - 5, 1), sample(T, 1), sample(T + 5, 2)]
    old.run([old.follow(admin, nodes[:1], 1), old.write_samples(1, known, 0)])
    old.run([old.seal(T, 10)])
    old.close()
    shutil.copy(path, tmp_path / f"data.db.before-{newest_version() + 1:04}")
    with closing(sqlite3.connect(path)) as new:
        new.executescript("ALTER TABLE system_metrics ADD COLUMN gpu REAL; CREATE TABLE of_later (x);")
    newer = Store(path)
    newer.run([newer.follow(admin, nodes, 2), newer.write_samples(1, [sample(T - 10, 4), sample(T + 10, 6)], 0)])
    newer.run([newer.seal(T + 300, 10), newer.write_samples(2, [sample(T + 305, 8)], 0)])
    newer.close()
    with closing(sqlite3.connect(path)) as new:
        new.execute(f"PRAGMA user_version = {newest_version() + 1}")
    return path


def test_what_the_new_release_has_stored_goes_back_with_the_old_database(upgraded: Path) -> None:
    (upgraded.parent / f"data.db.before-{newest_version() + 1:04}").chmod(0o600)
    upgraded.chmod(0o640)
    assert restore_copy(upgraded, BEFORE, str.format) == []
    assert schema_version(upgraded) == BEFORE
    assert upgraded.stat().st_mode & 0o777 == 0o640
    store = Store(upgraded)
    found = [store.reader.history(node, 0, T + 900, ["cpu_percent", "samples"], T + 900) for node in (1, 2)]
    (nodes,) = store.run([store.follow([UserConfig("admin", "hash")], [NodeConfig("n2", "10.0.0.2", "n2")], 3)])
    store.close()
    assert found == [
        [b"[%d,%d]" % (T, T + 300), b"[2.0,4.0]", b"[3,2]"],
        [b"[%d]" % (T + 600), b"[8.0]", b"[1]"],
    ]
    assert [(node.id, node.hostname) for node in nodes] == [(1, "n1"), (2, "n2")]
    with closing(sqlite3.connect(upgraded)) as connection:
        assert connection.execute("SELECT node_id FROM pending_metrics").fetchall() == [(2,)]
    assert sorted(file.name for file in upgraded.parent.iterdir()) == ["data.db"]


def test_what_can_not_be_carried_back_is_kept_and_reported(upgraded: Path) -> None:
    with closing(sqlite3.connect(upgraded)) as new:
        new.execute("ALTER TABLE system_metrics RENAME COLUMN cpu_percent TO cpu")
    number = newest_version() + 1
    aside = upgraded.with_name(f"data.db.after-{number:04}")
    assert restore_copy(upgraded, BEFORE, str.format) == [
        f"The database {upgraded} stores system_metrics differently, so its new records can't be carried over.",
        f"What the new release stored is kept in {aside}.",
    ]
    assert schema_version(upgraded) == BEFORE
    with closing(sqlite3.connect(aside)) as kept:
        assert kept.execute("SELECT count(*) FROM system_metrics").fetchone() == (2,)


def test_a_file_that_is_not_a_database_has_no_schema(tmp_path: Path) -> None:
    assert schema_version(tmp_path / "none.db") is None
    (tmp_path / "text.db").write_text("text " * 1000)
    assert schema_version(tmp_path / "text.db") is None
