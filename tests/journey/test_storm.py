"""The storm: faults every minute, and a final check that finds every sample that is lost or counted twice."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from minipanel.config import NodeConfig, UserConfig
from minipanel.database.store import Store
from minipanel.models.sample import Sample
from tests.munged import missing_munged

BENCH = Path(__file__).parents[2] / "bench"
sys.path.append(str(BENCH))

from storm.reckoning import COLUMNS, Book, Result, reckon  # noqa: E402
from storm.values import sample  # noqa: E402

needs_munged = pytest.mark.skipif(missing_munged() is not None, reason="munged is not installed")

T = 1_700_000_100 // 300 * 300
TICKS = [T + 5 * k for k in range(1, 131)]
"""Two complete records, and one that still fills."""

ALL_COLUMNS = f"id, node_id, cpu_temp_samples, {COLUMNS}"


def storm(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(BENCH / "storm"), "--no-save", "--real", "2", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=240)


@needs_munged
def test_a_short_storm_loses_nothing_and_counts_nothing_twice() -> None:
    """A panel killed, its disk full, the network cut, with real agents and simulated ones."""
    done = storm("--seconds", "25", "--simulated", "10", "--seed", "3")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("# Storm: nothing lost, nothing twice\n")


@needs_munged
def test_a_panel_that_forgets_a_write_does_not_pass() -> None:
    done = storm("--seconds", "0", "--simulated", "40", "--forget", "40")
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(r"\n- [rs]\d{3}: \d+ samples are lost, as \[\d+", done.stdout), done.stdout


def filled(path: Path) -> Path:
    store = Store(path)
    store.run([store.follow([UserConfig("admin", "hash")], [NodeConfig("s007", "10.0.0.7", "s007")], T)])
    samples = [Sample(**sample("s007", 7, tick)) for tick in TICKS]  # type: ignore[arg-type]
    store.run([store.write_samples(1, samples, 0), store.seal(T + 600, 10)])
    store.close()
    return path


def change(statement: str) -> Callable[[Path], None]:
    def do(path: Path) -> None:
        with closing(sqlite3.connect(path)) as database, database:
            assert database.execute(statement).rowcount == 1

    return do


def reckoned(path: Path, sure: list[int] = TICKS, possible: tuple[int, ...] = (), excused: int = 0) -> Result:
    return reckon(path, [Book("s007", 7, set(sure), set(possible), excused)])


def test_the_reckoning_finds_nothing_where_all_adds_up(tmp_path: Path) -> None:
    result = reckoned(filled(tmp_path / "data.db"))
    assert result == Result(3, 130, 0, 0, 0, [])


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE pending_metrics SET samples = samples + 1", "samples is 11, 10 are seen"),
        (f"UPDATE system_metrics SET cpu_percent = cpu_percent + 0.02 WHERE timestamp = {T + 300}", "cpu_percent is"),
        (f"UPDATE system_metrics SET cpu_percent_max = 99 WHERE timestamp = {T + 300}", "cpu_percent_max is 99"),
        ("UPDATE pending_metrics SET memory_used = memory_used + 1000", "memory_used is"),
        ("UPDATE pending_metrics SET cpu_temp = NULL, cpu_temp_samples = 0", "cpu_temp is None"),
        (f"DELETE FROM system_metrics WHERE timestamp = {T + 300}", "60 samples are lost"),
        ("UPDATE pending_metrics SET seen = seen | 1024, samples = 11", "1 samples were never measured"),
        (
            f"INSERT INTO pending_metrics ({ALL_COLUMNS}) SELECT {ALL_COLUMNS} FROM system_metrics "
            f"WHERE timestamp = {T + 600}",
            "a sample is in both tables",
        ),
    ],
)
def test_the_check_finds_what_does_not_add_up(tmp_path: Path, statement: str, sentence: str) -> None:
    path = filled(tmp_path / "data.db")
    change(statement)(path)
    assert any(sentence in fault for fault in reckoned(path).faults)


def test_a_sample_that_a_kill_met_may_be_there_or_not(tmp_path: Path) -> None:
    path = filled(tmp_path / "data.db")
    assert reckoned(path, TICKS[:-1], (TICKS[-1],)).faults == []
    assert reckoned(path, TICKS, (TICKS[-1] + 5,)).faults == []


def test_only_as_many_may_be_missing_as_the_agent_logged(tmp_path: Path) -> None:
    path = filled(tmp_path / "data.db")
    more = [*TICKS, TICKS[-1] + 5, TICKS[-1] + 10]
    assert reckoned(path, more, excused=2).faults == []
    assert len(reckoned(path, more, excused=1).faults) == 1


def test_only_as_many_from_the_future_may_be_missing_as_the_agent_logged_as_refused(tmp_path: Path) -> None:
    path = filled(tmp_path / "data.db")
    ahead = {TICKS[-1], TICKS[-1] + 600, TICKS[-1] + 605}
    told = reckon(path, [Book("s007", 7, set(TICKS), set(), ahead=ahead, refused=2)])
    assert (told.faults, told.refused) == ([], 2)
    (fault,) = reckon(path, [Book("s007", 7, set(TICKS), set(), ahead=ahead, refused=1)]).faults
    assert "2 samples of a clock that was ahead are not there" in fault
