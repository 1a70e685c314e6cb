"""`minipanel doctor`: checks everything and prints the report."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from pathlib import Path

from minipanel.doctor import journal
from minipanel.doctor.checks.configuration import differing_keys
from minipanel.doctor.checks.versions import read_versions
from minipanel.doctor.looking import LOOK_SECONDS, look_at_all
from minipanel.doctor.looks import LOOKS, REMEDIES_OF_HANGING, titles
from minipanel.doctor.report import DoctorReport
from minipanel.doctor.subject import Subject, read_subject
from minipanel.setup.screen import Screen
from minipanel.setup.system import System
from minipanel.translations.language import in_english, translator


def show_doctor(config_path: Path, as_json: bool) -> int:
    """Print the report. Returns the exit code: 0 if all is well, otherwise 1. Raises nothing of its own."""
    t = in_english if as_json else translator()
    subject = read_subject(config_path, System(user_id=os.geteuid()), t)
    report = examine(subject)
    if as_json:
        print(json.dumps(report.as_json(), indent=2))
    else:
        Screen(t, is_guided=False).say(*report.lines(t))
    return report.exit_code


def examine(subject: Subject) -> DoctorReport:
    """Return the report within 12 seconds."""
    findings = look_at_all(LOOKS, REMEDIES_OF_HANGING, titles(subject.t), subject)
    system = replace(subject.system, deadline=time.monotonic() + LOOK_SECONDS)
    keys = differing_keys(subject.config) if not subject.is_denied and subject.config.path.exists() else []
    return DoctorReport(findings, read_versions(system), keys, journal.warnings(system))
