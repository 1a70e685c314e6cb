"""A panel as it is installed, a process with a port, and an agent that reports to it while somebody troubles it."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator

import httpx
from hypothesis import HealthCheck, settings

from minipanel.config import Config
from tests.panel.commands import Running, log_in, running_panel
from tests.panel.example import PASSWORD
from tests.panel.load import reporting

AGENT_SECONDS = 2.0
"""Within this an agent's sample is stored, whoever else troubles the panel; the machine has other things to do too."""

PAUSE_SECONDS = 0.2

TIMES = int(os.environ.get("MINIPANEL_FUZZ_TIMES", "1"))
"""How many times the usual examples of a property are tried."""


def fuzzing(examples: int) -> settings:
    """Return how a property is tried against a panel: so many examples, in CI the same ones each time."""
    return settings(
        max_examples=examples * TIMES,
        derandomize=os.environ.get("CI") == "true",
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@contextlib.contextmanager
def troubled(config: Config) -> Iterator[Running]:
    """Run a panel while the block troubles it.

    It outlives that without a traceback in its log, and an agent that reports meanwhile is stored each time, in time.
    """
    with running_panel(config) as panel:
        with reporting(config, 1, pause_seconds=PAUSE_SECONDS) as (agent,):
            while not agent.answers:  # its connection is there before the trouble
                time.sleep(0.05)
            yield panel
            time.sleep(2 * PAUSE_SECONDS)  # also after it
        assert panel.process.poll() is None, panel.output
        assert {status for status, _ in agent.answers} == {200}, panel.output
        assert max(seconds for _, seconds in agent.answers) < AGENT_SECONDS
        panel.stop()
        assert "ERROR" not in panel.output, panel.output
        assert "Exception" not in panel.output, panel.output


@contextlib.contextmanager
def session(config: Config) -> Iterator[httpx.Client]:
    """Give a client that has logged in."""
    token = log_in(config.server.url, PASSWORD).json()["token"]
    with httpx.Client(base_url=config.server.url, headers={"Authorization": f"Bearer {token}"}, timeout=10) as client:
        yield client
