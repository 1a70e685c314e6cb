"""Uninstalling: the programs go, the administrator's files stay; a purge removes the data too, and nothing else."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

import ClusterShell
import pytest

from minipanel.errors import CommandError
from minipanel.setup.change.release import lay_command
from minipanel.setup.change.uninstall import main as uninstall_main
from minipanel.setup.change.uninstall import uninstall
from minipanel.setup.system import System
from tests.setup.machine import Machine, TypingScreen

ROOT = Path(__file__).resolve().parents[2]

CONFIG = f"""\
[server]
url = "http://10.0.0.1:8080"
jwt_secret = "{"s" * 32}"
[admin]
password_hash = "$2b$12${"a" * 53}"
[database]
path = "{{database}}"
"""

PROGRAMS = ["opt/minipanel", "etc/systemd/system/minipanel.service", "usr/local/bin/minipanel"]


@pytest.fixture
def installed(machine: Machine) -> Machine:
    """A machine with a panel, as far as uninstalling sees it. Its database is in a folder with another file."""
    for name in ("systemctl", "userdel", "groupdel"):
        machine.command(name)
    machine.command("getent", "echo minipanel:x:4242:4243::/x:/sbin/nologin")
    machine.write("/opt/minipanel/releases/0.1.0.a/bin/minipanel")
    machine.write("/etc/systemd/system/minipanel.service", "[Service]\n")
    machine.write("/etc/systemd/system/minipanel.service.d/setup.conf", "[Service]\n")
    machine.write("/etc/minipanel/config.toml", CONFIG.format(database="/data/m.db"))
    machine.write("/var/lib/minipanel/rollout.json", "{}")
    for name in (
        "m.db",
        "m.db-wal",
        "m.db-shm",
        "m.db.pid",
        "m.db.before-0002",
        "m.db.after-0002",
        "m.db.replaced-20261125T101500Z",
        "m.db.not-restored-20261125T101500Z",
        ".m.db.restoring",
        ".m.db.restoring-journal",
        "rollout-failed.json",
        "other.db",
    ):
        machine.write(f"/data/{name}")
    lay_command(machine.system)
    return machine


@pytest.mark.parametrize("is_purge", [False, True])
def test_an_agents_files_that_a_killed_roll_out_left_go_too(installed: Machine, is_purge: bool) -> None:
    installed.write("/opt/.minipanel-agent.abcdef/config.toml", "token")
    take_away(installed, is_purge=is_purge)
    assert there(installed, "opt/.minipanel-agent.abcdef") == []


def there(machine: Machine, *names: str) -> list[str]:
    return [name for name in names if (machine.root / name).exists() or (machine.root / name).is_symlink()]


def take_away(machine: Machine, *typed: str, is_purge: bool = False) -> str:
    screen = TypingScreen(*typed, is_guided=bool(typed))
    uninstall(machine.system, screen, is_purge)
    return "\n".join(screen.shown)


def test_the_programs_go_and_configuration_and_history_stay(installed: Machine) -> None:
    shown = take_away(installed)
    assert there(installed, *PROGRAMS, "etc/systemd/system/minipanel.service.d") == []
    assert there(installed, "etc/minipanel/config.toml", "data/m.db", "var/lib/minipanel/rollout.json") != []
    assert "Kept: /etc/minipanel, /data/m.db" in shown
    assert not any(call.startswith("userdel") for call in installed.calls)


def test_the_service_is_stopped_before_its_unit_goes(installed: Machine) -> None:
    take_away(installed)
    assert [call for call in installed.calls if call.startswith("systemctl")] == [
        "systemctl stop minipanel.service",
        "systemctl disable --quiet minipanel.service",
        "systemctl daemon-reload",
        "systemctl reset-failed minipanel.service",
    ]


def test_a_purge_takes_all_that_is_the_panels_and_nothing_beside_it(installed: Machine) -> None:
    take_away(installed, is_purge=True)
    assert there(installed, *PROGRAMS, "etc/minipanel", "var/lib/minipanel") == []
    assert [file.name for file in (installed.root / "data").iterdir()] == ["other.db"]
    assert installed.calls[-1].startswith("getent group") or "userdel minipanel" in installed.calls
    assert "userdel minipanel" in installed.calls


def test_a_purge_takes_the_databases_folder_when_nothing_else_is_in_it(installed: Machine) -> None:
    (installed.root / "data/other.db").unlink()
    take_away(installed, is_purge=True)
    assert there(installed, "data") == []


def test_a_folder_that_is_called_like_a_copy_does_not_stop_a_purge_halfway(installed: Machine) -> None:
    installed.write("/data/m.db.before-christmas/list")
    uninstall(installed.system, TypingScreen(is_guided=False), is_purge=True)
    assert installed.read("/data/m.db.before-christmas/list") == ""
    assert not (installed.root / "etc/minipanel").exists()
    assert "userdel minipanel" in installed.calls


def test_nothing_is_taken_away_while_a_set_up_lays_it(installed: Machine) -> None:
    with (installed.root / "opt/minipanel/.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(CommandError, match="Another set-up is running"):
            uninstall(installed.system, TypingScreen(is_guided=False), is_purge=False)
    assert installed.calls == []
    assert all((installed.root / program).exists() for program in PROGRAMS[:2])


def test_a_purge_is_asked_for_once_more_and_no_is_the_default(installed: Machine) -> None:
    with pytest.raises(CommandError, match="Nothing was changed"):
        take_away(installed, "", is_purge=True)
    assert len(there(installed, *PROGRAMS)) == 3
    take_away(installed, "y", is_purge=True)
    assert there(installed, *PROGRAMS) == []


def test_uninstalling_twice_or_half_an_installation_does_no_harm(installed: Machine) -> None:
    take_away(installed)
    take_away(installed)
    take_away(installed, is_purge=True)
    assert there(installed, *PROGRAMS, "etc/minipanel") == []


def test_what_the_administrator_added_to_the_unit_stays(installed: Machine) -> None:
    installed.write("/etc/systemd/system/minipanel.service.d/override.conf", "[Service]\nNice=5\n")
    take_away(installed)
    assert [file.name for file in (installed.root / "etc/systemd/system/minipanel.service.d").iterdir()] == [
        "override.conf"
    ]


def test_a_command_of_somebody_elses_stays(machine: Machine) -> None:
    machine.command("systemctl")
    theirs = machine.write("/usr/local/bin/minipanel", "#!/bin/sh\n")
    lay_command(machine.system)
    assert theirs.read_text() == "#!/bin/sh\n"
    take_away(machine)
    assert theirs.read_text() == "#!/bin/sh\n"


def test_a_configuration_that_can_not_be_read_does_not_stop_it(installed: Machine) -> None:
    installed.write("/etc/minipanel/config.toml", "[server\n")
    take_away(installed, is_purge=True)
    assert there(installed, *PROGRAMS, "etc/minipanel") == []
    assert (installed.root / "data/m.db").exists()


def test_agents_that_still_run_are_reported(installed: Machine) -> None:
    assert "agents" not in take_away(installed)
    installed.write("/opt/minipanel-agent/minipanel-agent")
    assert "agents" in take_away(installed)


def test_only_root_uninstalls(machine: Machine) -> None:
    system = System(machine.root, str(machine.commands), user_id=1000)
    with pytest.raises(CommandError, match="Only root"):
        uninstall(system, TypingScreen(is_guided=False), is_purge=False)


def test_uninstalling_from_the_archive_needs_no_more_than_install_sh_puts_on_the_path(tmp_path: Path) -> None:
    (tmp_path / "ClusterShell").symlink_to(Path(str(ClusterShell.__file__)).parent)
    path = [str(ROOT), str(ROOT / "agent"), str(tmp_path)]
    # Without site-packages, because the system's Python has none of the panel's.
    program = f"import sys; sys.path[:0] = {path}; import minipanel.setup.change.uninstall"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""


def test_an_option_that_uninstalling_would_pass_over_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["", "--uninstall", "--yes", "--port=1"])
    assert uninstall_main() == 1
    assert capsys.readouterr().err == "--port=1 can't be used with --uninstall.\n"
