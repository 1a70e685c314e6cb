"""As whom the roll-out comes to a node, how it becomes root there, and what sudo's refusals mean."""

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
    """The user who logs in by ssh, and whether sudo then makes root of that user.

    No file ever lies within this user's reach: a step is one command with its files on stdin, and sudo passes both on.
    """

    user: str = ROOT
    uses_sudo: bool = False

    def as_root(self, command: str) -> str:
        """Return what this user has to run so that root runs `command`. Any login shell can read it."""
        if not self.uses_sudo:
            return command
        # -n: no password is asked for. In English, as what sudo says is looked at.
        return f"exec env LC_ALL=C sudo -n -u {ROOT} -- /bin/sh -c {shlex.quote(command)}"


ROOTS = Login()


def choose_login(config: Config, options: RolloutOptions) -> Login:
    """Return the login: of the options, where they say something, else of [rollout]. Raises CommandError."""
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
    """Return why sudo made no root of the user, None if it has said nothing of that."""
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
    """Return what to do where the user who came is not root; `uid` is the one that the node tells."""
    if login.user == ROOT or uid in ("", "0"):
        return None
    template = "{user} is not root there; set sudo = true in [rollout] of config.toml"
    return Word.SUDO_REFUSED, say(template, user=login.user)
