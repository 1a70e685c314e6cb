"""Writes the agent into the image of diskless nodes: `minipanel rollout --root DIR`."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from minipanel.config import Config
from minipanel.errors import CommandError
from minipanel.rollout.facts import Say
from minipanel.rollout.kit import SCRIPT, Kit, agent_config
from minipanel.rollout.outcome import Outcome, Word
from minipanel.rollout.plan import Nodes, Plan
from minipanel.rollout.ssh import last_line

INSTALL_SECONDS = 120


def write_image(config: Config, root: Path, kit: Kit, hostname: str | None, say: Say) -> Outcome:
    """Install the agent below `root`. hostname: None if several nodes boot from the image, each with its own name.

    Raises CommandError with auth = "token" and no hostname: every node would get the same token.
    """
    if hostname is None and config.agents.auth == "token":
        raise CommandError(
            'With auth = "token" each node has its own token, so an image is for one node: name it, or use munge.'
        )
    text = agent_config(config, hostname, kit)
    with tempfile.TemporaryDirectory(prefix="minipanel-image-") as folder:
        for name, content in kit.for_node(text).items():
            (Path(folder) / name).write_bytes(content)
        return _run(root, say, "--from", folder, script=Path(folder) / SCRIPT, word=Word.INSTALLED)


def clear_image(root: Path, kit: Kit, say: Say) -> Outcome:
    """Remove the agent from the image below `root`."""
    with tempfile.TemporaryDirectory(prefix="minipanel-image-") as folder:
        script = Path(folder) / SCRIPT
        script.write_bytes(kit.files[SCRIPT])
        return _run(root, say, "--remove", script=script, word=Word.REMOVED)


def only_node(plan: Plan, node_set: Nodes) -> str | None:
    """Return the one node that was named, None if none was. Raises CommandError for several."""
    if node_set is None:
        return None
    if len(plan.targets) != 1:
        raise CommandError(
            "--root takes one node, for an image of that node alone, or none, for an image of all nodes."
        )
    return plan.targets[0].hostname


def _run(root: Path, say: Say, *words: str, script: Path, word: Word) -> Outcome:
    command = ["/bin/sh", str(script), *words, "--root", str(root)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        took = say("the installation took longer than {seconds} s", seconds=INSTALL_SECONDS)
        return Outcome(str(root), Word.TIMED_OUT, took)
    if done.returncode == 0:
        return Outcome(str(root), word)
    reason = last_line(done.stderr) or say("install-agent.sh exited with {code}", code=done.returncode)
    return Outcome(str(root), Word.INSTALL_FAILED, reason)
