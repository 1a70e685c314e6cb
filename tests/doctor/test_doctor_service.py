"""The doctor on the panel's service: each state of the unit, and how to get to a good one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from minipanel.doctor.checks.service import judge_addition, judge_service, look_at_service
from minipanel.setup.look.check import Check, Verdict
from tests.doctor.examined import FIX, OK, WARNING, english, only, subject_of
from tests.panel.example import config_in
from tests.setup.machine import Machine

RUNS = {"LoadState": "loaded", "ActiveState": "active", "SubState": "running", "UnitFileState": "enabled",
        "NRestarts": "0", "Result": "success", "NeedDaemonReload": "no"}  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "verdict", "detail", "remedy"),
    [
        ({}, OK, "active (running)", ""),
        ({"ActiveState": "inactive", "SubState": "dead"}, FIX, "it is stopped", "systemctl start minipanel"),
        (
            {"ActiveState": "failed", "Result": "exit-code"},
            FIX,
            "it does not stay up: failed, exit-code",
            "journalctl -u minipanel -n 50",
        ),
        (
            {"ActiveState": "activating", "SubState": "auto-restart", "Result": "exit-code"},
            FIX,
            "it does not stay up: activating, exit-code",
            "journalctl -u minipanel -n 50",
        ),
        (
            {"ActiveState": "activating", "SubState": "start"},
            WARNING,
            "it is starting; a large database may take minutes",
            "journalctl -u minipanel -n 50",
        ),
        ({"LoadState": "not-found"}, FIX, "there is no minipanel.service: not-found", "sudo ./install.sh"),
    ],
)
def test_each_state_of_the_unit_is_reported_with_its_remedy(
    facts: dict[str, str], verdict: Verdict, detail: str, remedy: str
) -> None:
    assert only(judge_service({**RUNS, **facts}, english)) == Check("service", verdict, detail, remedy)


@pytest.mark.parametrize(
    ("facts", "detail", "remedy"),
    [
        ({"NRestarts": "7"}, "systemd had to start it again 7 times", "journalctl -u minipanel -n 50"),
        (
            {"UnitFileState": "disabled"},
            "it does not start with the machine: disabled",
            "systemctl enable minipanel",
        ),
        (
            {"NeedDaemonReload": "yes"},
            "its unit was changed and not reloaded",
            "systemctl daemon-reload && systemctl restart minipanel",
        ),
    ],
)
def test_a_running_service_may_have_trouble_to_come(facts: dict[str, str], detail: str, remedy: str) -> None:
    first, second = judge_service({**RUNS, **facts}, english)
    assert first.verdict is OK
    assert second == Check("service", WARNING, detail, remedy)


def test_a_unit_that_does_not_fit_the_configuration_is_reported() -> None:
    assert list(judge_addition("", "", english)) == []
    assert only(judge_addition("", "ReadWritePaths=/data", english)).remedy == "minipanel setup"


def test_a_machine_without_systemd_is_reported(tmp_path: Path, machine: Machine) -> None:
    assert only(look_at_service(subject_of(tmp_path, machine))).verdict is WARNING


def test_a_systemd_that_does_not_answer_is_reported(tmp_path: Path, machine: Machine) -> None:
    (machine.root / "run/systemd/system").mkdir(parents=True)
    machine.command("systemctl", "echo Failed to connect to bus >&2; exit 1")
    check = only(look_at_service(subject_of(tmp_path, machine)))
    assert (check.verdict, check.detail) == (WARNING, "systemd does not answer: Failed to connect to bus")


def test_a_port_below_1024_that_the_unit_does_not_allow_is_reported(tmp_path: Path, machine: Machine) -> None:
    (machine.root / "run/systemd/system").mkdir(parents=True)
    machine.write("/etc/systemd/system/minipanel.service")
    machine.command("systemctl", "".join(f"echo {key}={value}\n" for key, value in RUNS.items()))
    config = config_in(Path("/etc/minipanel"))
    config = replace(config, database=replace(config.database, path=Path("/var/lib/minipanel/data.db")))
    assert only(look_at_service(subject_of(tmp_path, machine, config))).detail == "active (running)"
    low = replace(config, server=replace(config.server, port=443))
    checks = list(look_at_service(subject_of(tmp_path, machine, low)))
    assert [check.verdict for check in checks] == [OK, WARNING]
