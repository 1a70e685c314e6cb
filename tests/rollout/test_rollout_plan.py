"""Which nodes get the agent, in which order, and what is refused before any node is touched."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from minipanel.errors import BadInput, CommandError
from minipanel.rollout.failed import Failed
from minipanel.rollout.options import RolloutOptions
from minipanel.rollout.plan import Plan, Target, check_this_machine, make_plan, spread_seconds
from tests.rollout.example import OWN, config, node

NONE_FAILED = Failed()


def plan(node_set: str | None = None, failed: Failed = NONE_FAILED, **options: object) -> Plan:
    return make_plan(config(), node_set, RolloutOptions(**options), failed, OWN.__eq__)  # type: ignore[arg-type]


def names(made: Plan) -> list[str]:
    return [target.hostname for target in made.targets]


def test_all_enabled_nodes_are_planned_this_machine_first() -> None:
    assert plan().targets == (
        Target("head", OWN, True),
        Target("node001", "10.0.0.2", False),
        Target("node002.cluster", "10.0.0.3", False),
    )


@pytest.mark.parametrize(
    ("node_set", "expected"),
    [
        ("node001", ["node001"]),
        ("NODE001", ["node001"]),
        ("gpu", ["node002.cluster"]),
        ("node002", ["node002.cluster"]),
        ("node[001-002]", ["node001", "node002.cluster"]),
        ("node001,head", ["head", "node001"]),
    ],
)
def test_nodes_are_named_by_hostname_name_or_short_name(node_set: str, expected: list[str]) -> None:
    assert names(plan(node_set)) == expected


def test_many_nodes_are_planned_in_no_time() -> None:
    many = config(tuple(node(f"n{number}", f"10.1.{number >> 8}.{number & 255}") for number in range(20_000)))
    began = time.process_time()
    made = make_plan(many, "n[0-19999]", RolloutOptions(), NONE_FAILED, OWN.__eq__)
    assert len(made.targets) == 20_000
    assert time.process_time() - began < 2


def test_a_name_that_is_not_there_is_refused() -> None:
    with pytest.raises(CommandError, match=r"has no node named node\[007-008\]"):
        plan("node[001,007-008]")


def test_a_disabled_node_asked_for_is_refused() -> None:
    with pytest.raises(CommandError, match=r"^node003 can't report: enabled is false"):
        plan("node003")


def test_a_node_set_that_can_not_be_read_is_refused() -> None:
    with pytest.raises(BadInput):
        plan("node[1-")


def test_only_failed_takes_those_remembered_and_asked_for() -> None:
    failed = Failed(install=frozenset({"node001", "head", "gone"}))
    assert names(plan(failed=failed, only_failed=True)) == ["head", "node001"]
    assert names(plan("node[001-002]", failed, only_failed=True)) == ["node001"]


def test_only_failed_repeats_what_was_tried() -> None:
    failed = Failed(install=frozenset({"node001"}), remove=frozenset({"head", "node003"}))
    assert names(plan(failed=failed, only_failed=True)) == ["node001"]
    # A disabled node whose agent could not be removed was named then.
    assert names(plan(failed=failed, only_failed=True, remove=True)) == ["head", "node003"]


def test_only_failed_never_does_the_opposite_of_what_failed() -> None:
    removal = Failed(remove=frozenset({"node001", "node003"}))
    with pytest.raises(CommandError, match=r"failed on node\[001,003\] was to remove the agent"):
        plan(failed=removal, only_failed=True)
    installation = Failed(install=frozenset({"node001", "head"}))
    with pytest.raises(CommandError, match=r"failed on node001 was to install the agent"):
        plan("node001", installation, only_failed=True, remove=True)


def test_a_hosts_file_chooses_nodes_and_the_way_to_them(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 localhost\n192.168.0.2 node001\n192.168.0.3 x node002\n192.168.0.9 node009\n")
    made = plan(hosts=hosts)
    assert made.targets == (
        Target("node001", "192.168.0.2", False),
        Target("node002.cluster", "192.168.0.3", False),
    )
    assert made.unknown == ("node009",)


def test_a_hosts_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="can't be read: No such file or directory"):
        plan(hosts=tmp_path / "hosts")


@pytest.mark.parametrize(("nodes", "seconds"), [(1, 0.002), (250, 0.5), (2000, 4.0), (9000, 4.0)])
def test_sending_is_spread_by_the_number_of_nodes_but_never_over_4_s(nodes: int, seconds: float) -> None:
    many = tuple(node(f"n{number}", f"10.1.{number // 250}.{number % 250 + 1}") for number in range(nodes))
    assert spread_seconds(config(many)) == seconds


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"])
def test_an_address_that_means_the_node_itself_is_refused(url: str) -> None:
    with pytest.raises(CommandError, match="which on a node means the node itself"):
        check_this_machine(config(url=url), plan(), removes=False)


def test_a_panel_that_does_not_run_is_reported_before_any_node_is_touched() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # taken, and nobody listens
        closed = config(port=bound.getsockname()[1])
        with pytest.raises(CommandError, match="can't be reached"):
            check_this_machine(closed, Plan(()), removes=False)


def test_removing_needs_no_panel() -> None:
    check_this_machine(config(), plan(), removes=True)
