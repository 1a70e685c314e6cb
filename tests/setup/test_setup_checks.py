"""The checks before anything is changed: each one, on files and commands as real machines have them."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from minipanel.setup.look import machine as checks
from minipanel.setup.look.check import Check, Verdict, must_be_fixed, table
from minipanel.setup.look.machine import (
    closed_folder,
    look_around,
    look_at_disk,
    look_at_distribution,
    look_at_memory,
    look_at_python,
    look_at_selinux,
    look_at_systemd,
    look_at_user,
)
from minipanel.setup.system import System
from tests.setup.machine import Machine, chinese, english

OK, WARNING, FIX = Verdict.OK, Verdict.WARNING, Verdict.FIX


@pytest.mark.parametrize(
    ("os_release", "verdict"),
    [
        ('NAME="Rocky Linux"\nID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="8.10"\n', OK),
        ('NAME="Rocky Linux"\nID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\n', OK),
        ('NAME="AlmaLinux"\nID="almalinux"\nID_LIKE="rhel centos fedora"\nVERSION_ID="10.0"\n', OK),
        ('NAME="Red Hat Enterprise Linux"\nID="rhel"\nID_LIKE="fedora"\nVERSION_ID="9.6"\n', OK),
        ('NAME="CentOS Stream"\nID="centos"\nID_LIKE="rhel fedora"\nVERSION_ID="9"\n', OK),
        ('NAME="Oracle Linux Server"\nID="ol"\nID_LIKE="fedora"\nVERSION_ID="8.9"\n', OK),
        ("ID='rocky'\nID_LIKE='rhel'\nVERSION_ID='9'\n", OK),
        ('ID="centos"\nID_LIKE="rhel fedora"\nVERSION_ID="7"\n', WARNING),
        ('ID="rhel"\nVERSION_ID="11.0"\n', WARNING),
        ('ID=fedora\nVERSION_ID=41\nPRETTY_NAME="Fedora Linux 41"\n', WARNING),
        ('ID="amzn"\nID_LIKE="fedora"\nVERSION_ID="2023"\n', WARNING),
        ('ID="openEuler"\nVERSION_ID="22.03"\n', WARNING),
        ('ID=debian\nVERSION_ID="13"\nPRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n', WARNING),
        ("", WARNING),
    ],
)
def test_the_distribution_is_of_the_rhel_family_or_warned_of(
    machine: Machine, os_release: str, verdict: Verdict
) -> None:
    machine.write("/etc/os-release", os_release)
    assert look_at_distribution(machine.system, english).verdict is verdict


def test_the_distribution_is_called_by_its_own_name(machine: Machine) -> None:
    machine.write("/usr/lib/os-release", 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n')
    assert "Debian GNU/Linux 13 (trixie)" in look_at_distribution(machine.system, english).detail


def test_anyone_but_root_is_asked_to_use_sudo(machine: Machine) -> None:
    assert look_at_user(machine.system, english).verdict is OK
    check = look_at_user(System(user_id=1000), english)
    assert (check.verdict, check.remedy) == (FIX, "sudo ./install.sh")


def test_a_machine_without_a_running_systemd_must_be_fixed(machine: Machine) -> None:
    machine.command("systemctl", "echo 'systemd 239 (239-82.el8)'")
    assert look_at_systemd(machine.bare, english).verdict is FIX
    (machine.root / "run/systemd/system").mkdir(parents=True)
    assert look_at_systemd(machine.bare, english) == Check("systemd", OK, "systemd 239 (239-82.el8)")


def test_this_python_is_named_with_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "closed_folder", lambda path: None)
    monkeypatch.setattr(checks, "hidden_place", lambda *paths: None)
    assert look_at_python(english).verdict is OK
    assert look_at_python(english).detail.startswith("3.")


def test_a_python_in_a_closed_folder_does_not_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "hidden_place", lambda *paths: None)
    monkeypatch.setattr(checks, "closed_folder", lambda path: Path("/root"))
    check = look_at_python(english)
    assert check.verdict is FIX
    assert "/root is closed" in check.detail


@pytest.mark.parametrize("prefix", ["/root/python3.12", "/home/ann/miniconda3"])
def test_a_python_that_the_sandbox_hides_does_not_do(monkeypatch: pytest.MonkeyPatch, prefix: str) -> None:
    monkeypatch.setattr(checks, "closed_folder", lambda path: None)
    monkeypatch.setattr(sys, "executable", "/usr/bin/python3.12")
    monkeypatch.setattr(sys, "base_prefix", prefix)
    check = look_at_python(english)
    assert check.verdict is FIX
    assert check.detail == f"{prefix} is in a home folder, which the service can't see"


def test_the_first_closed_folder_above_a_file_is_found(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    for folder in (tmp_path, *tmp_path.parents[:-1]):
        if not folder.stat().st_mode & 0o001:
            assert closed_folder(inner / "python3") is not None
            return
    inner.chmod(0o700)
    assert closed_folder(inner / "python3") == inner


def test_a_disk_with_little_room_must_be_fixed(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert look_at_disk(machine.system, english).verdict is OK
    monkeypatch.setattr(checks, "DISK_BYTES", 2**60)
    check = look_at_disk(machine.system, english)
    assert check.verdict is FIX
    assert "MB are needed" in check.detail


@pytest.mark.parametrize(("free_mb", "is_installed", "verdict"), [
    (1000, False, OK), (999, False, FIX), (999, True, OK), (200, True, OK), (199, True, FIX),
])  # fmt: skip
def test_a_first_installation_needs_1_gb_of_disk_and_an_upgrade_200_mb(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, free_mb: int, is_installed: bool, verdict: Verdict
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free_mb * 10**6))
    if is_installed:
        machine.write("/etc/minipanel/config.toml")
    assert look_at_disk(machine.system, english).verdict is verdict


def test_a_database_that_has_filled_its_disk_can_be_moved(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    (machine.root / "var/lib/minipanel").mkdir(parents=True)
    monkeypatch.setattr(
        shutil, "disk_usage", lambda path: SimpleNamespace(free=0 if str(path).endswith("/lib/minipanel") else 10**10)
    )
    assert look_at_disk(machine.system, english).verdict is FIX
    machine.write("/etc/minipanel/config.toml")
    assert look_at_disk(machine.system, english).verdict is OK


@pytest.mark.parametrize(("kilobytes", "verdict"), [(32_000_000, OK), (460_000, OK), (440_000, WARNING)])
def test_little_memory_is_warned_of(machine: Machine, kilobytes: int, verdict: Verdict) -> None:
    machine.write("/proc/meminfo", f"MemTotal:       {kilobytes} kB\nMemFree:          100 kB\n")
    check = look_at_memory(machine.system, english)
    assert check is not None
    assert check.verdict is verdict
    assert verdict is OK or check.detail == "0.5 GB: with less than 512 MB, memory may run short"


def test_selinux_is_named_only_where_it_is(machine: Machine) -> None:
    assert look_at_selinux(machine.system, english) is None
    machine.write("/sys/fs/selinux/enforce", "1")
    assert look_at_selinux(machine.system, english) == Check("SELinux", OK, "enforcing")
    machine.write("/sys/fs/selinux/enforce", "0")
    assert look_at_selinux(machine.system, english) == Check("SELinux", OK, "permissive")


def test_looking_around_changes_nothing(machine: Machine) -> None:
    before = sorted(machine.root.rglob("*"))
    checks = look_around(machine.bare, english, 0, False, False)
    assert sorted(machine.root.rglob("*")) == before
    assert {check.what for check in checks} >= {"user", "system", "systemd", "Python", "disk", "clock", "port"}


FINDINGS = [
    Check("system", OK, "Rocky Linux 9.4"),
    Check("MUNGE", FIX, "munged is not running", "systemctl enable --now munge"),
]


def test_the_table_shows_below_a_finding_what_helps() -> None:
    assert table(FINDINGS, english) == [
        "  ok             system  Rocky Linux 9.4",
        "  must be fixed  MUNGE   munged is not running",
        "                         → systemctl enable --now munge",
    ]
    assert must_be_fixed(FINDINGS) == FINDINGS[1:]


def test_the_table_is_aligned_in_chinese_too() -> None:
    assert table([Check("系统", OK, "Rocky"), Check("MUNGE", FIX, "x")], chinese) == [
        "  正常    系统   Rocky",
        "  未通过  MUNGE  x",
    ]
