"""Findings folded into lines: whole racks, and parts of one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from minipanel.models.rack import named_groups, rack_around, whole_racks
from tests.alerts.running import cluster_config, running

RACK = [f"cn12{place:02}" for place in range(1, 41)]
OTHERS = [f"cn13{place:02}" for place in range(1, 41)]


def test_a_part_of_a_rack_is_reported_as_one() -> None:
    racks = named_groups(RACK + OTHERS)
    assert rack_around(RACK[:31], racks) == ("cn12", 40)
    assert rack_around(RACK, racks) is None
    assert whole_racks(RACK, racks) == ["cn12"]
    assert whole_racks(RACK + OTHERS, racks) == ["cn12", "cn13"]
    assert whole_racks(RACK[1:], racks) == []
    assert whole_racks([*RACK, "login"], racks) == []
    assert rack_around(RACK[:2] + OTHERS[:2], racks) is None
    assert rack_around([*RACK[:2], "login"], racks) is None
    assert rack_around([], racks) is None


def test_a_rack_is_named_as_its_group_is() -> None:
    """@r08 is what one searches for."""
    racks = named_groups(f"r{rack:02}n{place:02}" for rack in (7, 8) for place in range(1, 7))
    names = [f"r08n{place:02}" for place in range(1, 7)]
    assert whole_racks(names, racks) == ["r08"]
    assert rack_around(names[:4], racks) == ("r08", 6)


def test_nodes_that_are_only_counted_are_in_no_rack() -> None:
    names = [f"cn{number:04}" for number in range(1, 141)]
    assert rack_around(names[:8], named_groups(names)) is None


@pytest.mark.anyio
async def test_a_finding_names_the_rack_that_its_nodes_are_a_part_of(tmp_path: Path) -> None:
    names = [f"r{rack:02}n{place:02}" for rack in range(1, 5) for place in range(1, 36)]
    config = cluster_config(tmp_path, len(names))
    nodes = tuple(replace(node, name=name, hostname=name) for node, name in zip(config.nodes, names, strict=True))
    async with running(replace(config, nodes=nodes)) as it:
        await it.pass_seconds(70)
        it.silent = range(1, 9)
        await it.pass_seconds(200)
        (finding,) = (await it.alerts.findings()).findings
        assert (finding.nodes, finding.racks) == ("r01n[01-08]", [])
        assert (finding.rack, finding.rack_nodes) == ("r01", 35)
