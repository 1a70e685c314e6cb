"""A node's state for the page, `minipanel status` and the roll-out: the same verdict, whichever clock is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from minipanel.commands.overview import look_over
from minipanel.config import Config
from minipanel.models.node import Moment
from minipanel.models.sample import Sample
from minipanel.rollout import rollout
from minipanel.services.history import read_span
from minipanel.services.panel import Panel
from tests.panel.example import config_in

pytestmark = pytest.mark.anyio

T = 1_700_000_100


class Machine:
    """The panel's machine: its clock may be set, its uptime may not; and a node's clock."""

    def __init__(self) -> None:
        self.now = float(T)
        self.up = 1000.0
        self.node = float(T)
        self.boot = "a-boot"

    def clock(self) -> float:
        return self.now

    def uptime(self) -> float:
        return self.up

    def moment(self) -> Moment:
        return Moment(self.now, self.up, self.boot)

    def pass_seconds(self, seconds: float) -> None:
        self.now += seconds
        self.up += seconds
        self.node += seconds


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    for command in ("minipanel.commands.overview", "minipanel.rollout.rollout"):
        monkeypatch.setattr(f"{command}.this_moment", machine.moment)
    for service in ("minipanel.services.panel", "minipanel.services.evidence"):
        monkeypatch.setattr(f"{service}.boot_id", lambda: machine.boot)
    return machine


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return config_in(tmp_path)


async def started(config: Config, machine: Machine) -> Panel:
    panel = Panel(config, machine.clock, machine.uptime)
    await panel.start()
    return panel


@pytest.fixture
async def panel(config: Config, machine: Machine) -> AsyncIterator[Panel]:
    panel = await started(config, machine)
    yield panel
    await panel.close()


async def report(panel: Panel, machine: Machine) -> int:
    """Send the node's last sample, as its agent does; return how many samples were stored."""
    node = panel.directory.nodes[0]
    panel.live.note_agent(node, None, None, round(machine.node - machine.now, 3))
    timestamp = int(machine.node) // 5 * 5
    return (await panel.ingest.submit(node, [Sample(node.hostname, timestamp, 50, 8000, 4000, None)])).stored


