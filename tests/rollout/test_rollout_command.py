"""`minipanel rollout` as typed: what it refuses before it touches any node."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from minipanel.errors import CommandError
from minipanel.rollout import RolloutOptions
from minipanel.rollout.failed import remember
from minipanel.rollout.outcome import Outcome, Word
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


def test_without_failed_nodes_no_node_is_visited(tmp_path: Path) -> None:
    path = written_config(tmp_path).path
    done = run("rollout", "--only-failed", "--remove", "--config", path)
    assert (done.returncode, done.stdout) == (0, "There are no nodes to work on.\n")
    as_json = run("rollout", "--only-failed", "--remove", "--json", "--config", path)
    assert json.loads(as_json.stdout) == {"success": True, "counts": {}, "notes": [], "nodes": []}


def test_only_failed_does_not_install_where_a_removal_failed(tmp_path: Path) -> None:
    config = written_config(tmp_path)
    remember(config.database.path, [Outcome("node001", Word.UNREACHABLE)], removes=True)
    done = run("rollout", "--only-failed", "--config", config.path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "The roll-out that failed on node001 was to remove the agent; "
        "to try again, run `minipanel rollout --only-failed --remove`.\n"
    )


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"root": Path("/image"), "only_failed": True}, "--only-failed does nothing beside --root"),
        ({"root": Path("/image"), "sudo": True}, "--sudo does nothing beside --root"),
        ({"remove": True, "force": True}, "--force does nothing beside --remove"),
        ({"remove": True, "ca_file": Path("/ca.pem")}, "--ca-file does nothing beside --remove"),
    ],
)
def test_an_option_that_would_be_ignored_is_refused(asked: dict[str, Any], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        RolloutOptions(**asked).refuse_idle()
    RolloutOptions(remove=True, only_failed=True, root=None, dry_run=True).refuse_idle()


def test_a_dry_run_reports_that_a_folder_is_not_an_image(tmp_path: Path) -> None:
    path = written_config(tmp_path).path
    done = run("rollout", "--root", tmp_path, "--dry-run", "--config", path)
    assert done.returncode == 1
    assert f"({tmp_path} is not the image of a node: it has no etc)" in done.stdout
