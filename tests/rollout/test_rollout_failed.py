"""A failed node is remembered until it succeeds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from minipanel.rollout.failed import FILE, remember, remembered
from minipanel.rollout.outcome import Outcome, Word


def test_a_failed_node_is_remembered_until_it_succeeds(tmp_path: Path) -> None:
    database = tmp_path / "data.db"
    assert remembered(database) == frozenset()
    remember(
        database, [Outcome("Node1", Word.NO_MUNGE), Outcome("node2", Word.TIMED_OUT), Outcome("n3", Word.INSTALLED)]
    )
    assert remembered(database) == {"node1", "node2"}
    remember(database, [Outcome("node2", Word.INSTALLED)])
    assert remembered(database) == {"node1"}


@pytest.mark.parametrize("text", ["", "{", '{"a": 1}', "[1, 2]", "\xff", "[" * 100_000, '["n1"]' + " " * 2**25])
def test_a_file_that_was_spoilt_is_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, "latin-1")
    assert remembered(tmp_path / "data.db") == frozenset()


def test_a_link_in_its_place_is_replaced_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("mine")
    (tmp_path / FILE).symlink_to(other)
    remember(tmp_path / "data.db", [Outcome("n1", Word.NO_MUNGE)])
    assert other.read_text() == "mine"
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["other", FILE]


def test_a_pipe_in_its_place_is_as_none(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / FILE)
    assert remembered(tmp_path / "data.db") == frozenset()


def test_what_a_link_leads_to_is_not_read(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text('["n1"]')
    (tmp_path / FILE).symlink_to(other)
    assert remembered(tmp_path / "data.db") == frozenset()


def test_what_another_user_wrote_is_not_trusted(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('["n1"]')
    os.chown(tmp_path / FILE, 65534, 65534)
    assert remembered(tmp_path / "data.db") == frozenset()
