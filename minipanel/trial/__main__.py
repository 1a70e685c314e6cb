"""`python -m minipanel.trial --config FILE --agent FILE --log FILE`: what `minipanel try` becomes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from minipanel.exits import DONE, explain_failures
from minipanel.serving.journal import start_log
from minipanel.serving.server import serve
from minipanel.trial.agent_process import AgentProcess


def main() -> int:
    """Run the panel and the agent beside it. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="minipanel.trial", allow_abbrev=False)
    parser.add_argument("--config", type=Path, required=True, help="the panel's config.toml")
    parser.add_argument("--agent", type=Path, required=True, help="the agent's config.toml")
    parser.add_argument("--log", type=Path, required=True, help="file for the log; warnings go to stderr too")
    arguments = parser.parse_args()

    def work() -> int:
        start_log(arguments.log)
        serve(arguments.config, _show_ready, beside=AgentProcess(arguments.agent))
        return DONE

    return explain_failures(work)


def _show_ready() -> None:
    print("The page is up. Ctrl-C stops the panel and the agent.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
