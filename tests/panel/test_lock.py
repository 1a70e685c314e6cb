"""The panel's lock shows which process runs, and is trusted only for processes of the panel's own user."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from minipanel.machine.lock import PanelLock, pid_path, running_pid
from minipanel.machine.reload import tell_running_panel

NOBODY = 65534


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "data.db"


@pytest.fixture
def lock(database: Path) -> Iterator[PanelLock]:
    lock = PanelLock(database)
    yield lock
    lock.release()


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


def test_the_running_panel_is_found(database: Path, lock: PanelLock) -> None:
    lock.publish()
    assert running_pid(database) == os.getpid()


def test_no_signal_goes_to_a_process_of_another_user(
    database: Path, lock: PanelLock, sleeper: subprocess.Popen[bytes]
) -> None:
    pid_path(database).write_text(f"{sleeper.pid}\n")
    os.chown(pid_path(database), NOBODY, NOBODY)  # as the panel's user may have written it
    assert tell_running_panel(database).startswith(
        "The running panel could not be notified (its file names a process of"
    )
    assert sleeper.poll() is None


@pytest.mark.parametrize("text", ["999999999", "1" * 400, "-1", "²", "1 2", "0"])
def test_the_id_of_no_process_is_reported(database: Path, lock: PanelLock, text: str) -> None:
    pid_path(database).write_text(text)
    with pytest.raises(OSError, match=r"."):
        running_pid(database, patience_seconds=0)


def test_a_pipe_in_place_of_the_lock_blocks_nothing(database: Path) -> None:
    os.mkfifo(pid_path(database))
    assert tell_running_panel(database).startswith("The running panel could not be notified (it is no regular file)")


def test_a_link_in_the_place_of_the_lock_is_not_followed(database: Path, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("1\n")
    pid_path(database).symlink_to(tmp_path / "other")
    assert tell_running_panel(database).startswith("The running panel could not be notified (")
