"""`minipanel rollback`: the previous release runs again, nothing is lost silently, and an interrupted one is undone."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from minipanel.database.schema import newest_version
from minipanel.errors import CommandError
from minipanel.setup.change import revert
from minipanel.setup.change.install import install
from minipanel.setup.change.release import current_release, previous_release
from minipanel.setup.change.revert import roll_back
from tests.setup.installing import UNIT, lay_release, screen
from tests.setup.machine import Machine, TypingScreen, needs_root
from tests.setup.panel_stub import PanelStub
from tests.setup.test_setup_restore import end_once, records, store_samples

pytestmark = needs_root

OLD, NEW = "0.1.0.old", "0.2.0.new"

# The Python of a release: it prints its version, its migrations, and whether it can read config.toml.
PYTHON = """\
#!/bin/sh
case "$*" in
    *--version*) echo "minipanel {version}" ;;
    *newest_version*) echo {schema} ;;
    *nodes*) {read} ;;
esac
"""


def give_python(release: Path, schema: int, read: str = ":") -> None:
    python = release / "venv/bin/python"
    python.write_text(PYTHON.format(version=release.name.rpartition(".")[0], schema=schema, read=read))
    python.chmod(0o755)


@pytest.fixture
def database(machine: Machine, stub: PanelStub, installed: Path) -> Path:
    """The database of a panel that was upgraded: 3 records from before, which the copy has, and 2 since."""
    path = machine.root / "var/lib/minipanel/data.db"
    store_samples(path, 1, 3)
    shutil.copy(path, path.with_name(f"data.db.before-{newest_version():04}"))
    store_samples(path, 2, 2)
    stub.well = {NEW}
    install(None, lay_release(machine, NEW), machine.system, screen())
    give_python(installed, newest_version())
    stub.well = {OLD, NEW}
    stub.version = "0.1.0"
    machine.forget_calls()
    return path


def change_schema(path: Path) -> None:
    """Make the newer release's migration one that an older release can't use."""
    with closing(sqlite3.connect(path)) as changed:
        changed.execute(f"PRAGMA user_version = {newest_version()}")
        changed.execute("ALTER TABLE pending_metrics ADD COLUMN gpu REAL")


def rolled_back(machine: Machine, *typed: str, is_agreed: bool = False) -> list[str]:
    shown = TypingScreen(*typed, is_guided=bool(typed))
    roll_back(machine.system, shown, is_agreed)
    return shown.shown


def test_a_release_that_can_open_the_database_uses_it(machine: Machine, database: Path, installed: Path) -> None:
    new = current_release(machine.system)
    assert new is not None
    shown = rolled_back(machine)
    assert current_release(machine.system) == installed
    assert machine.read(UNIT).endswith("of 0.1.0.old")
    assert (records(database, 1), records(database, 2)) == (3, 2)
    assert shown[-3:] == [
        "0.1.0 runs again, and the panel answers.",
        "The agents stay as they are and report to it. To install its own agent: minipanel rollout",
        f"Undo: /opt/minipanel/releases/{NEW}/bin/minipanel setup --no-rollout",
    ]
    assert [call for call in machine.calls if call.startswith("systemctl st")] == [
        "systemctl stop minipanel.service",
        "systemctl stop minipanel.service",
        "systemctl start --no-block minipanel.service",
    ]


def test_going_back_twice_is_refused_and_the_newer_one_can_come_again(
    machine: Machine, stub: PanelStub, database: Path, installed: Path
) -> None:
    new = current_release(machine.system)
    rolled_back(machine)
    with pytest.raises(CommandError, match=r"No release before 0\.1\.0 is kept here\. Each upgrade keeps one\."):
        rolled_back(machine)
    assert current_release(machine.system) == installed
    assert new is not None
    install(None, new, machine.system, screen())
    assert current_release(machine.system) == new
    assert previous_release(machine.system) == installed
    stub.well = {"0.3.0.c"}
    rolled_back_to = lay_release(machine, "0.3.0.c")
    install(None, rolled_back_to, machine.system, screen())
    assert previous_release(machine.system) == new
    assert not installed.exists()


def test_after_a_first_installation_there_is_nothing_to_go_back_to(
    machine: Machine, stub: PanelStub, installed: Path
) -> None:
    with pytest.raises(CommandError, match="No release before"):
        rolled_back(machine)
    assert current_release(machine.system) == installed
    assert machine.calls == []


def test_where_nothing_is_installed_or_the_user_is_not_root_it_says_so(machine: Machine, stub: PanelStub) -> None:
    with pytest.raises(CommandError, match="No panel is installed in /opt/minipanel"):
        rolled_back(machine)
    system = type(machine.system)(machine.root, machine.system.search, user_id=1000)
    with pytest.raises(CommandError, match="Only root can go back"):
        roll_back(system, screen(), is_agreed=False)


def test_a_configuration_that_the_older_release_can_not_read_is_reported_before_anything_stops(
    machine: Machine, database: Path, installed: Path
) -> None:
    give_python(installed, newest_version(), read="echo '[backup] is not known.' >&2; exit 2")
    with pytest.raises(
        CommandError, match=r"0\.1\.0 can't run with this configuration: \[backup\] is not known\."
    ) as told:
        rolled_back(machine)
    assert "Nothing was changed. Put a # before what 0.1.0 does not know in " in str(told.value)
    assert machine.calls == []


def test_what_an_older_release_can_not_open_is_carried_over_into_the_copy_once_that_is_agreed(
    machine: Machine, database: Path, installed: Path
) -> None:
    change_schema(database)
    give_python(installed, newest_version() - 1)
    with pytest.raises(CommandError, match="Nothing was changed; --yes goes back anyway"):
        rolled_back(machine)
    assert machine.calls == []
    shown = rolled_back(machine, is_agreed=True)
    assert shown[1].startswith("0.1.0 can't open the database as it is now; it gets the copy of 20")
    assert shown[2] == "The 2 records stored since are carried over into it. What 0.1.0 does not know is lost."
    assert (records(database, 1), records(database, 2)) == (3, 2)
    assert least(database) < newest_version()
    (kept,) = database.parent.glob("data.db.after-*Z")
    assert least(kept) == newest_version()
    assert current_release(machine.system) == installed


def least(path: Path) -> int:
    with closing(sqlite3.connect(path)) as database:
        return int(database.execute("PRAGMA user_version").fetchone()[0])


def lose(database: Path, installed: Path) -> None:
    """Let the newer release store its records in a way that can't be carried over."""
    change_schema(database)
    with closing(sqlite3.connect(database)) as changed:
        changed.execute("ALTER TABLE pending_metrics RENAME COLUMN cpu_percent TO cpu")
    give_python(installed, newest_version() - 1)


