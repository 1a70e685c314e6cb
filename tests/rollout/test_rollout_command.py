"""`minipanel rollout` as typed: what is refused before any node is touched."""

from __future__ import annotations

import json
from pathlib import Path

from tests.panel.commands import run, written_config


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
    assert (done.returncode, done.stdout) == (0, "There are no nodes to visit.\n")
    as_json = run("rollout", "--only-failed", "--remove", "--json", "--config", path)
    assert json.loads(as_json.stdout) == {"success": True, "counts": {}, "notes": [], "nodes": []}
