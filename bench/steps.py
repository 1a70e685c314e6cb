"""What the steps of the agent's round take: runs the built agent and reads the process's CPU clock between the steps.

/usr/bin/python3 -I -S bench/steps.py BUILT CONFIG ROUNDS     prints medians in µs as JSON
"""

import json
import statistics
import sys
import time
from importlib import import_module
from typing import Any

STEPS = {
    "wake-up": ("schedule", "Ticks.wait"),
    "sample": ("collector", "Collector.sample"),
    "files": ("open_file", "OpenFile.read"),
    "credential": ("credential", "MungeCredential.header"),
    "libmunge": ("munge", "_Encoder.encode"),
    "exchange": ("connection", "Connection.exchange"),
}
"""The method of each step. Two are part of others: reading files, of the sample; libmunge, of the credential."""


class Steps:
    """Adds up the CPU time of all threads for each step of a round."""

    def __init__(self) -> None:
        self.rounds: list[dict[str, float]] = []
        self._spent: dict[str, float] = {}

    def time(self, step: str, module: str, name: str) -> None:
        """Measure each call of one of the agent's methods."""
        kind = getattr(import_module(f"minipanel_agent.{module}"), name.split(".")[0])
        method = getattr(kind, name.split(".")[1])

        def timed(*arguments: Any) -> Any:
            began = time.process_time()
            try:
                return method(*arguments)
            finally:
                self._spent[step] = self._spent.get(step, 0) + time.process_time() - began

        setattr(kind, name.split(".")[1], timed)

    def run(self, agent: Any, rounds: int) -> None:
        """Report this many times. The first round connects and is not kept."""
        agent.start()
        for number in range(rounds + 1):
            self._spent = {}
            began = time.process_time()
            agent.round()
            self._spent["all"] = time.process_time() - began
            if number:
                self.rounds.append(self._spent)
        agent.close()

    def medians_us(self) -> dict[str, float]:
        """Return the median of each step over the rounds."""
        return {step: 1e6 * statistics.median(each.get(step, 0) for each in self.rounds) for step in [*STEPS, "all"]}


def main(built: str, config: str, rounds: str) -> None:
    """Run that many rounds and print."""
    sys.path.insert(0, built)
    steps = Steps()
    for step, (module, name) in STEPS.items():
        steps.time(step, module, name)
    agent = import_module("minipanel_agent.__main__").assemble(
        import_module("minipanel_agent.config").read_config(config)
    )
    steps.run(agent, int(rounds))
    print(json.dumps(steps.medians_us()))


if __name__ == "__main__":
    main(*sys.argv[1:])
