"""`minipanel rollout` as typed, and the script that stands for it: what is refused before any node is touched."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.panel.commands import run, written_config

SCRIPT = Path(__file__).resolve().parent.parent.parent / "distribute-agents.sh"


def test_help_names_every_option() -> None:
    words = run("rollout", "--help").stdout
    for option in ("--force", "--only-failed", "--dry-run", "--remove", "--hosts", "--root", "--json", "NODESET"):
        assert option in words


def test_a_missing_configuration_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    done = run("rollout", "--config", tmp_path / "config.toml")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"{tmp_path / 'config.toml'} is missing")


def test_a_node_that_is_not_there_is_one_sentence_and_exit_code_1(tmp_path: Path) -> None:
    path = written_config(tmp_path).path
    done = run("rollout", "nowhere[1-2]", "--config", path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{path} has no node named nowhere[1-2]; `minipanel nodes list` shows all.\n"


def test_nobody_failed_so_nobody_is_visited(tmp_path: Path) -> None:
    path = written_config(tmp_path).path
    done = run("rollout", "--only-failed", "--remove", "--config", path)
    assert (done.returncode, done.stdout) == (0, "There is no node to do.\n")
    as_json = run("rollout", "--only-failed", "--remove", "--json", "--config", path)
    assert json.loads(as_json.stdout) == {"success": True, "counts": {}, "notes": [], "nodes": []}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with distribute-agents.sh, and a stand-in for minipanel that prints its words."""
    (tmp_path / ".venv/bin").mkdir(parents=True)
    minipanel = tmp_path / ".venv/bin/minipanel"
    minipanel.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\nexit 7\n')
    minipanel.chmod(0o755)
    shutil.copy(SCRIPT, tmp_path)
    return tmp_path


@pytest.mark.skipif(Path("/opt/minipanel/minipanel").exists(), reason="MiniPanel is installed on this machine")
def test_the_script_passes_everything_on(checkout: Path) -> None:
    done = subprocess.run([checkout / SCRIPT.name, "a b", "--force"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (7, "rollout\na b\n--force\n")


@pytest.mark.skipif(Path("/opt/minipanel/minipanel").exists(), reason="MiniPanel is installed on this machine")
def test_without_minipanel_the_script_says_what_to_do(checkout: Path) -> None:
    shutil.rmtree(checkout / ".venv")
    done = subprocess.run([checkout / SCRIPT.name], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "MiniPanel is not installed on this machine; run install.sh first.\n"
