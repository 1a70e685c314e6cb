"""`minipanel nodes`: the list in config.toml, shown and edited, and the running panel that follows it."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from minipanel.commands.nodes_add import add_node_set
from minipanel.config import Config, load_config
from minipanel.translations.columns import width
from tests.panel.commands import log_in, run, running_panel, written_config
from tests.panel.example import PASSWORD


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return written_config(tmp_path)


def test_the_list_is_plain_and_aligned_where_no_terminal_reads_it(config: Config) -> None:
    done = run("nodes", "list", "--config", config.path)
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "NAME     HOSTNAME                 IP        ENABLED",
        "node001  node001                  10.0.0.2  yes",
        "long     node002.cluster.example  10.0.0.3  yes",
        "spare    node003                  10.0.0.4  no",
    ]


def test_the_list_is_aligned_in_chinese_too(config: Config) -> None:
    assert run("nodes", "list", "--config", config.path, LANG="zh_CN.UTF-8").stdout.splitlines()[:2] == [
        "名称     主机名                   地址      启用",
        "node001  node001                  10.0.0.2  是",
    ]


def test_the_list_as_json_has_every_key(config: Config) -> None:
    nodes = json.loads(run("nodes", "list", "--json", "--config", config.path).stdout)
    assert nodes[2] == {"name": "spare", "ip": "10.0.0.4", "hostname": "node003", "enabled": False, "addresses": []}


def test_a_node_is_added_and_the_command_says_that_no_panel_runs(config: Config) -> None:
    done = run("nodes", "add", "node004", "10.0.0.5", "--name", "four", "--config", config.path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        f"Added four (10.0.0.5) to {config.path}. No panel is running; it takes effect when one starts.\n"
    )
    assert load_config(config.path).nodes[-1].hostname == "node004"


@pytest.mark.parametrize(
    ("first", "second", "added"),
    [
        ("10.0.0.5", "node004", {"node004": "10.0.0.5"}),
        ("fd00::5", "node004", {"node004": "fd00::5"}),
        ("rack[08-10]", "10.0.1.[8-10]", {"rack08": "10.0.1.8", "rack09": "10.0.1.9", "rack10": "10.0.1.10"}),
        ("10.0.1.[1,4]", "rack[1,4].cluster", {"rack1.cluster": "10.0.1.1", "rack4.cluster": "10.0.1.4"}),
        ("b,a", "10.0.1.2,10.0.1.1", {"b": "10.0.1.2", "a": "10.0.1.1"}),
        ("n[1-2],m", "fd00::1,10.0.1.[7-8]", {"n1": "fd00::1", "n2": "10.0.1.7", "m": "10.0.1.8"}),
    ],
)
def test_nodes_and_addresses_are_distinguished_in_either_order(
    config: Config, first: str, second: str, added: dict[str, str]
) -> None:
    done = run("nodes", "add", first, second, "--config", config.path)
    assert (done.returncode, done.stderr) == (0, "")
    assert {node.hostname: node.ip for node in load_config(config.path).nodes[3:]} == added


def test_a_rack_is_added_in_one_step_and_reported_folded(config: Config) -> None:
    done = run("nodes", "add", "node[065-128]", "10.0.1.[65-128]", "--config", config.path)
    assert done.stdout == (
        f"Added 64 nodes to {config.path}: node[065-128] (10.0.1.[65-128]). "
        "No panel is running; it takes effect when one starts.\n"
    )


def test_what_is_ignored_in_lists_of_nodes_can_be_added_and_that_a_sync_takes_it_out_is_said(config: Config) -> None:
    config.path.write_text('[hosts]\nignore = ["*-ib", "x[1-9]"]\n' + config.path.read_text())
    done = run("nodes", "add", "x[9-11]", "10.0.1.[9-11]", "--config", config.path)
    assert done.returncode == 0
    assert done.stdout.splitlines()[1:] == [
        f"[hosts] ignore in {config.path} matches x9: unless you change it, minipanel nodes sync removes them."
    ]


def test_without_addresses_those_of_the_hosts_file_are_taken(config: Config, tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("10.1.0.1 n1.cluster n1\n10.1.0.2 n2\n10.2.0.2 n2\n10.1.0.3 n3.cluster\n")
    add_node_set(config.path, "n[1-3]", None, None, hosts)
    added = {node.hostname: node.ip for node in load_config(config.path).nodes[3:]}
    assert added == {"n1": "10.1.0.1", "n2": "10.1.0.2", "n3": "10.1.0.3"}


def test_a_name_for_people_may_be_chinese_and_tables_stay_aligned_under_it(config: Config) -> None:
    added = run("nodes", "add", "node004", "10.0.0.5", "--name", "计算节点 3", "--config", config.path)
    assert (added.returncode, added.stderr) == (0, "")
    assert "Added 计算节点 3 (10.0.0.5)" in added.stdout
    listed = run("nodes", "list", "--config", config.path).stdout.splitlines()
    ends = {width(line[: line.index("10.0.0.")]) for line in listed if "10.0.0." in line}
    assert len(ends) == 1
    gone = run("nodes", "remove", "计算节点 3", "--config", config.path)
    assert (gone.returncode, "Removed node004" in gone.stdout) == (0, True)


def test_a_node_set_is_removed_by_hostname_or_name(config: Config) -> None:
    done = run("nodes", "remove", "NODE[001,003],long", "--config", config.path)
    assert done.returncode == 0, done.stderr
    assert load_config(config.path).nodes == ()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["add", "node 4", "10.0.0.5"], "The hostname is 'node 4'; it must be a hostname"),
        (["add", "node004", "10.0.0.5", "--name", "a,b"], "The name is 'a,b'; it must be a hostname, or a name of"),
        (["add", "node004", "10.0.0"], "The address is '10.0.0'; it must be the IPv4 or IPv6 address"),
        (["add", "NODE001", "10.0.0.5"], "already has a node with the hostname NODE001: node001 (10.0.0.2)."),
        (["add", "node004", "10.0.0.5", "--name", "Long"], "already has a node with the name Long: long (10.0.0.3)."),
        (["add", "node004", "10.0.0.4"], "already has a node with the address 10.0.0.4: spare (10.0.0.4)."),
        (["add", "node002", "10.0.0.5"], "already has node002.cluster.example (10.0.0.3), and node002 is another"),
        (["add", "node001.cluster", "10.0.0.5"], "and node001.cluster is another spelling of the same node."),
        (["add", "n[1-2],n1.cluster", "10.0.0.[5-7]"], "already has n1 (10.0.0.5), and n1.cluster is another"),
        (["add", "n1,n1", "10.0.0.[5-6]"], "already has a node with the hostname n1: n1 (10.0.0.5)."),
        (["add", "n[1-2]", "10.0.0.5,10.0.0.5"], "already has a node with the address 10.0.0.5: n1 (10.0.0.5)."),
        (["add", "n[1-3]", "10.0.0.[5-6]"], "'n[1-3]' are 3 nodes, and '10.0.0.[5-6]' are 2 addresses; there must be"),
        (["add", "n[1-2]", "10.0.0.[255-256]"], "The address is '10.0.0.256'; it must be the IPv4 or IPv6 address"),
        (["add", "n[1-2]", "fd00::[1-2]"], "The address is 'fd00::[1-2]'; it must be"),
        (["add", "10.0.0.5", "10.0.0.6"], "The hostname is '10.0.0.5'; it must be a hostname"),
        (["add", "n[1-2]", "10.0.0.[5-6]", "--name", "two"], "--name is for one node, and 2 were given."),
        (["add", "n-nowhere[1-2]"], "/etc/hosts has no address for 'n-nowhere[1-2]'; give one: minipanel nodes add"),
        (["remove", "node[001-009]"], "no node named 'node[002,004-009]'; nothing was removed."),
        (["remove", "node["], "it must be a node set such as"),
        (["remove", "node[1-9999999]"], "at most 100000 nodes are allowed"),
        (["remove", "@all"], "There is no group '@all'; known groups: @node."),
        (["remove", ""], "1 to 10000 are allowed"),
    ],
)
def test_what_can_not_be_done_is_one_sentence_and_changes_nothing(
    config: Config, words: list[str], sentence: str
) -> None:
    before = config.path.read_bytes()
    done = run("nodes", *words, "--config", config.path)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert config.path.read_bytes() == before


def test_a_running_panel_follows_at_once(config: Config) -> None:
    with running_panel(config) as panel:
        done = run("nodes", "add", "node004", "10.0.0.5", "--config", config.path)
        assert done.stdout.endswith(f"The running panel (process {panel.process.pid}) was asked to reload.\n")
        panel.wait_for("The configuration was reloaded: 4 nodes.")
        token = log_in(config.server.url, PASSWORD).json()["token"]
        nodes = httpx.get(f"{config.server.url}/api/nodes", headers={"Authorization": f"Bearer {token}"}).json()
        assert [node["hostname"] for node in nodes if node["enabled"]][-1] == "node004"
