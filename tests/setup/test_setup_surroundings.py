"""What the panel depends on: the clock, MUNGE, its port, a firewall."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterator

import pytest

from minipanel.setup.look.check import Verdict
from minipanel.setup.look.clock import look_at_clock
from minipanel.setup.look.munge import DEBIAN_CHANGES, look_at_munge, look_at_munge_version
from minipanel.setup.look.ports import look_at_firewall, look_at_port
from tests.ports import free_port
from tests.setup.machine import Machine, english

OK, WARNING, FIX = Verdict.OK, Verdict.WARNING, Verdict.FIX

CHRONY = "Reference ID    : C0A80001 (gateway)\nStratum         : 3\nLeap status     : {status}\n"


@pytest.mark.parametrize(
    ("timedatectl", "chronyc", "verdict"),
    [
        ("echo NTPSynchronized=yes", None, OK),
        ("echo NTPSynchronized=no", None, WARNING),
        ("echo Failed to connect to bus >&2; exit 1", CHRONY.format(status="Normal"), OK),
        (None, CHRONY.format(status="Normal"), OK),
        (None, CHRONY.format(status="Not synchronised"), WARNING),
        (None, None, WARNING),
    ],
)
def test_the_clock_is_judged_by_systemd_or_chrony(
    machine: Machine, timedatectl: str | None, chronyc: str | None, verdict: Verdict
) -> None:
    if timedatectl is not None:
        machine.command("timedatectl", timedatectl)
    if chronyc is not None:
        machine.command("chronyc", f"printf '{chronyc}'")
    assert look_at_clock(machine.bare, english).verdict is verdict


def fails(sentence: str):  # type: ignore[no-untyped-def]
    return lambda socket: sentence


def test_a_munge_that_makes_the_round_trip_is_well(machine: Machine) -> None:
    check = look_at_munge(machine.bare, english, True, trouble=lambda socket: None)
    assert check is not None
    assert check.verdict is OK


def test_a_missing_munge_comes_with_the_command_that_installs_it(machine: Machine) -> None:
    machine.command("dnf")
    check = look_at_munge(machine.bare, english, True, fails("MUNGE's library cannot be loaded."))
    assert check is not None
    assert check.verdict is FIX
    assert check.remedy.startswith("dnf install munge")


def test_on_debian_munge_is_installed_by_apt(machine: Machine) -> None:
    machine.command("apt-get")
    check = look_at_munge(machine.bare, english, True, fails("x"))
    assert check is not None
    assert check.remedy == "apt-get install munge"


def test_a_munge_without_a_key_is_distinguished_from_one_that_does_not_run(machine: Machine) -> None:
    machine.command("munged")
    machine.command("systemctl", "exit 3")
    check = look_at_munge(machine.bare, english, True, fails("x"))
    assert check is not None
    assert "has no key" in check.detail
    machine.write("/etc/munge/munge.key")
    check = look_at_munge(machine.bare, english, True, fails("x"))
    assert check is not None
    assert check.remedy == "systemctl enable --now munge"


def test_a_running_munge_that_refuses_is_quoted(machine: Machine) -> None:
    machine.command("munged")
    machine.command("systemctl")
    machine.write("/etc/munge/munge.key")
    check = look_at_munge(machine.bare, english, True, fails("munged does not accept its own credential: Rewound."))
    assert check is not None
    assert (check.verdict, check.detail) == (FIX, "munged does not accept its own credential: Rewound.")


def test_with_tokens_a_missing_munge_is_nobodys_concern(machine: Machine) -> None:
    assert look_at_munge(machine.bare, english, False, fails("x")) is None


@pytest.mark.parametrize(
    ("version", "changelog", "is_warned_of"),
    [
        ("munge-0.5.13 (2017-09-26)", "", True),
        ("munge-0.5.15 (2022-06-22)", "- Fix another thing", True),
        ("munge-0.5.15 (2022-06-22)", "- Resolves: CVE-2026-25506", False),
        ("munge-0.5.17 (2025-11-01)", "", True),
        ("munge-0.5.18 (2026-02-10)", "", False),
        ("munge-0.6 (2027-01-01)", "", False),
    ],
)
def test_a_munge_with_the_hole_is_warned_of_unless_mended(
    machine: Machine, version: str, changelog: str, is_warned_of: bool
) -> None:
    machine.command("munged", f"echo '{version}'")
    machine.command("rpm", f"echo '{changelog}'")
    check = look_at_munge_version(machine.bare, english)
    assert (check is not None) is is_warned_of
    if check is not None:
        assert check.verdict is WARNING
        assert "CVE-2026-25506" in check.detail


def test_debians_list_of_changes_counts_too(machine: Machine) -> None:
    machine.command("munged", "echo 'munge-0.5.16 (2024-03-15)'")
    place = machine.write(DEBIAN_CHANGES)
    with gzip.open(place, "wt") as file:
        file.write("  * Fix buffer overflow when unpacking message address length (CVE-2026-25506)\n")
    assert look_at_munge_version(machine.bare, english) is None


def test_a_truncated_changelog_does_no_harm(machine: Machine) -> None:
    machine.command("munged", "echo 'munge-0.5.16 (2024-03-15)'")
    machine.write(DEBIAN_CHANGES).write_bytes(gzip.compress(b"a" * 1000)[:20])
    assert look_at_munge_version(machine.bare, english) is not None


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_free_port_is_well(machine: Machine) -> None:
    assert look_at_port(machine.bare, english, free_port(), False).verdict is OK


def test_a_port_in_use_must_be_fixed_and_its_holder_is_named(machine: Machine, taken_port: int) -> None:
    machine.command("ss", """echo 'LISTEN 0 128 *:80 *:* users:(("nginx",pid=4711,fd=6))'""")
    check = look_at_port(machine.bare, english, taken_port, False)
    assert check.verdict is FIX
    assert "nginx, process 4711" in check.detail


def test_a_port_in_use_is_a_warning_while_another_can_be_chosen(machine: Machine, taken_port: int) -> None:
    check = look_at_port(machine.bare, english, taken_port, True)
    assert check.verdict is WARNING
    assert "another program" in check.detail


def test_the_panels_own_port_is_fine(machine: Machine, taken_port: int) -> None:
    machine.command("systemctl")
    assert look_at_port(machine.bare, english, taken_port, False).verdict is OK


def test_firewalld_is_named_where_it_runs(machine: Machine) -> None:
    assert look_at_firewall(machine.bare, english) is None
    machine.command("firewall-cmd", "echo running")
    assert look_at_firewall(machine.bare, english) is not None
    machine.command("firewall-cmd", "echo not running; exit 252")
    assert look_at_firewall(machine.bare, english) is None