async def report_for(panel: Panel, machine: Machine, seconds: int) -> None:
    for _ in range(seconds // 5):
        machine.pass_seconds(5)
        assert await report(panel, machine) == 1
    await panel.evidence.beat()


def verdicts(panel: Panel) -> set[str]:
    """Return what the page, `minipanel status` and the roll-out say about node001."""
    said = {str(panel.live.nodes()[0].state), look_over(panel.config).nodes[0].state}
    is_up = "node001" in rollout._up_nodes(panel.config)
    return said | ({"up"} if is_up else {"down"} if "up" in said else set())


@pytest.mark.parametrize("ahead", [-3 * 86_400, -600, -30, 0, 30])
async def test_a_node_whose_clock_is_off_is_up_for_all_while_it_reports(
    panel: Panel, machine: Machine, ahead: int
) -> None:
    machine.node += ahead
    await report_for(panel, machine, 20)
    assert verdicts(panel) == {"up"}
    machine.pass_seconds(14)
    assert verdicts(panel) == {"up"}
    machine.pass_seconds(2)
    assert verdicts(panel) == {"down"}


async def test_a_node_of_which_nothing_is_stored_is_up_for_none(panel: Panel, machine: Machine) -> None:
    machine.node -= 40 * 86_400
    assert await report(panel, machine) == 0
    await panel.evidence.beat()
    assert verdicts(panel) == {"never"}


@pytest.mark.parametrize("step", [-3600, -600, 600, 3600])
async def test_a_step_of_the_panels_clock_wakes_no_dead_node(panel: Panel, machine: Machine, step: int) -> None:
    await report_for(panel, machine, 20)
    machine.now += step
    machine.pass_seconds(16)
    seen = []
    for _ in range(80):
        machine.pass_seconds(60)
        seen.append(verdicts(panel))
    assert seen == [{"down"}] * 80


@pytest.mark.parametrize("step", [-30, 600, 3600])
async def test_a_step_of_the_panels_clock_hides_no_node_that_reports(panel: Panel, machine: Machine, step: int) -> None:
    await report_for(panel, machine, 20)
    machine.now += step
    assert verdicts(panel) == {"up"}
    await report_for(panel, machine, 20)
    assert verdicts(panel) == {"up"}


async def test_a_node_whose_clock_is_set_back_is_up_once_something_of_it_is_stored(
    panel: Panel, machine: Machine
) -> None:
    machine.node += 50
    await report_for(panel, machine, 60)
    machine.node -= 50
    for _ in range(10):
        machine.pass_seconds(5)
        assert await report(panel, machine) == 0, "its places are taken"
    assert verdicts(panel) == {"down"}
    await report_for(panel, machine, 15)
    assert verdicts(panel) == {"up"}


async def test_a_node_that_was_ahead_for_a_moment_is_up_for_all(panel: Panel, machine: Machine) -> None:
    """The clocks of the panel and of a node are a day ahead for one sample, so it is in the future for a day."""
    await report_for(panel, machine, 20)
    machine.now += 86_400
    machine.node += 86_400
    await report_for(panel, machine, 5)
    machine.now -= 86_400
    machine.node -= 86_400
    await report_for(panel, machine, 20)
    assert verdicts(panel) == {"up"}
    assert look_over(panel.config).nodes[0].last_seen == panel.live.nodes()[0].last_seen == machine.node // 5 * 5
    machine.pass_seconds(16)
    assert verdicts(panel) == {"down"}


async def test_a_restart_of_the_panel_changes_no_verdict(config: Config, machine: Machine) -> None:
    machine.node -= 600
    panel = await started(config, machine)
    await report_for(panel, machine, 20)
    await panel.close()
    machine.pass_seconds(10)
    panel = await started(config, machine)
    assert verdicts(panel) == {"up"}
    machine.pass_seconds(6)
    assert verdicts(panel) == {"down"}
    await panel.close()


async def test_an_uptime_from_before_a_reboot_means_nothing(config: Config, machine: Machine) -> None:
    panel = await started(config, machine)
    await report_for(panel, machine, 20)
    await panel.close()
    machine.pass_seconds(300)
    machine.boot, machine.up = "another-boot", 20.0
    panel = await started(config, machine)
    assert verdicts(panel) == {"down"}
    await report_for(panel, machine, 5)
    assert verdicts(panel) == {"up"}
    await panel.close()


@pytest.mark.parametrize("interval", [10, 60])
async def test_a_reload_that_changes_the_interval_reaches_every_verdict(
    panel: Panel, machine: Machine, interval: int
) -> None:
    await report_for(panel, machine, 5)
    await panel.reload(replace(panel.config, agents=replace(panel.config.agents, interval=interval)))
    machine.pass_seconds(3 * interval)
    assert verdicts(panel) == {"up"}
    machine.pass_seconds(1)
    assert verdicts(panel) == {"down"}


async def test_a_node_that_is_far_behind_and_reports_has_no_open_gap(panel: Panel, machine: Machine) -> None:
    node, span = panel.directory.nodes[0], read_span("1d", None, None, None, machine.now + 3600)
    machine.node -= 600
    await report_for(panel, machine, 60)
    assert (await panel.gaps.one(node, span)).gaps == []
    machine.pass_seconds(90)
    (gap,) = (await panel.gaps.one(node, span)).gaps
    assert (gap.to - gap.from_) == 90


async def test_a_running_panel_reports_a_node_that_comes_and_goes(
    config: Config, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("minipanel.services.live.LOOK_SECONDS", 0.01)
    told: asyncio.Queue[tuple[str, str, str]] = asyncio.Queue()
    panel = await started(config, machine)
    panel.live.listen(lambda changes: told.put_nowait((changes[0].node.name, changes[0].before, changes[0].state)))
    async with asyncio.timeout(5):
        await report(panel, machine)
        assert await told.get() == ("node001", "never", "up")
        machine.pass_seconds(16)
        assert await told.get() == ("node001", "up", "down")
    await panel.close()


async def test_when_a_node_was_rebooted_is_known_after_a_restart_of_the_panel(config: Config, machine: Machine) -> None:
    panel = await started(config, machine)
    (first, second) = panel.directory.nodes[:2]
    for node, boot in ((first, "aaaa"), (second, "cccc"), (first, "bbbb"), (first, "bbbb")):
        machine.pass_seconds(100)
        await panel.ingest.submit(node, [Sample(node.hostname, int(machine.node) // 5 * 5, 50, 8000, 4000, None)])
        panel.evidence.note_start(node.id, boot, str(int(machine.node)))
    await panel.close()
    machine.pass_seconds(1000)
    machine.boot, machine.up = "another-boot", 20.0
    panel = await started(config, machine)
    rebooted = {view.node.id: view.rebooted_at for view in panel.live.views()}
    # The first node's second boot was reported 1,100 s ago; of the other only its first boot is known.
    assert (rebooted[first.id], rebooted[second.id]) == (20.0 - 1100, None)
    await panel.close()
