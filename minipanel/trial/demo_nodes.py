"""`python -m minipanel.trial.demo_nodes --config FILE`: makes the simulated nodes of a demo report."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from minipanel.demo.live import report
from minipanel.demo.nodes import SimulatedNodes
from minipanel.sections import load_config
from minipanel.services.demo_config import DEMO


def main() -> None:
    """Report until the process is ended."""
    parser = argparse.ArgumentParser(prog="minipanel.trial.demo_nodes", allow_abbrev=False)
    parser.add_argument("--config", type=Path, required=True, help="the panel's config.toml")
    config = load_config(parser.parse_args().config)
    demo = config.of(DEMO)
    asyncio.run(report(config, SimulatedNodes(demo.simulated, demo.since)))


if __name__ == "__main__":
    main()
