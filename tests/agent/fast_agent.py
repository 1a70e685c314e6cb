"""Runs the agent of a config file as the command does, but with a tick every second, so that tests are quick."""

import sys

from minipanel_agent import backfill
from minipanel_agent.__main__ import report
from minipanel_agent.config import read_config


def main(path: str, root: str = "/") -> None:
    backfill.SMALL_CLUSTER_SECONDS = 0.5
    backfill.LEAST_SECONDS = backfill.LEAST_PAUSE_SECONDS = 0.1
    config = read_config(path)
    config.interval = 1
    report(config, root)


if __name__ == "__main__":
    main(*sys.argv[1:])
