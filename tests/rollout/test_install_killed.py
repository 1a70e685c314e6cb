"""install-agent.sh killed for real before each of its steps, on the image of a node."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.rollout.killed import KILLER, killed

DEPLOY = Path(__file__).resolve().parent.parent.parent / "deploy"
AGENT, UNIT = "minipanel-agent", "minipanel-agent.service"
HOME = "opt/minipanel-agent"
PLACES = (f"{HOME}/{AGENT}", f"{HOME}/config.toml", f"{HOME}/ca.pem", f"etc/systemd/system/{UNIT}")

Files = dict[str, bytes | None]


@pytest.fixture(autouse=True)
def _root() -> None:
    if os.geteuid() != 0:
        pytest.skip("install-agent.sh needs root")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with an image that has the old agent, and with the files of the new one."""
    (tmp_path / "image/etc").mkdir(parents=True)
    (tmp_path / "killer").write_text(KILLER)
    for name, files in (("old", (AGENT, "config.toml", "ca.pem", UNIT)), ("new", (AGENT, "config.toml", UNIT))):
        (tmp_path / name).mkdir()
        for file in files:
            (tmp_path / name / file).write_text(f"{name} {file}")
    return tmp_path


def install(place: Path, version: str, killed_at: int = 0, killed_by: signal.Signals = signal.SIGKILL) -> int:
    """Run the script and return its exit code."""
    environment = killed(str(place / "killer"), killed_at, by=killed_by)
    command = ["bash", DEPLOY / "install-agent.sh", "--from", place / version, "--root", place / "image"]
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode


def files_of(place: Path, version: str) -> Files:
    """Return the content of an image with that version installed."""
    names = {path: place / version / Path(path).name for path in PLACES}
    return {path: source.read_bytes() for path, source in names.items() if source.exists()}


def found(place: Path) -> Files:
    """Return all files of the image."""
    image = place / "image"
    return {
        str(path.relative_to(image)): path.read_bytes()
        for path in image.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def in_place(place: Path) -> Files:
    """Return the files from which the agent runs."""
    return {path: content for path, content in found(place).items() if path in PLACES}


def kept(place: Path) -> Files:
    """Return what is kept of the previous version."""
    contents = {path.name: path.read_bytes() for path in (place / "image" / HOME / ".before").glob("*")}
    return {path: contents[Path(path).name] for path in PLACES if Path(path).name in contents}


def steps(place: Path, version: str) -> int:
    """Return how many steps an installation over the image's agent has, and leave the image unchanged."""
    shutil.copytree(place / "image", place / "copy", symlinks=True)
    count = 1
    while install(place, version, count) != 0:
        count += 1
        again(place)
    again(place)
    return count - 1


def again(place: Path) -> None:
    """Restore the image as steps() found it."""
    shutil.rmtree(place / "image")
    shutil.copytree(place / "copy", place / "image", symlinks=True)


def test_a_kill_at_any_step_leaves_a_pair_or_keeps_the_old_one_and_the_next_run_mends_it(place: Path) -> None:
    assert install(place, "old") == 0
    old, new = files_of(place, "old"), files_of(place, "new")
    assert found(place) == old
    count = steps(place, "new")
    assert count > 15
    for step in range(1, count + 1):
        again(place)
        assert install(place, "new", step) == -signal.SIGKILL
        assert in_place(place) in (old, new) or kept(place) == old, step
        is_done = in_place(place) == new and not kept(place)
        # A second attempt fails as well, and restores the agent from before the first one.
        assert install(place, "new", 12, signal.SIGTERM) == 1
        assert found(place) == (new if is_done else old), step
        assert install(place, "new") == 0
        assert found(place) == new, step


def test_a_killed_run_is_mended_by_the_next(place: Path) -> None:
    assert install(place, "old") == 0
    for step in range(1, steps(place, "new") + 1):
        again(place)
        install(place, "new", step)
        assert install(place, "new") == 0
        assert found(place) == files_of(place, "new"), step


def test_a_run_stopped_at_any_step_leaves_the_old_pair_alone(place: Path) -> None:
    assert install(place, "old") == 0
    old, new = files_of(place, "old"), files_of(place, "new")
    for step in range(1, steps(place, "new") + 1):
        again(place)
        install(place, "new", step, signal.SIGTERM)
        assert found(place) in (old, new), step


def test_a_first_installation_killed_at_any_step_leaves_nothing_that_the_next_does_not_mend(place: Path) -> None:
    for step in range(1, steps(place, "new") + 1):
        again(place)
        install(place, "new", step)
        install(place, "new", 12, signal.SIGTERM)
        assert found(place) in ({}, files_of(place, "new")), step
