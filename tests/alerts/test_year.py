"""A week of a small cluster in seconds: each trouble is sent exactly once. The year of 1,000 nodes: bench/alerts.py."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("seed", [13, 14])
def test_each_trouble_of_a_week_is_reported_once_and_folded(seed: int) -> None:
    asked = ["--nodes", "120", "--days", "7", "--seed", str(seed), "--looks", "0", "--no-save"]
    done = subprocess.run(
        [sys.executable, str(ROOT / "bench/alerts.py"), *asked],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| troubles not reported exactly once, or ends of nothing | 0 |" in done.stdout


def test_the_check_finds_what_was_reported_twice_or_not_at_all() -> None:
    """Tests the check itself: a panel that forgets a message, and one that repeats one."""
    asked = ["--nodes", "120", "--days", "1", "--looks", "0", "--no-save", "--spoil"]
    done = subprocess.run(
        [sys.executable, str(ROOT / "bench/alerts.py"), *asked],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 1
    assert "its beginning was reported 0 times" in done.stdout
    assert "its beginning was reported 2 times" in done.stdout
