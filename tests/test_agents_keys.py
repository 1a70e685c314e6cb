"""The panel's config.toml allows for agents exactly what the agent's own config.toml accepts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from minipanel_agent.config import KEYS as AGENT_KEYS
from minipanel_agent.config import Config as AgentConfig

from minipanel.config import AgentsConfig
from minipanel.config.values import AGENTS
from minipanel.services.agent_config import AGENTS_NODE

FOLDER = Path("/etc/minipanel")
NUMBERS = [*range(-5, 75), 719, 720, 721, 5.0, True, "5", None]
PATHS = ["/run/munge.socket", "/", "/mit Leerzeichen/ü", "run/munge.socket", "", "/a\0b", 7, None]
KINDS = {
    "interval": (AGENTS.keys["interval"][0].kind, NUMBERS),
    "spool_hours": (AGENTS_NODE.keys["spool_hours"][0].kind, NUMBERS),
    "spool_path": (AGENTS_NODE.keys["spool_path"][0].kind, PATHS),
    "munge_socket": (AGENTS_NODE.keys["munge_socket"][0].kind, PATHS),
}


@pytest.mark.parametrize("key", KINDS)
def test_the_panel_allows_an_agent_what_the_agent_takes(key: str) -> None:
    kind, values = KINDS[key]
    takes: Callable[[object], bool] = AGENT_KEYS[key][0]
    assert [value for value in values if kind.parse(value, FOLDER) is not None] == [
        value for value in values if takes(value)
    ]


def test_what_all_agents_may_share_is_all_that_knows_no_node_and_no_panel() -> None:
    told_by_the_panel = {"server_url", "node_id", "interval", "spread_seconds", "auth", "token", "ca_file"}
    assert set(AGENTS_NODE.keys) == set(AGENT_KEYS) - told_by_the_panel


def test_by_default_panel_and_agent_use_the_same_interval() -> None:
    own = AgentConfig({"server_url": "http://10.0.0.1:8080", "node_id": "node001"})
    assert AgentsConfig("munge").interval == own.interval
