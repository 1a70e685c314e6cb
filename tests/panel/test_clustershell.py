"""ClusterShell's groups: read as ClusterShell reads them, and never for longer, or for more, than fits."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from ClusterShell.NodeSet import NodeSet
from ClusterShell.NodeUtils import GroupResolverConfig
from fastapi import FastAPI

from minipanel.config.values import GroupConfig
from minipanel.machine.clustershell import ClusterShellReader, Found
from minipanel.services.groups import groups_of
from tests.panel.commands import run, written_config

LOCAL = """\
local:
  rack1: "node[001-002]"
  rack2: "node003,node009"
  both: "@rack1,@rack2!node001"
  circle: "@square"
  square: "@circle"
  "<b>": node001
  empty:
extra:
  gpu: "@local:rack1"
"""
MAIN = "[Main]\ndefault: {default}\nautodir: $CFGDIR/groups.d\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "clustershell"
    (folder / "groups.d").mkdir(parents=True)
    monkeypatch.setenv("CLUSTERSHELL_CFGDIR", str(folder))
    return folder


Written = Callable[..., Path]


@pytest.fixture
def written(folder: Path) -> Written:
    def write(conf: str, yaml: str = "") -> Path:
        (folder / "groups.conf").write_text(conf)
        (folder / "groups.d" / "local.yaml").write_text(yaml or "{}\n")
        return folder

    return write


def source(name: str, **calls: str) -> str:
    return f"[{name}]\n" + "".join(f"{call}: {command}\n" for call, command in calls.items())


def test_groups_are_those_that_clustershell_has(written: Written) -> None:
    folder = written(MAIN.format(default="local"), LOCAL + '  endless: "n[1-99999999]"\n')
    found = ClusterShellReader().read()
    peer = GroupResolverConfig([str(folder / "groups.conf")])
    assert [name for name, _ in found.groups] == ["rack1", "rack2", "both", "empty", "extra:gpu"]
    for name, nodes in found.groups:
        assert nodes == tuple(NodeSet(f"@{name}", resolver=peer))
    path = folder / "groups.conf"
    assert found.troubles == (
        f"{path}: 1 groups of source local have names that can't be typed.",
        f"{path}: group @circle: it is a part of itself.",
        f"{path}: group @square: it is a part of itself.",
        f"{path}: group @extra:endless: MemoryError.",
    )


def test_the_default_source_may_run_commands_and_no_other_is_asked_to(written: Written, tmp_path: Path) -> None:
    calls = {"map": "sed -n 's/^$GROUP: //p' $CFGDIR/groups", "list": "sed -n 's/:.*//p' $CFGDIR/groups"}
    other = source("jobs", map=f"touch {tmp_path}/asked", list=f"touch {tmp_path}/asked")
    folder = written(MAIN.format(default="file") + source("file", **calls) + other)
    (folder / "groups").write_text("compute: node[001-002]\nlogin: node003\n")
    assert ClusterShellReader().read() == Found((("compute", ("node001", "node002")), ("login", ("node003",))))
    assert not (tmp_path / "asked").exists()


@pytest.mark.parametrize(
    ("calls", "troubles"),
    [
        ({"map": "echo n1", "list": "sleep 1000 & sleep 1000"}, ["source bad: list did not finish within "]),
        ({"map": "yes", "list": "echo a"}, ["group @a: map printed more than 4000000 bytes."]),
        ({"map": "echo n1; exit 3", "list": "echo a"}, ["group @a: map failed with exit code 3."]),
        ({"map": "echo 'n[1-'", "list": "echo a"}, ["group @a: missing bracket"]),
        ({"map": "echo n1"}, ["source bad: list."]),
        ({"list": "echo a"}, ["No option 'map' or 'mapall' in section: 'bad'."]),
    ],
)
def test_a_source_that_hangs_or_fails_blocks_no_other(
    written: Written, calls: dict[str, str], troubles: list[str]
) -> None:
    folder = written(MAIN.format(default="bad") + source("bad", **calls), LOCAL)
    found = ClusterShellReader(seconds=3).read()
    said = [trouble.removeprefix(f"{folder / 'groups.conf'}: ") for trouble in found.troubles]
    assert all(any(each.startswith(trouble) for each in said) for trouble in troubles), said


@pytest.mark.parametrize(
    ("yaml", "trouble"),
    [
        ("local: [1, 2", "while parsing a flow sequence"),
        ("local: {a: n1}\n1: {b: n2}\n", "group source 1 not a string"),
        (
            "a: &a ["
            + "n1," * 50
            + "]\n"
            + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(9 * ['*' + chr(97 + i)])}]\n" for i in range(9)),
            "",
        ),
    ],
)
def test_a_broken_file_is_one_sentence(written: Written, yaml: str, trouble: str) -> None:
    written(MAIN.format(default="local"), yaml)
    found = ClusterShellReader().read()
    assert found.groups == ()
    assert len(found.troubles) == 1
    assert trouble in found.troubles[0]
    assert found.troubles[0].isprintable()


def test_a_machine_without_clustershell_has_none(folder: Path) -> None:
    assert not ClusterShellReader().is_there
    assert ClusterShellReader().read() == Found()


def test_reading_can_be_stopped_and_leaves_nothing_running(written: Written, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    written(MAIN.format(default="slow") + source("slow", map="true", list=f"echo $$$$ >{fifo}; exec sleep 1000"))
    reader = ClusterShellReader()
    reading = threading.Thread(target=reader.read)
    reading.start()
    pid = int(fifo.read_text())
    reader.stop()
    reading.join(30)
    assert not reading.is_alive()
    end = time.monotonic() + 10
    while is_running(pid):  # a killed process is still there until the kernel has run it
        assert time.monotonic() < end
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_group_of_the_configuration_goes_first_then_clustershells(tmp_path: Path) -> None:
    config = replace(written_config(tmp_path), groups=(GroupConfig("rack1", ("node003",)),))
    found = Found((("rack1", ("node001",)), ("node", ("node002",)), ("a10", ("node001",)), ("a9", ("node003", "n77"))))
    assert [(group.name, group.source, group.nodes) for group in groups_of(config, found)] == [
        ("rack1", "config", ("node003",)),
        ("a9", "clustershell", ("node003",)),
        ("a10", "clustershell", ("node001",)),
        ("node", "clustershell", ("node002.cluster.example",)),
    ]


@pytest.mark.anyio
async def test_the_panel_takes_them_in_after_its_start_and_at_a_reload(
    written: Written, client: httpx.AsyncClient, app: FastAPI
) -> None:
    panel = app.state.panel
    assert [group["name"] for group in (await client.get("/api/groups")).json()] == ["node"]
    written(MAIN.format(default="local"), "local: {rack1: 'node[001-003]'}\n")
    await panel.reload(panel.config)
    await panel.groups.settled()
    assert (await client.get("/api/groups")).json()[0] == {
        "name": "rack1",
        "source": "clustershell",
        "nodes": "node[001,003],node002.cluster.example",
    }
    # What is known stays while the file is broken.
    written("[Main", "")
    await panel.reload(panel.config)
    await panel.groups.settled()
    assert panel.groups.groups.expand("@rack1")
    await panel.groups.close()


def test_commands_take_groups(written: Written, tmp_path: Path) -> None:
    config = written_config(tmp_path)
    config.path.write_text(config.path.read_text() + '[[groups]]\nname = "login"\nnodes = "node003"\n')
    folder = written(MAIN.format(default="local"), "local: {rack1: 'node[001-002]', away: 'n9'}\n")

    def answer(*words: str) -> str:
        done = run(*words, "--config", config.path, CLUSTERSHELL_CFGDIR=str(folder))
        return done.stdout + done.stderr

    listed = answer("nodes", "list", "@rack1,@login").splitlines()
    assert [line.split()[1] for line in listed[1:]] == ["node001", "node002.cluster.example", "node003"]
    assert "nodes     1 disabled (spare)" in answer("status", "@Login")
    assert answer("nodes", "list", "@rack9") == "There is no group '@rack9'; known groups: @login, @rack1, @node.\n"
    assert answer("status", "node[001,009]").startswith(f"{config.path} has no node named 'node009'; ")
    assert "node003" in answer("rollout", "--dry-run", "@login")
    assert answer("alerts", "history", "--nodes", "@rack9").startswith("There is no group '@rack9'")
    assert "Removed node003 from" in answer("nodes", "remove", "@login")
