"""The next test run removes what a killed one left, once, however many workers start together."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from tests.cache import part_of
from tests.cluster import leftovers


def _sweep_at_once(run: Path, start: object) -> None:
    leftovers.RUN = run
    start.wait()  # type: ignore[attr-defined]
    leftovers.sweep()


def test_workers_that_start_together_clear_a_killed_run_away_without_meeting(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"x{number}").mkdir()
        (tmp_path / f"x{number}.lock").touch()
    (tmp_path / "without-folder.lock").touch()
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(4)
    workers = [context.Process(target=_sweep_at_once, args=(tmp_path, start)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0, 0]
    assert [path.name for path in tmp_path.iterdir()] == ["sweep"]


def test_what_a_killed_run_was_making_goes_when_the_next_of_its_kind_is_made(tmp_path: Path) -> None:
    for name in ("node-old.part-x", "python-3.6.part-y", "node-old"):
        (tmp_path / name / "some").mkdir(parents=True)
    with part_of(tmp_path / "node-new") as part:
        (part / "root").mkdir()
        (part / "root").rename(tmp_path / "node-new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["node-new", "node-old", "python-3.6.part-y"]


def test_a_run_that_lives_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "RUN", tmp_path)
    folder = tmp_path / "alive"
    with leftovers.claimed(folder):
        folder.mkdir()
        leftovers.sweep()
        assert folder.exists()
    leftovers.sweep()
    assert not folder.exists()
