"""The message if the panel's nodes and /etc/hosts differ."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from minipanel.config import HostsConfig
from minipanel.rollout.drift import tell_drift
from minipanel.translations.language import in_english
from tests.rollout.example import OWN, config

SAY = in_english
SAME = "127.0.0.1 localhost\n10.0.0.2 node001\n10.0.0.3 node002.cluster node002\n10.0.0.4 node003\n10.0.0.1 head\n"


def drift(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "hosts"
    path.write_text(text)
    return tell_drift(config(), OWN.__eq__, SAY, path)


@pytest.mark.parametrize(
    "text",
    [
        SAME,
        SAME.replace("node002.cluster node002", "gpu"),
        SAME.replace("node001", "NODE001.cluster node001"),
        SAME.replace("10.0.0.1 head", "10.0.0.1 called-otherwise"),
        SAME.replace("10.0.0.1 head", ""),
    ],
    ids=["the same", "by its name", "other case and long", "this machine under another name", "this machine missing"],
)
def test_two_spellings_of_the_same_name_are_not_drift(tmp_path: Path, text: str) -> None:
    assert drift(tmp_path, text) == []


def test_a_node_that_only_one_of_them_has_is_reported(tmp_path: Path) -> None:
    text = SAME.replace("10.0.0.2 node001", "10.0.0.8 node008\n10.0.0.9 node009")
    path = tmp_path / "hosts"
    assert drift(tmp_path, text) == [
        f"In {path}, but not a node of the panel: node[008-009]. To apply the differences: minipanel nodes sync",
        f"A node of the panel, but not in {path}: node001. To apply the differences: minipanel nodes sync",
    ]


def test_another_address_is_reported(tmp_path: Path) -> None:
    text = SAME.replace("10.0.0.2", "10.0.0.22")
    assert drift(tmp_path, text) == [
        f"Another address on the panel than in {tmp_path / 'hosts'}: node001 (10.0.0.2; 10.0.0.22)"
    ]


def test_a_missing_hosts_file_does_no_harm(tmp_path: Path) -> None:
    assert tell_drift(config(), OWN.__eq__, SAY, tmp_path / "none") == []


def test_what_the_configuration_ignores_is_never_proposed(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_text(SAME + "10.1.0.2 node001-ib\n10.2.0.1 switch1 core\n")
    ignoring = replace(config(), hosts=HostsConfig(("*-ib", "switch?")))
    assert tell_drift(ignoring, OWN.__eq__, SAY, path) == []
    assert len(tell_drift(config(), OWN.__eq__, SAY, path)) == 1
