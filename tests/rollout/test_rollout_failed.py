"""A failed node is remembered until it succeeds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from minipanel.rollout.failed import FILE, Failed, remember, remembered
from minipanel.rollout.outcome import Outcome, Word


def test_a_failed_node_is_remembered_until_it_succeeds(tmp_path: Path) -> None:
    database = tmp_path / "data.db"
    assert remembered(database) == Failed()
    failed = [Outcome("Node1", Word.NO_MUNGE), Outcome("node2", Word.TIMED_OUT), Outcome("n3", Word.INSTALLED)]
    remember(database, failed, removes=False)
    assert remembered(database) == Failed(install=frozenset({"node1", "node2"}))
    remember(database, [Outcome("node2", Word.INSTALLED)], removes=False)
    assert remembered(database) == Failed(install=frozenset({"node1"}))


def test_what_was_tried_last_on_a_node_is_remembered(tmp_path: Path) -> None:
    database = tmp_path / "data.db"
    remember(database, [Outcome("n1", Word.NO_MUNGE), Outcome("n2", Word.NO_MUNGE)], removes=False)
    remember(database, [Outcome("n1", Word.UNREACHABLE), Outcome("n3", Word.UNREACHABLE)], removes=True)
    assert remembered(database) == Failed(frozenset({"n2"}), frozenset({"n1", "n3"}))
    remember(database, [Outcome("n1", Word.REMOVED), Outcome("n2", Word.ABSENT)], removes=True)
    assert remembered(database) == Failed(remove=frozenset({"n3"}))


def test_a_file_of_names_alone_may_mean_either(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('["n1", "n2"]')
    assert remembered(tmp_path / "data.db") == Failed(frozenset({"n1", "n2"}), frozenset({"n1", "n2"}))
    remember(tmp_path / "data.db", [Outcome("n1", Word.UNREACHABLE), Outcome("n2", Word.REMOVED)], removes=True)
    assert remembered(tmp_path / "data.db") == Failed(remove=frozenset({"n1"}))


@pytest.mark.parametrize(
    "text", ["", "{", '{"a": 1}', '{"install": 1}', "[1, [2]]", "\xff", "[" * 100_000, '["n1"]' + " " * 2**25]
)
def test_a_file_that_was_spoilt_is_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, "latin-1")
    assert remembered(tmp_path / "data.db") == Failed()


def test_a_link_in_its_place_is_replaced_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("mine")
    (tmp_path / FILE).symlink_to(other)
    remember(tmp_path / "data.db", [Outcome("n1", Word.NO_MUNGE)], removes=False)
    assert other.read_text() == "mine"
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["other", FILE]


def test_a_pipe_in_its_place_is_as_none(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / FILE)
    assert remembered(tmp_path / "data.db") == Failed()


def test_what_a_link_leads_to_is_not_read(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text('["n1"]')
    (tmp_path / FILE).symlink_to(other)
    assert remembered(tmp_path / "data.db") == Failed()


def test_what_another_user_wrote_is_not_trusted(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('["n1"]')
    os.chown(tmp_path / FILE, 65534, 65534)
    assert remembered(tmp_path / "data.db") == Failed()
