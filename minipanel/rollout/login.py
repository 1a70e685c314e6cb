"""As which user the roll-out logs in on a node, how it becomes root there, and what sudo's refusals mean."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

from minipanel.config import Config
from minipanel.errors import CommandError
from minipanel.models.quote import escape
from minipanel.rollout.facts import SENTENCE_CHARACTERS, Fault, Say
from minipanel.rollout.options import RolloutOptions
from minipanel.rollout.outcome import Word
from minipanel.rollout.step import Answer
from minipanel.services.rollout_config import ROLLOUT, ROOT, USER_ALLOWED, is_user

NOT_FOUND = 127

_PASSWORD = re.compile(r"password is required|authentication is required|terminal is required|no tty present")
_NO_TTY = re.compile(r"must have a tty")
_NOT_ALLOWED = re.compile(r"not in the sudoers|not allowed to|may not run")
_SUDO_LINE = re.compile(r"^(?:sudo[a-z-]*:|sorry, user|\S+ is not ).*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Login:
    """The user who logs in with ssh, and whether sudo then makes this user root.

    This user can never reach a file: a step is one command with its files on stdin, and sudo passes both on.
    """

    user: str = ROOT
    uses_sudo: bool = False

    def as_root(self, command: str) -> str:
        """Return what this user must run so that root runs `command`. Any login shell understands it."""
        if not self.uses_sudo:
            return command
        # -n: sudo never asks for a password. LC_ALL=C: its messages are parsed.
        return f"exec env LC_ALL=C sudo -n -u {ROOT} -- /bin/sh -c {shlex.quote(command)}"


ROOTS = Login()


def choose_login(config: Config, options: RolloutOptions) -> Login:
    """Return the login that the options name, or else that of [rollout]. Raises CommandError."""
    said = config.of(ROLLOUT)
    user = said.user if options.user is None else options.user
    if not is_user(user):
        raise CommandError(
            "{user} can't be a user for ssh; it must be {allowed}.", user=repr(user), allowed=USER_ALLOWED
        )
    if options.sudo and user == ROOT:
        raise CommandError("--sudo is for a user other than root; name the one who logs in with --user.")
    return Login(user, uses_sudo=(options.sudo or said.sudo) and user != ROOT)


def fault_of_sudo(answer: Answer, login: Login, say: Say) -> Fault | None:
    """Return why sudo did not make the user root, None if sudo did not refuse."""
    if not login.uses_sudo or answer.code in (0, None, 255):
        return None
    if answer.code == NOT_FOUND and "sudo" in answer.stderr:
        return Word.SUDO_REFUSED, say("sudo is not installed on the node")
    lines = _SUDO_LINE.findall(answer.stderr)
    said, user = "\n".join(lines), login.user
    if _NO_TTY.search(said):
        template = "sudo needs a terminal there; put Defaults:{user} !requiretty into /etc/sudoers.d on the node"
        return Word.SUDO_REFUSED, say(template, user=user)
    if _PASSWORD.search(said):
        template = (
            "sudo asks {user} for a password; put {user} ALL=(root) NOPASSWD: ALL into /etc/sudoers.d on the node"
        )
        return Word.SUDO_REFUSED, say(template, user=user)
    if _NOT_ALLOWED.search(said):
        template = (
            "sudo does not let {user} become root; put {user} ALL=(root) NOPASSWD: ALL into /etc/sudoers.d on the node"
        )
        return Word.SUDO_REFUSED, say(template, user=user)
    if lines:
        reason = escape(lines[-1].strip(), SENTENCE_CHARACTERS)
        return Word.SUDO_REFUSED, say("sudo failed: {reason}", reason=reason)
    return None


def fault_of_user(uid: str, login: Login, say: Say) -> Fault | None:
    """Return a fault if the user on the node is not root, otherwise None. `uid`: the user's id, as the node reports."""
    if login.user == ROOT or uid in ("", "0"):
        return None
    template = "{user} is not root there; set sudo = true in [rollout] of config.toml"
    return Word.SUDO_REFUSED, say(template, user=login.user)
