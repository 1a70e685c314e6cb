"""`python -m minipanel.serving --config FILE`: the program that `minipanel panel serve` becomes.

It is separate from the command line. So the panel, which runs for months, does not load what only commands need (Typer,
Rich, tomlkit: 5 MB, measured), and commands do not wait for the panel's imports.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from minipanel.exits import DONE, explain_failures
from minipanel.serving.journal import start_log
from minipanel.serving.server import serve


def main() -> int:
    """Run the panel. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="minipanel.serving", allow_abbrev=False)
    parser.add_argument("--config", type=Path, required=True, help="the panel's config.toml")
    arguments = parser.parse_args()

    def work() -> int:
        start_log(None)
        serve(arguments.config, on_ready=lambda: None)  # the log says that it is ready
        return DONE

    return explain_failures(work)


if __name__ == "__main__":
    sys.exit(main())