def test_what_would_be_lost_is_shown_first_and_needs_a_yes(
    machine: Machine, database: Path, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose(database, installed)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    shown = TypingScreen("n")
    with pytest.raises(CommandError, match=r"Nothing was changed\."):
        roll_back(machine.system, shown, is_agreed=False)
    assert "The 2 records stored since are lost: The database" in "\n".join(shown.shown)
    assert machine.calls == []
    rolled_back(machine, "y")
    assert (records(database, 1), records(database, 2)) == (3, 0)
    (kept,) = database.parent.glob("data.db.after-*Z")
    assert records(kept, 2) == 2


def test_without_a_copy_there_is_no_way_back(machine: Machine, database: Path, installed: Path) -> None:
    change_schema(database)
    give_python(installed, newest_version() - 1)
    for copy in database.parent.glob("data.db.before-*"):
        copy.unlink()
    with pytest.raises(CommandError, match="and there is no copy from before"):
        rolled_back(machine, is_agreed=True)
    assert machine.calls == []


@pytest.mark.parametrize("is_before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, CommandError], ids=["Ctrl-C", "failure"])
@pytest.mark.parametrize(
    ("step", "is_changed"),
    [("place", True), *itertools.product(["stop", "switch_to", "lay_unit", "start", "wait_until_healthy"], [0, 1])],
)
def test_whatever_ends_it_has_the_newer_release_run_again(
    machine: Machine,
    database: Path,
    installed: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    error: type[BaseException],
    is_before: bool,
    is_changed: bool,
) -> None:
    if is_changed:
        change_schema(database)
        give_python(installed, newest_version() - 1)
    new = current_release(machine.system)
    end_once(monkeypatch, revert, step, error, is_before, work="exchange")
    with pytest.raises(error):
        rolled_back(machine, is_agreed=True)
    assert current_release(machine.system) == new
    assert machine.read(UNIT).endswith(f"of {NEW}")
    assert (records(database, 1), records(database, 2)) == (3, 2)
    assert least(database) == (newest_version() if is_changed else least(database))
    assert list(database.parent.glob("data.db.after-*")) == []
    assert len(list(database.parent.glob("data.db.before-*[0-9]"))) == 1
    assert previous_release(machine.system) == installed


def test_another_set_up_that_runs_is_not_disturbed(
    machine: Machine, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find: Callable[..., object] = revert._find_way

    def again(*words: object) -> object:
        patch.undo()
        with pytest.raises(CommandError, match="Another set-up is running"):
            rolled_back(machine)
        return find(*words)

    with monkeypatch.context() as patch:
        patch.setattr(revert, "_find_way", again)
        rolled_back(machine)
