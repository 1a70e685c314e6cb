"""`minipanel nodes sync`: config.toml follows a hosts file, and new nodes get the agent."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import httpx
import pytest

from minipanel.commands import node_lists
from minipanel.commands.node_lists import genders_names, read_node_list
from minipanel.commands.nodes_sync import SyncOptions, sync_nodes
from minipanel.config import Config, load_config
from minipanel.errors import CommandError
from minipanel.models.name_patterns import NamePatterns
from minipanel.translations.language import in_english
from tests.panel.commands import at_terminal, command, run, running_panel, written_config
from tests.panel.example import bearer, sample
from tests.panel.faked_rollout import FakeRollOut, said_at

SAME = "10.0.0.2 node001\n10.0.0.3 node002.cluster.example node002\n10.0.0.4 node003\n"
RACK = "".join(f"10.0.1.{number} rack{number:03}\n" for number in range(1, 201))
RACK_IB = "".join(f"10.1.1.{number} rack{number:03}-ib\n" for number in range(1, 201))


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return written_config(tmp_path)


@pytest.fixture
def hosts(tmp_path: Path) -> Path:
    path = tmp_path / "hosts"
    path.write_text(SAME)
    return path


def nodes(config: Config) -> dict[str, str]:
    return {node.hostname: node.ip for node in load_config(config.path).nodes}


def sync(config: Config, hosts: Path, *words: str, **environment: str) -> tuple[int, str]:
    done = run("nodes", "sync", "--from", hosts, "--config", config.path, *words, **environment)
    return done.returncode, done.stdout + done.stderr


def test_where_nothing_differs_nothing_is_written(config: Config, hosts: Path) -> None:
    before = config.path.stat()
    assert sync(config, hosts, "--yes") == (0, f"{hosts} and {config.path} have the same nodes: 3.\n")
    after = config.path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_what_differs_is_shown_folded_and_left_without_a_terminal(config: Config, hosts: Path) -> None:
    hosts.write_text(SAME.replace("10.0.0.3", "10.0.0.33").replace("10.0.0.4 node003\n", "") + RACK)
    before = config.path.read_bytes()
    shown = [
        f"{hosts} and {config.path} differ:",
        "  new            200  rack[001-200] (10.0.1.[1-200])",
        "  gone           1    node003",
        "  other address  1    node002.cluster.example (10.0.0.3 -> 10.0.0.33)",
    ]
    code, said = sync(config, hosts)
    assert code == 1
    assert said.splitlines() == [
        *shown,
        "There is no terminal for the question; to apply the changes: minipanel nodes sync --yes",
        "Nothing was changed.",
    ]
    code, said = sync(config, hosts, "--dry-run", "--yes")
    assert (code, said.splitlines()) == (1, [*shown, "Nothing was changed."])
    assert config.path.read_bytes() == before


def test_a_rack_comes_with_one_roll_out_and_the_running_panel_knows_it(
    config: Config, hosts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.path.write_text(config.path.read_text() + '\n[hosts]\nignore = ["*-ib"]\n\n# The end.\n')
    hosts.write_text(SAME.replace("10.0.0.2 ", "10.0.0.22 ") + RACK + RACK_IB)
    roll_out = FakeRollOut()
    with running_panel(config) as panel:
        assert sync_nodes(config.path, SyncOptions(str(hosts), yes=True), roll_out) == 0
        panel.wait_for("The configuration was reloaded: 203 nodes.")
    (visited, removes), *more = roll_out.calls
    assert (sorted(visited), removes, more) == (["node001", *(f"rack{n:03}" for n in range(1, 201))], False, [])
    assert len(roll_out.configured[0]) == 203
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == f"Ignored by [hosts] in {config.path}: 200 (rack[001-200]-ib)"
    assert shown[-3] == f"Written to {config.path}."
    assert shown[-2].startswith("The running panel (process ")
    assert config.path.read_text().endswith("# The end.\n")
    assert sync(config, hosts, "--yes")[0] == 0


def test_a_change_keeps_every_comment_and_every_other_key(config: Config, hosts: Path) -> None:
    text = config.path.read_text().replace(
        'ip = "10.0.0.3"', "ip = '10.0.0.3'   # by the window\naddresses = ['10.9.0.1']"
    )
    config.path.write_text(text)
    hosts.write_text(SAME.replace("10.0.0.3", "10.0.0.33").replace("node001", "head"))
    assert sync(config, hosts, "--yes", "--no-rollout")[0] == 0
    expected = text.replace("'10.0.0.3'", '"10.0.0.33"').replace('"node001"', '"head"')
    assert config.path.read_text() == expected


def test_a_disabled_node_stays_disabled_and_is_not_visited(config: Config, hosts: Path) -> None:
    hosts.write_text(SAME.replace("10.0.0.4", "10.0.0.44"))
    roll_out = FakeRollOut()
    assert sync_nodes(config.path, SyncOptions(str(hosts), yes=True), roll_out) == 0
    node = load_config(config.path).nodes[2]
    assert (node.name, node.ip, node.enabled) == ("spare", "10.0.0.44", False)
    assert roll_out.calls == []


def test_agents_of_removed_nodes_are_removed_while_the_nodes_are_configured(config: Config, hosts: Path) -> None:
    hosts.write_text("10.0.0.4 node003\n10.0.0.9 node009\n")
    roll_out = FakeRollOut(fails_on=["node002.cluster.example"])
    with running_panel(config):
        url = f"{config.server.url}/api/metrics"
        httpx.post(url, json=sample(node_id="node002"), headers=bearer("node002")).raise_for_status()
        assert sync_nodes(config.path, SyncOptions(str(hosts), yes=True, with_agent=True), roll_out) == 1
    assert roll_out.calls == [(["node001", "node002.cluster.example"], True), (["node009"], False)]
    assert "node001" in roll_out.configured[0]
    # It still reports, and its agent could not be removed, so removing can be tried again.
    assert set(nodes(config)) == {"node002.cluster.example", "node003", "node009"}


def test_agents_that_still_run_on_removed_nodes_are_reported(config: Config, hosts: Path) -> None:
    hosts.write_text("10.0.0.3 node002\n10.0.0.4 node003\n")
    with running_panel(config):
        httpx.post(f"{config.server.url}/api/metrics", json=sample(), headers=bearer()).raise_for_status()
        code, said = sync(config, hosts, "--yes", "--no-rollout")
    assert code == 0
    assert said.splitlines()[2:4] == [
        "The agent still runs on node001.",
        "It stays there; to remove it: minipanel nodes remove --with-agent node001",
    ]


def test_a_roll_out_that_fails_is_the_exit_code(config: Config, hosts: Path) -> None:
    hosts.write_text(SAME + "10.0.0.9 node009\n")
    assert sync_nodes(config.path, SyncOptions(str(hosts), yes=True), FakeRollOut(fails_on=["node009"])) == 1
    assert "node009" in nodes(config)


def test_all_nodes_are_removed_only_if_that_was_requested(config: Config, hosts: Path) -> None:
    hosts.write_text("127.0.0.1 localhost\n")
    before = config.path.read_bytes()
    code, said = sync(config, hosts, "--yes", "--no-rollout")
    assert code == 1
    assert said.endswith(
        f"{hosts} has none of the nodes in {config.path} (3), so nothing was changed; "
        "to remove all of them: minipanel nodes sync --remove-all\n"
    )
    assert config.path.read_bytes() == before
    assert sync(config, hosts, "--yes", "--no-rollout", "--remove-all")[0] == 0
    assert nodes(config) == {}


def test_json_has_all_of_it_and_asks_nothing(config: Config, hosts: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hosts.write_text(SAME.replace("10.0.0.3", "10.0.0.33") + "10.0.0.9 node009\n")
    assert sync_nodes(config.path, SyncOptions(str(hosts), as_json=True), FakeRollOut()) == 1
    assert json.loads(capsys.readouterr().out) == {
        "source": str(hosts),
        "new": [{"hostname": "node009", "ip": "10.0.0.9"}],
        "gone": [],
        "changed": [
            {
                "hostname": "node002.cluster.example",
                "ip": "10.0.0.3",
                "new_hostname": "node002.cluster.example",
                "new_ip": "10.0.0.33",
            }
        ],
        "ignored": [],
        "passed_over": [],
        "without_address": [],
        "is_written": False,
    }
    assert sync_nodes(config.path, SyncOptions(str(hosts), yes=True, as_json=True), FakeRollOut()) == 0
    done = json.loads(capsys.readouterr().out)
    assert (done["is_written"], done["rollout"]) == (True, {"failed": []})
    hosts.write_text("")
    assert sync_nodes(config.path, SyncOptions(str(hosts), yes=True, as_json=True), FakeRollOut()) == 1
    assert "has none of the nodes in" in json.loads(capsys.readouterr().out)["error"]


@pytest.mark.parametrize(("answer", "written"), [("y", True), ("", True), ("what\nno", False), ("\x04", False)])
def test_at_a_terminal_it_asks_first(config: Config, hosts: Path, answer: str, written: bool) -> None:
    hosts.write_text(SAME + "10.0.0.9 node009\n")
    words = command("nodes", "sync", "--no-rollout", "--from", hosts, "--config", config.path)
    process, terminal = at_terminal(words)
    os.write(terminal, f"{answer}\n".encode())
    assert process.wait(20) == (0 if written else 1)
    shown = said_at(terminal)
    assert "Write this to config.toml? [Y/n]" in shown
    assert ("node009" in nodes(config)) == written
    assert ("Nothing was changed." in shown) == (not written)


def test_in_chinese_it_is_all_chinese(config: Config, hosts: Path) -> None:
    hosts.write_text(SAME.replace("10.0.0.3", "10.0.0.33") + "10.0.0.9 node009\n")
    code, said = sync(config, hosts, "--yes", "--no-rollout", LANG="zh_CN.UTF-8")
    assert code == 0
    assert said.splitlines() == [
        f"{hosts} 与 {config.path} 的节点不同：",
        "  新增      1  node009 (10.0.0.9)",
        "  地址变更  1  node002.cluster.example (10.0.0.3 -> 10.0.0.33)",
        f"已写入 {config.path}。",
        "面板未运行；下次启动时生效。",
    ]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--from", "/nowhere/hosts"], "/nowhere/hosts can't be read: No such file or directory.\n"),
        (["--from", "/"], "/ can't be read: Is a directory.\n"),
        (["--from", "slurm"], "sinfo is not installed on this machine.\n"),
    ],
)
def test_a_list_that_is_not_there_is_one_sentence(
    config: Config, words: list[str], sentence: str, tmp_path: Path
) -> None:
    done = run("nodes", "sync", *words, "--config", config.path, PATH=str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)


def sinfo(folder: Path, script: str) -> dict[str, str]:
    """Give the machine a sinfo that does this. Returns the PATH."""
    program = folder / "bin" / "sinfo"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return {"PATH": f"{program.parent}:/usr/bin:/bin"}


def test_slurm_names_the_nodes_and_the_hosts_file_their_addresses(
    config: Config, hosts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts.write_text(SAME + "10.0.0.9 node009\n10.0.0.5 login\n")
    asked = 'test "$*" = "-N -h -o %N" && printf "node001\\nnode002\\nnode009\\nnode009\\nnode077\\nnode003\\n"'
    monkeypatch.setenv("PATH", sinfo(tmp_path, asked)["PATH"])
    monkeypatch.setattr(node_lists, "HOSTS", hosts)
    listed = read_node_list("slurm", NamePatterns(["node003"]), in_english)
    assert [node.hostname for node in listed.nodes] == ["node001", "node002.cluster.example", "node009"]
    assert (listed.without_address, listed.ignored) == (("node077",), ("node003",))


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("echo 'sinfo: error: no controller' >&2; exit 1", "sinfo failed: 'sinfo: error: no controller'"),
        ("exit 3", "sinfo failed: '3'"),
        ("yes", "sinfo printed more than 10000000 bytes."),
        ("exec sleep 60", "sinfo did not finish within 0.5 s."),
        ("echo 'a;reboot'", "sinfo names 'a;reboot', which is not a node."),
    ],
)
def test_a_program_that_does_not_answer_well_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, sentence: str
) -> None:
    monkeypatch.setenv("PATH", sinfo(tmp_path, script)["PATH"])
    monkeypatch.setattr(node_lists, "SINFO_SECONDS", 0.5 if "sleep" in script else 20)
    started = time.monotonic()
    with pytest.raises(CommandError) as caught:
        read_node_list("slurm", NamePatterns([]), in_english)
    assert str(caught.value) == sentence
    assert time.monotonic() - started < 15


def test_genders_names_nodes_and_node_sets(tmp_path: Path) -> None:
    path = tmp_path / "genders"
    path.write_text("# the cluster\nmgmt  all,mgmt\nnode[1-3]  all,compute,rack=1\nnode3,gpu1 gpu # two\n\nlogin\n")
    assert genders_names(path, in_english) == ["mgmt", "node1", "node2", "node3", "gpu1", "login"]
    path.write_text("node[1 all\n")
    with pytest.raises(CommandError, match=r"names 'node\[1', which is not a node."):
        genders_names(path, in_english)


def test_a_node_that_genders_names_and_the_hosts_file_does_not_stays(
    config: Config, hosts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    genders = tmp_path / "genders"
    genders.write_text("node[001-002],node009 all\n")
    hosts.write_text("10.0.0.2 node001\n10.0.0.4 node003\n")
    monkeypatch.setattr(node_lists, "HOSTS", hosts)
    monkeypatch.setattr(node_lists, "GENDERS", genders)
    assert sync_nodes(config.path, SyncOptions("genders", yes=True), FakeRollOut()) == 0
    assert set(nodes(config)) == {"node001", "node002.cluster.example"}
    assert f"In {genders}, but not in /etc/hosts: node[002,009]\n" in capsys.readouterr().out


def test_a_file_of_nodes_written_another_way_is_left_alone(config: Config, hosts: Path) -> None:
    text = config.path.read_text().split("[[nodes]]")[0]
    config.path.write_text('nodes = [{hostname = "node001", ip = "10.0.0.2"}]\n' + text)
    before = config.path.read_bytes()
    code, said = sync(config, hosts, "--yes", "--no-rollout")
    assert code == 2
    assert "without [[nodes]] sections; edit it by hand." in said
    assert config.path.read_bytes() == before


def test_interrupting_the_removal_of_agents_leaves_the_configuration_unchanged(config: Config, hosts: Path) -> None:
    hosts.write_text("10.0.0.4 node003\n10.0.0.9 node009\n")
    roll_out = FakeRollOut(fails_on=["node001"], is_interrupted=True)
    before = config.path.read_bytes()
    with pytest.raises(CommandError, match="Interrupted; config"):
        sync_nodes(config.path, SyncOptions(str(hosts), yes=True, with_agent=True), roll_out)
    assert len(roll_out.calls) == 1
    assert config.path.read_bytes() == before
