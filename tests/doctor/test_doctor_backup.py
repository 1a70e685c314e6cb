"""The doctor on the backups that the panel makes automatically."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from minipanel.commands.backup_overview import BackupOverview
from minipanel.doctor.checks.backup import judge_backup, look_at_copies
from minipanel.setup.look.check import Check
from tests.doctor.examined import FIX, OK, english, only, subject_of
from tests.setup.machine import Machine

NOON = 1_700_000_000
FOLDER = Path("/")


def test_a_panel_that_makes_no_copies_is_good(tmp_path: Path, machine: Machine) -> None:
    assert only(look_at_copies(subject_of(tmp_path, machine))).verdict is OK


def test_the_last_copy_is_named_with_its_time() -> None:
    check = judge_backup(BackupOverview(FOLDER, FOLDER / "1.db", NOON, None), english)
    moment = time.strftime("%Y-%m-%d %H:%M %Z", time.localtime(NOON))
    assert check == Check("backup", OK, f"the last is /1.db, of {moment}")
    assert judge_backup(BackupOverview(FOLDER, None, None, None), english).detail == "none is in / yet"


def test_copies_that_fail_or_are_old_are_reported_with_where_to_look() -> None:
    trouble = "No backup has been made for 8 days; `journalctl -u minipanel` says why, if the panel runs."
    check = judge_backup(BackupOverview(FOLDER, FOLDER / "1.db", NOON, trouble), english)
    assert check == Check("backup", FIX, trouble, "df -h /; journalctl -u minipanel -n 50")


def test_a_folder_for_copies_that_is_missing_is_made_by_the_set_up(tmp_path: Path) -> None:
    missing = BackupOverview(tmp_path / "copies", None, None, "[backup] folder is missing.")
    assert judge_backup(missing, english).remedy == "minipanel setup --yes --no-rollout"


def test_whether_copies_are_made_is_not_said_where_the_configuration_can_not_be_read(
    tmp_path: Path, machine: Machine
) -> None:
    assert list(look_at_copies(replace(subject_of(tmp_path, machine), is_denied=True))) == []
