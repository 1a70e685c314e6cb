"""The progress of a roll-out on stderr: lines in a file, a bar on a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from minipanel.rollout.outcome import Outcome, Word
from minipanel.rollout.progress import watcher
from minipanel.translations.language import in_english

ON_A_TERMINAL = """\
from minipanel.translations.language import in_english
from minipanel.rollout.outcome import Outcome, Word
from minipanel.rollout.progress import watcher

with watcher(2, in_english) as watching:
    watching.ended(Outcome("n1", Word.INSTALLED))
    watching.ended(Outcome("n[2]", Word.NO_PYTHON, "none found"))
"""


def test_into_a_file_each_node_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with watcher(2, in_english) as watching:
        watching.ended(Outcome("n1", Word.INSTALLED))
        watching.ended(Outcome("n2", Word.NO_PYTHON, "none found"))
    assert capsys.readouterr().err == "n1: installed (1/2)\nn2: no python, none found (2/2)\n"


def test_on_a_terminal_there_is_a_bar_and_a_line_for_each_failure() -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", ON_A_TERMINAL], stderr=theirs, env=environment, check=False, timeout=30
    )
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert done.returncode == 0
    assert "n[2]: no python, none found" in shown
    assert "2/2" in shown
    assert "1 failed" in shown
    assert "n1: installed" not in shown
