"""Installs the agent on the nodes over ssh, and waits for each node's first sample at the panel."""

from minipanel.rollout.command_line import roll_out
from minipanel.rollout.options import RolloutOptions
from minipanel.rollout.report import RolloutReport
from minipanel.rollout.rollout import run_rollout

__all__ = ["RolloutOptions", "RolloutReport", "roll_out", "run_rollout"]
