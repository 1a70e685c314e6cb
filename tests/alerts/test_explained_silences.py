"""The silences that `minipanel alerts explain` shows for a node."""

from __future__ import annotations

from minipanel.commands.alerts_explain import silences_about
from minipanel.models.alert_answers import SilenceAnswer
from minipanel.models.node import Node

NODES = [Node(number, f"计算 {number}", f"10.0.0.{number}", f"cn{number}.cluster", True) for number in (1, 2)]


def silence(nodes: str) -> SilenceAnswer:
    return SilenceAnswer(1, nodes, [], 0, 10, "work", "alice")


def test_a_silence_is_shown_by_each_name_that_it_covers_a_node_with() -> None:
    shown = [silence(text) for text in ("cn1", "cn[1-2]", "CN1.cluster")]
    assert silences_about(1, [*shown, silence("cn2"), silence("cn3")], NODES) == shown


def test_a_node_set_of_another_release_that_can_not_be_read_is_left_out() -> None:
    assert silences_about(1, [silence("cn{1..2}"), silence("cn1")], NODES) == [silence("cn1")]
