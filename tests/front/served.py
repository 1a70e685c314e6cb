"""A panel as installed, a process with a port, and an agent that reports to it while a test attacks it."""

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
"""An agent's sample is stored within this, whoever attacks the panel. The machine has other work, too."""

PAUSE_SECONDS = 0.2

TIMES = int(os.environ.get("MINIPANEL_FUZZ_TIMES", "1"))
"""How many times the usual examples of a property are tried."""


def fuzzing(examples: int) -> settings:
    """Return the settings for a property tried against a panel: this many examples, in CI always the same ones."""
    return settings(
        max_examples=examples * TIMES,
        derandomize=os.environ.get("CI") == "true",
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@contextlib.contextmanager
def troubled(config: Config) -> Iterator[Running]:
    """Run a panel while the block attacks it.

    It must survive without a traceback in its log, and store every sample of a reporting agent in time.
    """
    with running_panel(config) as panel:
        with reporting(config, 1, pause_seconds=PAUSE_SECONDS) as (agent,):
            while not agent.answers:  # it is connected before the attack
                time.sleep(0.05)
            yield panel
            time.sleep(2 * PAUSE_SECONDS)  # it reports after the attack, too
        assert panel.process.poll() is None, panel.output
        assert {status for status, _ in agent.answers} == {200}, panel.output
        assert max(seconds for _, seconds in agent.answers) < AGENT_SECONDS
        panel.stop()
        assert "ERROR" not in panel.output, panel.output
        assert "Exception" not in panel.output, panel.output


@contextlib.contextmanager
def session(config: Config) -> Iterator[httpx.Client]:
    """Yield a logged-in client."""
    token = log_in(config.server.url, PASSWORD).json()["token"]
    with httpx.Client(base_url=config.server.url, headers={"Authorization": f"Bearer {token}"}, timeout=10) as client:
        yield client
