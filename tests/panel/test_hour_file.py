"""The file of the last hours: its content is read back, and a broken file does no harm."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from minipanel.models.node import Heard, Node
from minipanel.models.sample import Sample
from minipanel.services import hour_file, sheet
from minipanel.services.hour_file import HourFile
from minipanel.services.live import Live

NOW = 1_700_000_100
NODES = [Node(id, f"n{id}", f"10.0.0.{id}", f"n{id}", True) for id in range(1, 41)]
HEARD = {node.id: Heard(NOW, 600) for node in NODES}


def live_on(file: HourFile, nodes: list[Node] = NODES) -> Live:
    live = Live(5, lambda: NOW, lambda: 5000.0, hours=file)
    live.replace(nodes, HEARD, file.restore(nodes))
    return live


def sample_of(node: Node, timestamp: int) -> Sample:
    temp = None if node.id % 2 else 40.25
    return Sample(node.hostname, timestamp, (timestamp - node.id) % 100, 16000 * node.id, 2000, temp)  # type: ignore[call-arg]


def filled(path: Path, is_mapped: bool = True) -> Live:
    """A live view with ten samples of each node. Its file is left as by a killed process, or by one that stopped."""
    file = HourFile(path, is_mapped)
    live = Live(5, lambda: NOW, lambda: 5000.0, hours=file)
    file.restore(NODES)
    live.replace(NODES, {})
    for node in NODES:
        live.note_agent(node, "1.0.0", "k10temp Tctl", 0.0, 95.0)
        live.take(node, [sample_of(node, NOW - 5 * step) for step in range(10)])
    if not is_mapped:
        file.close()
    return live


@pytest.mark.parametrize("is_mapped", [True, False])
def test_what_was_seen_before_is_there_again_also_of_nodes_that_are_down(tmp_path: Path, is_mapped: bool) -> None:
    before = filled(tmp_path / "hours", is_mapped)
    after = live_on(HourFile(tmp_path / "hours", is_mapped))
    for node in NODES:
        old, new = before.one(node), after.one(node)
        assert (old.state, new.state) == ("up", "down")
        assert new.recent == old.recent
        assert len(new.recent.timestamp) == 10
        assert isinstance(new.memory_total, int)  # type: ignore[attr-defined]
        assert replace_state(new) == replace_state(old)
    assert (tmp_path / "hours").stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [tmp_path / "hours"]


def replace_state(one: object) -> dict[str, object]:
    """An answer without what a restart may change."""
    names = one.__struct_fields__  # type: ignore[attr-defined]
    return {name: getattr(one, name) for name in names if name not in ("state", "clock_skew_seconds")}


def test_a_second_restart_goes_on_with_what_came_after_the_first(tmp_path: Path) -> None:
    filled(tmp_path / "hours")
    live_on(HourFile(tmp_path / "hours", True)).take(NODES[0], [sample_of(NODES[0], NOW + 5)])
    after = live_on(HourFile(tmp_path / "hours", True))
    assert after.last_hour(NODES[0]).count(NOW + 5) == 11


def test_a_new_database_does_not_get_the_hours_of_the_old(tmp_path: Path) -> None:
    filled(tmp_path / "hours")
    others = [replace(node, hostname=f"m{node.id}") for node in NODES]
    assert live_on(HourFile(tmp_path / "hours", True), others).hours() == []
    filled(tmp_path / "hours")
    never = Live(5, lambda: NOW, lambda: 5000.0)
    never.replace(NODES, {}, HourFile(tmp_path / "hours", True).restore(NODES))
    assert never.realtime()[0].cpu_percent is None


def cut(content: bytes) -> bytes:
    return content[:-5000]


def foreign(content: bytes) -> bytes:
    return b"#!/bin/sh\n" + content


def newer(content: bytes) -> bytes:
    return content.replace(b'"layout":1', b'"layout":2', 1)


def garbage(content: bytes) -> bytes:
    return content[:21] + os.urandom(len(content) - 21)


@pytest.mark.parametrize("spoil", [cut, foreign, newer, garbage, lambda _: b""])
def test_a_file_that_cannot_be_right_is_passed_over_with_one_line(
    tmp_path: Path, spoil: Callable[[bytes], bytes], caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "hours"
    filled(path)
    path.write_bytes(spoil(path.read_bytes()))
    with caplog.at_level(logging.WARNING):
        live = live_on(HourFile(path, True))
    assert live.hours() == []
    (line,) = caplog.messages
    assert line.startswith(f"The last hours in {path} are not used: ")
    live.take(NODES[0], [sample_of(NODES[0], NOW)])
    assert len(live_on(HourFile(path, True)).hours()) == 1


def test_a_link_or_a_folder_in_its_place_is_not_followed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    filled(tmp_path / "elsewhere")
    (tmp_path / "hours").symlink_to(tmp_path / "elsewhere")
    assert live_on(HourFile(tmp_path / "hours", True)).hours() == []
    assert not (tmp_path / "hours").is_symlink()
    (tmp_path / "folder").mkdir()
    assert live_on(HourFile(tmp_path / "folder", True)).hours() == []
    assert live_on(HourFile(tmp_path / "missing" / "hours", True)).hours() == []
    assert len(caplog.messages) == 4


def test_one_node_whose_head_is_torn_is_passed_over_alone(tmp_path: Path) -> None:
    filled(tmp_path / "hours")
    content = bytearray((tmp_path / "hours").read_bytes())
    content[hour_file.PAGE_BYTES + 20] ^= 1
    (tmp_path / "hours").write_bytes(content)
    assert len(live_on(HourFile(tmp_path / "hours", True)).hours()) == len(NODES) - 1


def test_a_sample_of_which_half_was_written_is_missing() -> None:
    hour = hour_file.LastHour()
    hour.add(sample_of(NODES[0], NOW), NOW)

    class Killed(Exception):
        pass

    class Numbers:
        def __setitem__(self, place: int, value: int) -> None:
            raise Killed

    (first, (_, scale, none), *others) = hour._columns
    hour._columns = (first, (Numbers(), scale, none), *others)  # type: ignore[assignment]
    with pytest.raises(Killed):
        hour.add(sample_of(NODES[0], NOW + 3600), NOW + 3600)
    assert hour.times(NOW + 3600) == hour.columns(NOW + 3600).timestamp == []


def test_after_an_upgrade_with_one_more_metric_the_others_go_on(tmp_path: Path) -> None:
    """The old file lacks cpu_temp, and has the other columns at other places."""
    path = tmp_path / "hours"
    filled(path)
    content = path.read_bytes()
    forms = sheet.FORMS
    fewer = (forms[0], forms[1])
    begins = sheet.places_of(forms)
    part = b"".join(
        content[start : start + begins[3]].ljust(sheet.places_of(fewer)[-1], b"\0")
        for start in range(hour_file.PAGE_BYTES, len(content), sheet.SHEET_BYTES)
    )
    page = hour_file._FIRST_PAGE.rstrip(b"\0").replace(b',["cpu_temp","h",100,-32768]', b"")
    assert page != hour_file._FIRST_PAGE.rstrip(b"\0")
    path.write_bytes(page.ljust(hour_file.PAGE_BYTES, b"\0") + part)
    recent = live_on(HourFile(path, True)).one(NODES[1]).recent
    assert len(recent.timestamp) == 10
    assert set(recent.memory_used) == {2000}  # type: ignore[attr-defined]
    assert set(recent.cpu_temp) == {None}  # type: ignore[attr-defined]


def test_without_room_for_it_the_panel_goes_on_and_says_so_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    live = filled(tmp_path / "hours")
    assert len(live.hours()) == len(NODES)
    assert caplog.messages == [
        f"The last hours can't be kept in {tmp_path / 'hours'}: No space left on device. A restart empties them."
    ]


def test_of_a_node_without_an_hour_the_last_record_is_shown() -> None:
    live = Live(5, lambda: NOW, lambda: 5000.0)
    live.replace(NODES[:1], {1: Heard(NOW - 600, 600, values=(12.5, 16000, 8000, None))})
    (node,) = live.realtime()
    assert (node.state, node.timestamp, node.cpu_percent) == ("down", NOW - 600, 12.5)  # type: ignore[attr-defined]
    assert (node.memory_percent, node.cpu_temp) == (50.0, None)  # type: ignore[attr-defined]
