"""Findings folded into lines: whole racks, and parts of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from minipanel.models.rack import rack_around, whole_racks
from tests.alerts.running import cluster_config, running

RACK = [f"cn12{place:02}" for place in range(1, 41)]
OTHERS = [f"cn13{place:02}" for place in range(1, 41)]


def test_a_part_of_a_rack_is_reported_as_one() -> None:
    everyone = RACK + OTHERS
    assert rack_around(RACK[:31], everyone) == ("cn12", 40)
    assert rack_around(RACK, everyone) is None
    assert whole_racks(RACK, everyone) == ["cn12"]
    assert rack_around(RACK[:2] + OTHERS[:2], everyone) is None
    assert rack_around([], everyone) is None


@pytest.mark.anyio
async def test_a_finding_names_the_rack_that_its_nodes_are_a_part_of(tmp_path: Path) -> None:
    async with running(cluster_config(tmp_path, 140)) as it:
        await it.pass_seconds(70)
        it.silent = range(1, 9)
        await it.pass_seconds(200)
        (finding,) = (await it.alerts.findings()).findings
        assert (finding.nodes, finding.racks) == ("cn[0001-0008]", [])
        assert (finding.rack, finding.rack_nodes) == ("cn00", 99)
