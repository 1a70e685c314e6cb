"""Every benchmark in bench/ runs in a tiny size, so that none rots. How long anything takes does not matter here."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

LIMIT_SECONDS = 120

TINY = {
    "access.py": "--repeat 2 --no-save",
    "agent.py": "--samples 2",
    "archive.py": "--nodes 5 --part cost --part read --turns 1 --turn-seconds 5 --years-of 2 --years-days 1 --no-save",
    "backfill.py": "--nodes 10 --samples 520 --at-once 3 --calm 5 --no-save",
    "disk.py": "--nodes 20 --hours 0.1 --warm-up 0.02 --gather 0.1 --no-save",
    "history.py": "--nodes 18 --days 0.1 --peer-nodes 2 --repeat 1 --settle 1 --no-save",
    "ingest.py": "--nodes 5,10 --seconds 10 --settle 1 --credentials token --save-as",
    "metrics.py": "--nodes 10 --repeat 2 --turns 1 --seconds 6 --settle 1 --no-save",
    "raster.py": "--nodes 20 --repeat 1 --settle 1 --no-save",
    "rollout.py": "--nodes 3",
    "rules.py": "--nodes 20",
    "scrapes.py": "--nodes 30 --seconds 35 --period 40 --away 20 --every 2 --no-save",
    "stream.py": "--nodes 10 --pages 2 --seconds 1 --settle 1 --no-save",
}

ELSEWHERE = {
    # Run by other tests, or only imported.
    "attacks.py",
    "alerts.py",  # tests/alerts/test_year.py
    "alert_looks.py",
    "alert_year.py",
    "archive_cost.py",
    "archive_read.py",
    "archived.py",
    "siege.py",
    "page.py",
    *(
        "backlog.py",
        "cluster.py",
        "collectors.py",
        "load.py",
        "month.py",
        "peers.py",
        "processes.py",
        "receiver.py",
        "scraper.py",
        "session.py",
    ),
    *("steps.py", "targets.py", "viewers.py", "wire.py"),
}


@pytest.fixture(scope="module")
def running() -> Iterator[dict[str, "subprocess.Popen[str]"]]:
    """All benchmarks at once, because they mostly wait for the next 5 seconds."""
    processes = {name: start(name, arguments) for name, arguments in TINY.items()}
    try:
        yield processes
    finally:
        for process in processes.values():
            process.send_signal(signal.SIGINT)  # like Ctrl-C, so it ends what it has started
            process.communicate(timeout=LIMIT_SECONDS)


@pytest.mark.storm
@pytest.mark.parametrize("name", TINY)
def test_a_benchmark_runs_and_prints_a_result(name: str, running: dict[str, "subprocess.Popen[str]"]) -> None:
    output, trouble = running[name].communicate(timeout=LIMIT_SECONDS)

    assert running[name].returncode == 0, trouble
    assert output.startswith("# ")
    assert "|" in output


def test_no_benchmark_is_forgotten_here() -> None:
    assert {path.name for path in (ROOT / "bench").glob("*.py")} <= TINY.keys() | ELSEWHERE


def start(name: str, arguments: str) -> "subprocess.Popen[str]":
    words = [*arguments.split(), *([""] if arguments.endswith("--save-as") else [])]
    command = [sys.executable, str(ROOT / "bench" / name), *words]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
