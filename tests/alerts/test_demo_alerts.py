"""The demo's stories open their alerts within minutes, and nobody gets a message."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from minipanel.config.template import render_config
from minipanel.demo.nodes import SimulatedNodes
from minipanel.demo.past import write_past
from minipanel.demo.stories import HEAT, HOARDER, LEAK, SWITCH
from minipanel.sections import load_config
from minipanel.trial.demo import demo_text
from tests.alerts.running import START, Running, running
from tests.panel.example import config_in

NODES = 50
SINCE = START // 300 * 300


def test_each_planted_trouble_has_its_alert_and_usual_days_have_none(tmp_path: Path) -> None:
    asyncio.run(check(tmp_path))


async def check(folder: Path) -> None:
    nodes = SimulatedNodes(NODES, SINCE)
    config = replace(config_in(folder), nodes=tuple(nodes.configured()))
    config.path.write_text(render_config(config) + demo_text(NODES, SINCE))
    config = load_config(config.path)
    write_past(config, nodes, recent=0)
    async with running(config, SINCE) as it:
        await play(it, nodes, 300)
        found = {(alert.rule, nodes.names[alert.node_id - 1]) for alert in it.alerts.watch.open()}
        assert found == {
            *(("hot", name) for name in nodes.named(HEAT)),
            *(("many-down", name) for name in nodes.named(SWITCH)),
            *(("memory", name) for name in nodes.named(LEAK)),
            *(("idle-hoarding", name) for name in nodes.named(HOARDER)),
        }
        assert it.post.letters == []


async def play(it: Running, nodes: SimulatedNodes, seconds: int) -> None:
    """Let the nodes report for this long."""
    spans = [next(nodes.spans(place, SINCE + seconds), None) for place in range(NODES)]
    it.silent = {place + 1 for place, span in enumerate(spans) if span is None}
    for _ in range(seconds // 5):
        values = ((place, span.values_at(it.now + 5, 0)) for place, span in enumerate(spans) if span is not None)
        it.odd = {place + 1: each for place, each in values}
        await it.pass_seconds(5)
