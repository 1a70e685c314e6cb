"""What the roll-out itself adds: 64 nodes in one fan-out compared with the slowest one, and the cost of a hanging node.

    python bench/rollout.py                     64 nodes, fan-out 64
    python bench/rollout.py --nodes 1000

ssh is a stand-in that takes as long as the node and answers as a node would. 64 real logins on one machine would
measure its two cores, not the roll-out. tests/rollout and tests/cluster use the real ssh.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from pathlib import Path

from processes import machine

from minipanel.config import AgentsConfig
from minipanel.rollout.engine import POLL_SECONDS, Engine, Running
from minipanel.rollout.kit import SCRIPT, UNIT
from minipanel.rollout.outcome import Outcome, Word
from minipanel.rollout.ssh import write_ssh_config
from minipanel.rollout.visit import Visitor
from minipanel.translations.language import in_english

AGENT_BYTES = 100_000

HANG_SECONDS = 3.0
STEP_SECONDS = (0.2, 1.5)
"""The least and the most that one step takes on a node."""

STAND_IN = """\
#!/bin/sh
# Called as: ssh -F FILE ... NAME COMMAND. The node's time for a step is in its name: node7-1.25
for word; do name=$command; command=$word; done
seconds=${name#*-}
[ "$seconds" != hang ] || exec sleep 100
cat >/dev/null
sleep "$seconds"
case $command in
    "exec /bin/sh -s")
        printf 'minipanel:%s\\n' "clock=$(date +%s)" systemd=yes python=/usr/bin/python3 looked=yes ;;
    *) echo minipanel:started=1 ;;
esac
"""


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=64)
    parser.add_argument("--fanout", type=int, default=64)
    options = parser.parse_args()
    chance = random.Random(1)
    names = [f"node{number}-{chance.uniform(*STEP_SECONDS):.2f}" for number in range(options.nodes)]
    with tempfile.TemporaryDirectory() as folder:
        put_stand_in(Path(folder))
        plain = measure(Path(folder), names, options.fanout)
        hanging = measure(Path(folder), [*names[:-1], "node0-hang"], options.fanout)
    # Two steps, look and installation; each takes the node's time.
    slowest = 2 * max(float(name.partition("-")[2]) for name in names)
    print(f"# The roll-out's own cost\n\n{machine()}; {options.nodes} nodes, fan-out {options.fanout}.\n")
    print("| what | seconds |\n| --- | --- |")
    print(f"| the slowest node alone, two steps over ssh | {slowest:.2f} |")
    print(f"| all {options.nodes} nodes | {plain:.2f} |")
    print(f"| the same with one node that hangs, its steps limited to {HANG_SECONDS:.0f} s | {hanging:.2f} |")
    print(f"\nThe first sample is there at once; the roll-out looks for it every {POLL_SECONDS} s. ssh is a stand-in.")


def put_stand_in(folder: Path) -> None:
    """Put a stand-in for ssh ahead of the real one."""
    (folder / "ssh").write_text(STAND_IN)
    (folder / "ssh").chmod(0o755)
    os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"


def measure(folder: Path, names: list[str], fanout: int) -> float:
    """Return the seconds that a roll-out to these nodes takes; every node but the hanging one must get the agent."""
    files = {"minipanel-agent": os.urandom(AGENT_BYTES), "config.toml": b"", UNIT: b"", SCRIPT: b""}
    visitor = Visitor(
        say=in_english,
        look="",
        agents=AgentsConfig("token", "s" * 32),
        nodes_munge_socket=None,
        url="http://10.0.0.1:8080",
        panel_host="10.0.0.1",
        panel_port=8080,
        spread_seconds=0,
        step_seconds=HANG_SECONDS,
        force=False,
        dry_run=False,
    )
    config = folder / "ssh_config"
    write_ssh_config(config, [(name, "10.0.0.2") for name in names])
    ended: list[Outcome] = []

    def newest() -> dict[str, int]:
        return dict.fromkeys(names, time.monotonic_ns())  # always a newer one

    visits = [Running(name, False, visitor.install(name, "10.0.0.2", files, False)) for name in names]
    began_at = time.monotonic()
    Engine(config, newest, fanout, ended.append).run(visits)
    seconds = time.monotonic() - began_at
    bad = [outcome for outcome in ended if outcome.word not in (Word.INSTALLED, Word.TIMED_OUT)]
    if bad or len(ended) != len(names):
        sys.exit(f"{len(ended)} of {len(names)} nodes ended; {bad[:3]}")
    return seconds


if __name__ == "__main__":
    main()
