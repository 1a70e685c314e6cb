"""How the agent of `minipanel try` authenticates: MUNGE where munged answers, a token elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from minipanel.errors import CommandError
from minipanel.machine.health import munge_trouble

Auth = Literal["munge", "token"]


@dataclass(frozen=True, slots=True)
class AgentAuth:
    """The way, and why it is this one: half a sentence."""

    auth: Auth
    reason: str


def choose_auth(asked: Auth | None, socket: str | None) -> AgentAuth:
    """Return the way that was asked for, or else MUNGE when munged answers. `socket`: munged's, None for the usual one.

    Raises CommandError when MUNGE was asked for and does not work.
    """
    if asked == "token":
        return AgentAuth("token", "as --auth says")
    trouble = munge_trouble(socket)
    if trouble is None:
        return AgentAuth("munge", "munged answers")
    if asked == "munge":
        raise CommandError(f"--auth munge can't be used: {trouble}")
    return AgentAuth("token", trouble.removesuffix("."))
