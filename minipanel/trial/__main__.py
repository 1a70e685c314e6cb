"""`python -m minipanel.trial --config FILE --agent FILE --log FILE`: the process that `minipanel try` turns into."""

from __future__ import annotations

import argparse
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from minipanel.exits import DONE, explain_failures
from minipanel.sections import load_config
from minipanel.services.demo_config import is_demo
from minipanel.serving.journal import start_log
from minipanel.serving.server import serve
from minipanel.translations.language import translator
from minipanel.trial.child_process import ChildProcess


def main() -> int:
    """Run the panel and the agent beside it. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="minipanel.trial", allow_abbrev=False)
    parser.add_argument("--config", type=Path, required=True, help="the panel's config.toml")
    parser.add_argument("--agent", type=Path, required=True, help="the agent's config.toml")
    parser.add_argument("--log", type=Path, required=True, help="file for the log; warnings go to stderr too")
    arguments = parser.parse_args()

    def work() -> int:
        start_log(arguments.log)
        serve(arguments.config, _show_ready, beside=_beside(arguments.config, arguments.agent))
        return DONE

    return explain_failures(work, translator())


@asynccontextmanager
async def _beside(config: Path, agent: Path) -> AsyncIterator[None]:
    """Keep this machine's agent running, and, in a demo, the simulated nodes."""
    words = ("--config", str(agent))
    async with AsyncExitStack() as running:
        agents = ChildProcess("The agent", agent.with_suffix(".log"), "minipanel_agent", *words)
        await running.enter_async_context(agents)
        if is_demo(load_config(config)):
            log = config.with_name("demo.log")
            nodes = ChildProcess("The demo", log, "minipanel.trial.demo_nodes", "--config", str(config))
            await running.enter_async_context(nodes)
        yield


def _show_ready() -> None:
    print(translator()("The page is up. Ctrl-C stops the panel and the agent."), flush=True)


if __name__ == "__main__":
    sys.exit(main())
