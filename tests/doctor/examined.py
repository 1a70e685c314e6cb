"""A machine and a configuration for the doctor to look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from minipanel.config import Config
from minipanel.doctor.subject import Subject
from minipanel.setup.look.check import Check, Verdict
from minipanel.translations.language import in_english, translator
from tests.panel.example import config_in
from tests.setup.machine import Machine

OK, WARNING, FIX = Verdict.OK, Verdict.WARNING, Verdict.FIX

english = in_english
chinese = translator({"LANG": "zh_CN.UTF-8"})


def subject_of(folder: Path, machine: Machine, config: Config | None = None, user_id: int = 0) -> Subject:
    """Return the machine with this configuration, or the example's."""
    return Subject(replace(machine.system, user_id=user_id), english, config or config_in(folder))


def only(checks: Iterable[Check]) -> Check:
    """Return the only check."""
    (check,) = checks
    return check
