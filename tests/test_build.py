"""What scripts/build makes: a wheel with everything the panel needs, and the agent as one small file that runs."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import minipanel

ROOT = Path(__file__).resolve().parent.parent
AGENT_LIMIT = 200 * 1024


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (ROOT / "minipanel" / "static" / "index.html").exists():
        pytest.skip("the page is not built: scripts/build makes it")
    folder = tmp_path_factory.mktemp("wheel")
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with what the wheel installs, without its dependencies."""
    target = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-index", "--no-deps"]
    run([*pip, "--target", str(target), str(wheel)])
    return target


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("agent") / "minipanel-agent"
    run([sys.executable, str(ROOT / "agent" / "build.py"), str(path)])
    return path


def run(command: list[str], **options: object) -> str:
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, **options)  # type: ignore[call-overload]
    assert result.returncode == 0, result.stdout + result.stderr
    return str(result.stdout)


def test_the_wheel_contains_page_schema_and_munge_binding(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    migrations = {
        f"minipanel/database/migrations/{path.name}" for path in (ROOT / "minipanel/database/migrations").iterdir()
    }
    assert {"minipanel/static/index.html", "minipanel_agent/munge.py"} <= names
    assert migrations <= names
    assert any(name.startswith("minipanel/static/assets/") and name.endswith(".js") for name in names)


def test_the_wheel_contains_nothing_that_is_not_installed(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert tops == {"minipanel", "minipanel_agent", f"minipanel-{minipanel.__version__}.dist-info"}


def test_what_the_wheel_installs_runs_without_the_repository(installed: Path, tmp_path: Path) -> None:
    where = "import minipanel, minipanel_agent; print(minipanel.__file__); print(minipanel_agent.__file__)"
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    files = run([sys.executable, "-c", where], cwd=tmp_path, env=environment).split()
    assert [Path(file).is_relative_to(installed) for file in files] == [True, True]
    usage = run([sys.executable, "-m", "minipanel", "--help"], cwd=tmp_path, env=environment)
    assert "rollout" in usage


def test_the_agent_is_one_small_file_that_prints_its_version(agent: Path, tmp_path: Path) -> None:
    assert agent.stat().st_size < AGENT_LIMIT
    assert os.access(agent, os.X_OK)
    assert minipanel.__version__ in run([str(agent), "--version"], cwd=tmp_path)


def test_the_agent_contains_no_compiled_code(agent: Path) -> None:
    names = zipfile.ZipFile(agent).namelist()
    assert names
    assert [name for name in names if not name.endswith((".py", ".txt", "LICENSE", "/"))] == []


def test_the_agent_is_made_the_same_twice(agent: Path, tmp_path: Path) -> None:
    again = tmp_path / "minipanel-agent"
    run([sys.executable, str(ROOT / "agent" / "build.py"), str(again)])
    assert again.read_bytes() == agent.read_bytes()
