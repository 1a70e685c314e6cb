"""The work on one node, from the first look to its first sample at the panel. It runs no ssh: it asks for steps."""

from __future__ import annotations

import re
import shlex
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from minipanel.config import AgentsConfig
from minipanel.rollout.facts import UNIT, Facts, Fault, Say, fault_of, fault_of_writing, parse_facts
from minipanel.rollout.kit import AGENT, AT_WORK, CA, SCRIPT, install_command, install_input, needed_kib, sum_of
from minipanel.rollout.login import ROOTS, Login, fault_of_sudo, fault_of_user
from minipanel.rollout.outcome import Outcome, Word
from minipanel.rollout.ssh import fault_of_ssh, last_line, ping_command
from minipanel.rollout.step import Answer, FirstSample, Step, Visit

ARRIVAL_SECONDS = 15
"""How long a first sample may take beyond the interval and the spread."""

LOOK_SCRIPT = Path(__file__).with_name("look.sh")
NOT_ACTIVE = 3
"""install-agent.sh's exit code for an agent that did not stay up."""

_NOT_UP = "The agent did not stay up: "

Part = Generator[Step | FirstSample, Answer, Facts | Fault]


@dataclass(frozen=True, slots=True)
class Visitor:
    """What all visits of one roll-out share. `look`: the text of look.sh. `panel_host`, `panel_port`: those in `url`.

    `nodes_munge_socket`: where munged listens on the nodes; `agents.munge_socket` is the one on this machine.
    """

    say: Say
    look: str
    agents: AgentsConfig
    nodes_munge_socket: str | None
    url: str
    panel_host: str
    panel_port: int
    spread_seconds: float
    step_seconds: float
    force: bool
    dry_run: bool
    login: Login = ROOTS

    def install(self, hostname: str, address: str, files: dict[str, bytes], is_up: bool) -> Visit:
        """Install the agent on a node and wait for its first sample. is_up: the node already reports to the panel."""
        found = yield from self._look(address, with_panel=True)
        if isinstance(found, tuple):
            return Outcome(hostname, *found)
        if is_up and not self.force and _has_all(found, files):
            return Outcome(hostname, Word.UP_TO_DATE)
        needed = needed_kib(files, is_installed=bool(found[f"sum_{AGENT}"]))
        fault = fault_of(found, needed, self.agents.auth, self.agents.munge_socket, self.url, self.say)
        if fault:
            return Outcome(hostname, *fault)
        if self.dry_run:
            return Outcome(hostname, Word.WOULD_INSTALL)
        answer = yield self._step("install", install_command(files), install_input(files))
        started = _started(answer)
        if started is None:
            return Outcome(hostname, *self._fault_of_install(answer))
        seconds = self.agents.interval + self.spread_seconds + ARRIVAL_SECONDS
        arrival = yield FirstSample(started, seconds)
        if arrival.code == 0:
            return Outcome(hostname, Word.INSTALLED)
        journal = yield self._step("journal", f"journalctl --unit={UNIT} --lines=1 --output=cat --no-pager")
        reason = last_line(journal.stdout) or self.say("no reason was given")
        sentence = self.say(
            "the agent runs, but the panel got no sample within {seconds} s; the agent says: {reason}",
            seconds=round(seconds),
            reason=reason,
        )
        return Outcome(hostname, Word.NO_SAMPLE, sentence)

    def remove(self, hostname: str, address: str, script: bytes) -> Visit:
        """Remove the agent from a node."""
        found = yield from self._look(address, with_panel=False)
        if isinstance(found, tuple):
            return Outcome(hostname, *found)
        if not found["is_there"]:
            return Outcome(hostname, Word.ABSENT)
        fault = fault_of_writing(found, self.say)
        if fault:
            return Outcome(hostname, *fault)
        if self.dry_run:
            return Outcome(hostname, Word.WOULD_REMOVE)
        answer = yield self._step("remove", "exec env LC_ALL=C /bin/sh -s -- --remove", script)
        if answer.code == 0:
            return Outcome(hostname, Word.REMOVED)
        return Outcome(hostname, *self._fault_of_install(answer))

    def _look(self, address: str, with_panel: bool) -> Part:
        """Return the facts of a node, or why there are none."""
        answer = yield self._step("look", "exec /bin/sh -s", self._look_script(with_panel))
        facts = parse_facts(answer)
        if answer.code is None:
            return self._too_slow("look", answer)
        if facts.is_complete:
            return fault_of_user(facts["uid"], self.login, self.say) or facts
        fault = fault_of_sudo(answer, self.login, self.say) or fault_of_ssh(answer, self.login.user, self.say)
        if fault is not None:
            return fault
        # ssh can't reach the node. Does anything answer at its address?
        ping = yield Step("ping", ping_command(address), seconds=10, place="here")
        if ping.code == 0:
            reason = last_line(answer.stderr) or self.say("no reason was given")
            return Word.SSH_FAILED, self.say("answers ping, but ssh fails: {reason}", reason=reason)
        return Word.UNREACHABLE, self.say("no answer to ping or on ssh's port")

    def _look_script(self, with_panel: bool) -> bytes:
        if not with_panel:
            return f"auth=none panel_host= panel_port=\n{self.look}".encode()
        head = f"auth={self.agents.auth} panel_host={self.panel_host} panel_port={self.panel_port}"
        return f"{head} munge_socket={shlex.quote(self.nodes_munge_socket or '')}\n{self.look}".encode()

    def _step(self, name: str, command: str, stdin: bytes = b"") -> Step:
        return Step(name, command, stdin, self.step_seconds)

    def _fault_of_install(self, answer: Answer) -> Fault:
        said = self._known(last_line(answer.stderr))
        reason = said or self.say("no reason was given")
        if answer.code is None:
            return self._too_slow("install", answer)
        if "No space left on device" in answer.stderr:
            return Word.NO_SPACE, self.say("the disk filled up while the agent was copied: {reason}", reason=reason)
        if answer.code == NOT_ACTIVE:
            return Word.NOT_ACTIVE, reason
        if answer.code == 255:
            return Word.SSH_FAILED, self.say(
                "the connection broke while the agent was installed: {reason}", reason=reason
            )
        return Word.INSTALL_FAILED, said or self.say("install-agent.sh exited with {code}", code=answer.code)

    def _known(self, said: str) -> str:
        """Return a message of install-agent.sh, which is English, in the reader's language if it is MiniPanel's own."""
        if said.startswith(_NOT_UP):
            return self.say("The agent did not stay up: {reason}", reason=said.removeprefix(_NOT_UP))
        return self.say("another roll-out is running on this node") if said == AT_WORK else said

    def _too_slow(self, step: str, answer: Answer) -> Fault:
        seconds = round(answer.seconds)
        if step == "look":
            return Word.TIMED_OUT, self.say("ssh connected, and then got no answer for {seconds} s", seconds=seconds)
        return Word.TIMED_OUT, self.say("the installation took longer than {seconds} s", seconds=seconds)


def _has_all(facts: Facts, files: dict[str, bytes]) -> bool:
    """Return whether the node has exactly these files, enabled and running."""
    is_same = all(facts[f"sum_{name}"] == sum_of(content) for name, content in files.items() if name != SCRIPT)
    has_needless = CA not in files and bool(facts[f"sum_{CA}"])
    is_running = facts["is_active"] == "active" and facts["is_enabled"] == "enabled"
    return AGENT in files and is_same and not has_needless and is_running


def _started(answer: Answer) -> int | None:
    """Return when the agent was started, Unix seconds by the node's clock; None if the installation failed."""
    for line in answer.stdout.splitlines():
        key, _, value = line.partition("=")
        if answer.code == 0 and key == "minipanel:started" and re.fullmatch("[0-9]{1,15}", value):
            return int(value)
    return None
