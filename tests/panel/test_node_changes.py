"""Which nodes come, go and change if config.toml follows a hosts file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minipanel.config import NodeConfig
from minipanel.machine.hosts import parse_hosts
from minipanel.models.name_patterns import NamePatterns
from minipanel.services.node_changes import NodeChanges, compare

OWN = "10.0.0.1"
MGMT = NodeConfig("mgmt", OWN, "mgmt")
IGNORE = NamePatterns(["*-ib", "switch*"])


def node(hostname: str, ip: str, name: str = "", enabled: bool = True, addresses: tuple[str, ...] = ()) -> NodeConfig:
    return NodeConfig(name or hostname, ip, hostname, enabled, addresses)


def changes(configured: Sequence[NodeConfig], hosts: str, stays: Sequence[str] = ()) -> NodeChanges:
    return compare(configured, parse_hosts(hosts, IGNORE).nodes, OWN.__eq__, stays)


def applied(configured: Sequence[NodeConfig], found: NodeChanges) -> tuple[NodeConfig, ...]:
    after = {change.before.hostname: change.after for change in found.changed}
    kept = [after.get(node.hostname, node) for node in configured if node not in found.go]
    return (*kept, *found.come)


@pytest.mark.parametrize(
    ("configured", "hosts"),
    [
        (node("n1", "10.0.0.2"), "10.0.0.2 n1\n10.0.0.2 n1\n"),
        (node("n1", "10.0.0.2"), "10.0.0.2 N1.cluster n1\n"),
        (node("n1.cluster", "10.0.0.2"), "10.0.0.2 n1\n"),
        (node("n1.cluster", "10.0.0.2"), "10.0.0.2 n1.other n1.cluster\n"),
        (node("n1", "10.0.0.2"), "10.0.0.2 n1.cluster\n"),
        (node("gpu1", "10.0.0.2", name="n1"), "10.0.0.2 n1\n"),
        (node("n1", "10.1.0.2"), "10.0.0.2 n1\n10.1.0.2 n1\n"),
        (node("n1", "10.0.0.2", addresses=("10.9.0.1",)), "10.0.0.2 n1\n"),
        (node("n1", "fd00::2"), "fd00:0::2 n1\n10.0.0.2 n1\n"),
        (node("n1", "10.0.0.2", enabled=False), "10.0.0.2 n1\n"),
    ],
    ids=["a line twice", "other case, long", "short", "an alias", "long", "the name people see",
         "another of its addresses", "with addresses", "IPv6", "disabled"],
)  # fmt: skip
def test_a_node_that_is_listed_as_it_is_does_not_change(configured: NodeConfig, hosts: str) -> None:
    assert not changes([MGMT, configured], hosts)


def test_what_is_new_comes_in_the_order_of_the_file() -> None:
    found = changes([MGMT], "10.0.0.3 n3.cluster n3\n10.0.0.2 n2\nfd00::4 n4\n10.1.0.2 n2-ib\n10.9.0.1 switch1\n")
    assert found.come == (node("n3.cluster", "10.0.0.3"), node("n2", "10.0.0.2"), node("n4", "fd00::4"))


def test_what_is_not_listed_goes_disabled_or_not_and_this_machine_never() -> None:
    found = changes([MGMT, node("n1", "10.0.0.2"), node("n2", "10.0.0.3", enabled=False), node("n3", "10.0.0.4")],
                    "10.0.0.4 n3\n")  # fmt: skip
    assert [gone.hostname for gone in found.go] == ["n1", "n2"]
    assert not found.is_clearance


def test_what_is_ignored_goes_if_it_is_configured() -> None:
    assert [gone.hostname for gone in changes([MGMT, node("n1-ib", "10.0.0.2")], "10.0.0.2 n1-ib\n").go] == ["n1-ib"]


def test_all_nodes_gone_is_a_clearance() -> None:
    assert changes([MGMT, node("n1", "10.0.0.2")], "10.0.0.9 n9\n").is_clearance
    assert not changes([MGMT], "10.0.0.9 n9\n").is_clearance
    assert changes([node("n1", "10.0.0.2")], "").is_clearance


def test_a_node_with_another_address_keeps_all_else() -> None:
    before = node("n1", "10.0.0.2", name="one", enabled=False, addresses=("10.9.0.1",))
    (change,) = changes([MGMT, before], "10.0.0.7 n1\n").changed
    assert change.after == replace(before, ip="10.0.0.7")
    assert not change.is_renamed


def test_two_nodes_that_swap_their_addresses_are_two_changes() -> None:
    found = changes([MGMT, node("n1", "10.0.0.2"), node("n2", "10.0.0.3")], "10.0.0.3 n1\n10.0.0.2 n2\n")
    assert [(change.after.hostname, change.after.ip) for change in found.changed] == [
        ("n1", "10.0.0.3"),
        ("n2", "10.0.0.2"),
    ]


def test_another_name_at_the_address_of_a_node_is_its_new_name() -> None:
    found = changes([MGMT, node("n1", "10.0.0.2"), node("n2", "10.0.0.3", name="two")], "10.0.0.2 x1\n10.0.0.3 x2\n")
    assert [change.after for change in found.changed] == [
        node("x1", "10.0.0.2"),
        node("x2", "10.0.0.3", name="two"),
    ]
    assert all(change.is_renamed for change in found.changed)
    assert (found.come, found.go) == ((), ())


def test_a_short_name_beside_the_long_one_is_not_another_node() -> None:
    found = changes(
        [MGMT, node("n1.cluster", "10.0.0.2")], "10.0.0.2 n1.cluster\n10.1.0.2 n1\n10.0.0.3 n2\n10.1.0.3 n2.x\n"
    )
    assert found.come == (node("n2", "10.0.0.3"),)
    assert found.twins == ("n1", "n2.x")


def test_names_that_are_alike_up_to_the_dot_are_two_nodes() -> None:
    found = changes([MGMT, node("n1.a", "10.0.0.2")], "10.0.0.2 n1.a\n10.0.0.3 n1.b\n")
    assert found.come == (node("n1.b", "10.0.0.3"),)


def test_names_and_addresses_of_this_machine_make_no_other_node() -> None:
    hosts = "10.0.0.1 head mgmt\n10.0.0.1 mgmt-bmc\n"
    assert not compare([MGMT], parse_hosts(hosts).nodes, {OWN, "10.5.0.1"}.__contains__)
    assert not compare([MGMT], parse_hosts("10.5.0.1 mgmt-eth1\n10.0.0.1 x\n").nodes, {OWN, "10.5.0.1"}.__contains__)


def test_this_machine_follows_to_another_of_its_addresses() -> None:
    (change,) = compare([MGMT], parse_hosts("10.5.0.1 mgmt\n").nodes, "10.5.0.1".__eq__).changed
    assert change.after == node("mgmt", "10.5.0.1")


def test_this_machine_comes_once_where_it_is_not_configured() -> None:
    found = compare([], parse_hosts("10.0.0.1 mgmt\n10.5.0.1 mgmt-eth1\n").nodes, {OWN, "10.5.0.1"}.__contains__)
    assert found.come == (MGMT,)


def test_what_a_list_names_without_an_address_stays() -> None:
    assert not changes([MGMT, node("n1", "10.0.0.2")], "", stays=["n1"])


ADDRESSES = st.integers(2, 60).map(lambda number: f"10.0.0.{number}")
NAMES = st.integers(1, 30).map(lambda number: f"n{number}") | st.sampled_from(
    ["n1-ib", "n2-ib", "switch1", "login.cluster", "N3", "gpu"]
)
LINES = st.lists(st.tuples(ADDRESSES, NAMES), max_size=40)
FLAGS = st.lists(st.booleans(), min_size=60, max_size=60)


@given(LINES, LINES, FLAGS)
def test_after_any_edit_the_nodes_are_those_of_the_file_and_twice_is_once(
    before: list[tuple[str, str]], after: list[tuple[str, str]], enabled: list[bool]
) -> None:
    old, new = ("".join(f"{ip} {name}\n" for ip, name in lines) for lines in (before, after))
    first = applied([MGMT], changes([MGMT], old))
    configured = [replace(node, enabled=is_on) for node, is_on in zip(first, enabled, strict=False)]
    found = changes(configured, new)
    nodes = applied(configured, found)

    assert [node for node in nodes if node.hostname == "mgmt"] == [configured[0]]
    listed = parse_hosts(new, IGNORE).nodes
    called = {name.lower(): line for line in listed for name in (line.hostname, *line.aliases)}
    assert len(nodes) == len(listed) + 1
    assert {called[node.hostname.lower()].hostname for node in nodes[1:]} == {line.hostname for line in listed}
    assert all(node.ip in called[node.hostname.lower()].addresses for node in nodes[1:])
    # A node that stays keeps its state, enabled or disabled.
    was = {node.hostname.lower(): node.enabled for node in configured}
    renamed = {change.after.hostname.lower() for change in found.changed if change.is_renamed}
    kept = [node for node in nodes if node.hostname.lower() not in renamed]
    assert all(node.enabled == was.get(node.hostname.lower(), True) for node in kept)
    assert not changes(nodes, new)


def test_ten_thousand_nodes_are_compared() -> None:
    hosts = "".join(f"10.{i // 250}.0.{i % 250 + 2} n{i}.cluster n{i}\n" for i in range(10_000))
    configured = [node(f"n{i}", f"10.{i // 250}.1.{i % 250 + 2}") for i in range(5_000)]
    listed = parse_hosts(hosts).nodes
    found = compare(configured, listed, OWN.__eq__)
    assert (len(found.come), len(found.go), len(found.changed)) == (5_000, 0, 5_000)
