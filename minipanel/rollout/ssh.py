"""ssh to the nodes: its configuration for a roll-out, and what its failures mean."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path

from minipanel.models.quote import escape
from minipanel.rollout.facts import SENTENCE_CHARACTERS, Fault, Say
from minipanel.rollout.outcome import Word
from minipanel.rollout.step import Answer
from minipanel.services.rollout_config import ROOT

CONNECT_SECONDS = 10
PING_SECONDS = 2

_ALWAYS = """\
User {user}
BatchMode yes
StrictHostKeyChecking accept-new
ConnectTimeout {connect_seconds}
ConnectionAttempts 1
ServerAliveInterval 5
ServerAliveCountMax 3
LogLevel ERROR
ControlMaster no
ControlPath none
ForwardAgent no
ForwardX11 no
RequestTTY no
"""


def write_ssh_config(path: Path, nodes: Iterable[tuple[str, str]], user: str = ROOT) -> None:
    """Write ssh's configuration for these nodes, given as (hostname, address), and for the user who logs in.

    The address is config.toml's, not the resolver's. Host keys are looked up by hostname, as if somebody typed
    `ssh node001`. The administrator's settings for a node (a port, a jump host, a key) still apply: the usual files are
    included at the end, and ssh takes the first value it finds (ssh_config(5)).
    """
    parts = [_ALWAYS.format(user=user, connect_seconds=CONNECT_SECONDS)]
    parts += [f"Host {name}\n    HostName {address}\n    HostKeyAlias {name}\n" for name, address in nodes]
    parts.append("Host *\nInclude ~/.ssh/config\nInclude /etc/ssh/ssh_config\n")
    path.write_text("".join(parts))


def ping_command(address: str) -> str:
    """Return the command that pings an address, IPv4 or IPv6, once."""
    return f"ping -n -c 1 -W {PING_SECONDS} {shlex.quote(address)}"


def fault_of_ssh(answer: Answer, user: str, say: Say) -> Fault | None:
    """Return why a look failed, if ssh or the node says so clearly; None if the node could not be reached."""
    if "IDENTIFICATION HAS CHANGED" in answer.stderr or "Host key verification failed" in answer.stderr:
        return Word.HOST_KEY_CHANGED, say(
            "its host key is not the one in known_hosts; if the node was reinstalled, run ssh-keygen -R on its name"
        )
    if "Permission denied" in answer.stderr and answer.code == 255:
        return Word.LOGIN_REFUSED, _refused_login(user, say)
    if answer.code == 255:
        return None
    reason = last_line(answer.stderr) or last_line(answer.stdout) or str(answer.code)
    return Word.SSH_FAILED, say("ssh connects, but runs no commands: {reason}", reason=reason)


def _refused_login(user: str, say: Say) -> str:
    if user == ROOT:
        # PermitRootLogin no looks the same from here.
        template = (
            "root's ssh key is not accepted; run ssh-copy-id root@NODE, or where root may not log in "
            "(PermitRootLogin no), set user and sudo in [rollout] of config.toml"
        )
        return say(template)
    return say("the ssh key is not accepted for {user}; run ssh-copy-id {user}@NODE", user=user)


def last_line(text: str) -> str:
    """Return the last line that is not blank, shortened, and escaped: a node may print control characters."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return escape(lines[-1], SENTENCE_CHARACTERS) if lines else ""
