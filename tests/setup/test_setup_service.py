"""The panel's unit: what systemd says about it, alone and with what a configuration adds."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from minipanel.config import AdminConfig, AgentsConfig, Config, DatabaseConfig, ServerConfig
from minipanel.services.backup_config import BACKUP, BackupConfig
from minipanel.setup.change.service import LOW_PORT, drop_in, has_given_up
from tests.setup.machine import Machine

UNIT = Path(__file__).resolve().parents[2] / "deploy" / "minipanel.service"
WORST = 3.0

CONFIG = Config(
    Path("/etc/minipanel/config.toml"),
    ServerConfig("0.0.0.0", 8080, "http://10.0.0.1:8080", "s" * 32),
    AdminConfig("miniadmin", "x"),
    DatabaseConfig(Path("/var/lib/minipanel/data.db")),
    AgentsConfig("munge"),
)
LOW = replace(CONFIG, server=replace(CONFIG.server, port=443))
ELSEWHERE = replace(CONFIG, database=DatabaseConfig(Path('/data/a "b" 100%/m.db')))

KEPT = replace(CONFIG, rooms={BACKUP.name: BackupConfig(Path('/backup/a "b" 100%'))})

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


def laid(folder: Path, config: Config) -> Path:
    """Return a root folder in which systemd finds the unit, its drop-in and the programs that it names."""
    units = folder / "etc/systemd/system"
    (units / "minipanel.service.d").mkdir(parents=True)
    shutil.copy(UNIT, units)
    (units / "minipanel.service.d/setup.conf").write_text(drop_in(config))
    for target in ("sysinit", "basic", "shutdown", "network-online", "multi-user"):
        (units / f"{target}.target").write_text(f"[Unit]\nDescription={target}\n")
    for program in ("opt/minipanel/minipanel", "bin/kill"):
        (folder / program).parent.mkdir(parents=True, exist_ok=True)
        (folder / program).write_text("#!/bin/sh\n")
        (folder / program).chmod(0o755)
    return folder


@needs_systemd
@pytest.mark.parametrize(
    "config", [CONFIG, LOW, ELSEWHERE, KEPT], ids=["usual", "low port", "database elsewhere", "backup"]
)
def test_systemd_finds_no_fault_in_the_unit(tmp_path: Path, config: Config) -> None:
    root = laid(tmp_path, config)
    command = ["systemd-analyze", "verify", f"--root={root}", "minipanel.service"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@needs_systemd
@pytest.mark.parametrize("addition", ["", LOW_PORT], ids=["usual", "low port"])
def test_the_sandbox_is_real(tmp_path: Path, addition: str) -> None:
    unit = tmp_path / "minipanel.service"
    unit.write_text(UNIT.read_text().replace("[Install]", f"{addition}\n[Install]"))
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout
    found = re.search(r"Overall exposure level for minipanel\.service: ([\d.]+)", shown)
    assert found is not None
    assert float(found[1]) <= WORST


def test_a_usual_configuration_adds_nothing_to_the_unit() -> None:
    assert drop_in(CONFIG) == ""


def test_only_a_low_port_gives_a_capability() -> None:
    assert "CAP_NET_BIND_SERVICE" not in UNIT.read_text() + drop_in(ELSEWHERE)
    assert "AmbientCapabilities=CAP_NET_BIND_SERVICE" in drop_in(LOW)


def test_a_folder_with_strange_signs_is_written_as_systemd_reads_it() -> None:
    assert 'ReadWritePaths="/data/a \\"b\\" 100%%"' in drop_in(ELSEWHERE)
    assert 'ReadWritePaths="-/backup/a \\"b\\" 100%%"' in drop_in(KEPT)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("ActiveState=active\nNRestarts=0\n", False),
        ("ActiveState=activating\nNRestarts=2\n", False),
        ("ActiveState=activating\nNRestarts=3\n", True),
        ("ActiveState=failed\nNRestarts=0\n", True),
        ("", False),
    ],
)
def test_waiting_ends_when_the_service_has_failed_for_good(machine: Machine, shown: str, expected: bool) -> None:
    machine.command("systemctl", f"printf '{shown}'")
    assert has_given_up(machine.system) is expected
