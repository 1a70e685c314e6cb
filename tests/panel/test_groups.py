"""Groups of nodes: from config.toml and from names, in the API and wherever a node set may contain them."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from minipanel.config import Config, NodeConfig
from minipanel.config.values import GroupConfig
from minipanel.errors import BadInput, NotFound
from minipanel.machine.clustershell import Found
from minipanel.models.group import Group, Groups
from minipanel.models.rack import named_groups
from minipanel.services.groups import GroupList, groups_of
from tests.panel.example import config_in


def cluster(folder: Path, *hostnames: str, groups: dict[str, tuple[str, ...]] | None = None) -> Config:
    nodes = tuple(NodeConfig(name, f"10.0.{i // 250}.{i % 250 + 1}", name) for i, name in enumerate(hostnames))
    configured = tuple(GroupConfig(name, members) for name, members in (groups or {}).items())
    return replace(config_in(folder), nodes=nodes, groups=configured)


@pytest.mark.parametrize(
    ("names", "groups"),
    [
        (["cn1201", "cn1202", "cn1301", "cn1302"], {"cn12": "cn1201 cn1202", "cn13": "cn1301 cn1302"}),
        (["r01n39.hpc.site", "r01n40.hpc.site"], {"r01": "r01n39.hpc.site r01n40.hpc.site"}),
        (["r1n1", "r1n2", "r1gpu1", "r1gpu2"], {"r1n": "r1n1 r1n2", "r1gpu": "r1gpu1 r1gpu2"}),
        (["gpu-1", "gpu-2", "login", "mgmt1"], {"gpu": "gpu-1 gpu-2"}),
        (["n0099", "n0100", "n0201"], {"n": "n0099 n0100 n0201"}),
        (["cn1201", "cn1202"], {"cn": "cn1201 cn1202"}),
        (["n9", "n10", "n999", "n1000"], {"n": "n9 n10 n999 n1000"}),
        (["1201.x", "1301.x"], {}),
        ([], {}),
    ],
)
def test_names_speak_of_racks_and_kinds(names: list[str], groups: dict[str, str]) -> None:
    assert {name: " ".join(members) for name, members in named_groups(names).items()} == groups


def test_a_group_of_the_configuration_goes_before_one_of_names(tmp_path: Path) -> None:
    config = cluster(tmp_path, "n10", "n9", "gpu1", "gpu2", groups={"GPU": ("gpu2", "absent"), "empty": ("absent",)})
    assert list(groups_of(config, Found())) == [Group("GPU", "config", ("gpu2",)), Group("n", "names", ("n9", "n10"))]


def test_a_group_may_name_nodes_short_or_long_but_not_by_their_numbers(tmp_path: Path) -> None:
    config = cluster(tmp_path, "a1.hpc", "b1", groups={"rack": ("A1", "b1.hpc"), "numbers": ("1", "-1", "2")})
    assert list(groups_of(config, Found())) == [Group("rack", "config", ("a1.hpc", "b1"))]


def test_groups_and_names_can_be_combined() -> None:
    groups = Groups([Group("Rack3", "config", ("n1", "n2"))])
    assert groups.expand(" @rack3 , n[2-3]") == ["n1", "n2", "n3"]
    assert groups.expand("n[2-3]") == ["n2", "n3"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("@rack9", "There is no group '@rack9'; known groups: @a, @b, @c, …."),
        ("@", "There is no group '@'; known groups: @a, @b, @c, …."),
        ("@a\x1b[2J", "There is no group '@a\\x1b[2J'; known groups: @a, @b, @c, …."),
        ("@a,n[", "nodes is 'n['; it must be a node set"),
        ("@a,,n1", "nodes is '@a,,n1'; it must be a node set"),
        ("@a,", "nodes is '@a,'; it must be a node set"),
        ("n@a", "nodes is 'n@a'; it must be a node set"),
        ("@a," * 5000, "nodes has 15000 characters; 1 to 10000 are allowed."),
    ],
)
def test_an_unknown_group_gets_one_sentence(text: str, sentence: str) -> None:
    groups = Groups(Group(name, "config", ("n1",)) for name in "abcd")
    with pytest.raises((BadInput, NotFound)) as caught:
        groups.expand(text)
    assert caught.value.sentence.startswith(sentence)


def test_without_any_group_nothing_is_offered() -> None:
    with pytest.raises(NotFound, match=r"^There is no group '@rack3'; there are no groups\.$"):
        Groups().expand("@rack3")


@pytest.mark.anyio
async def test_groups_are_those_of_the_newest_configuration(tmp_path: Path) -> None:
    groups = GroupList()
    await groups.follow(cluster(tmp_path, "n1", "n2", groups={"a": ("n1",)}))
    assert groups.groups.expand("@a") == ["n1"]
    await groups.follow(cluster(tmp_path, "n1", "n2", groups={"b": ("n2",)}))
    assert [group.name for group in groups.groups] == ["b", "n"]


@pytest.mark.anyio
async def test_the_api_has_all_groups_and_takes_them_as_nodes(client: httpx.AsyncClient, app: FastAPI) -> None:
    of_names = {"name": "node", "source": "names", "nodes": "node[001,003],node002.cluster.example"}
    assert (await client.get("/api/groups")).json() == [of_names]
    assert (await client.get("/api/metrics/gaps?nodes=@rack3&period=1d")).json() == {
        "error": "There is no group '@rack3'; known groups: @node."
    }
    panel = app.state.panel
    await panel.reload(replace(panel.config, groups=(GroupConfig("rack3", ("node003", "node001")),)))
    rack3 = {"name": "rack3", "source": "config", "nodes": "node[001,003]"}
    assert (await client.get("/api/groups")).json() == [rack3, of_names]
    silence = {"nodes": "@rack3", "until": int(time.time()) + 600, "why": "moved", "rules": []}
    kept = await client.post("/api/silences", json=silence)
    assert kept.json()["nodes"] == "node[001,003]"
    assert (await client.get("/api/alerts?nodes=@rack3")).status_code == 200
    assert (await client.get("/api/alerts?nodes=@rack4")).status_code == 404
    for route in ("history", "gaps", "spread"):
        answer = await client.get(f"/api/metrics/{route}", params={"nodes": "@Rack3", "period": "1d"})
        assert answer.status_code == 200, answer.text
    assert [
        node["hostname"] for node in answer_nodes(await client.get("/api/metrics/gaps?nodes=@rack3&period=1d"))
    ] == [
        "node001",
        "node003",
    ]


def answer_nodes(answer: httpx.Response) -> list[dict[str, object]]:
    nodes: list[dict[str, object]] = answer.json()["nodes"]
    return nodes
