"""SIGKILL at each point from a look to the mark that a message was sent: nothing is lost, nothing is sent again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.alerts.mortal import POINTS, TOLD_AGAIN, VARIABLE
from tests.alerts.smtp import postbox

ROOT = Path(__file__).resolve().parents[2]


def run(folder: Path, port: int, point: str = "") -> int:
    command = [sys.executable, "-m", "tests.alerts.mortal", str(folder), str(port)]
    environment = {**os.environ, VARIABLE: point, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "agent")))}
    return subprocess.run(command, cwd=ROOT, env=environment, timeout=120, check=False).returncode


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_panel_reports_the_beginning_and_the_end_once(tmp_path: Path, point: str) -> None:
    with postbox() as box:
        deaths = 0
        while (code := run(tmp_path, box.port, point if deaths < 2 else "")) != 0:
            assert code == -signal.SIGKILL
            deaths += 1
        assert deaths == 2
    for part in ("CRITICAL cn0003 down: no answer", "OK cn0003 up again"):
        mails = [mail for mail in box.mails if part in mail["Subject"]]
        assert mails, part
        assert len({mail["Message-ID"] for mail in mails}) == 1
        if point not in TOLD_AGAIN:
            assert len(mails) == 1
    assert len({mail["Message-ID"] for mail in box.mails}) == 2
