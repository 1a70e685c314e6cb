"""How the agent of `minipanel try` authenticates: MUNGE where munged answers, a token elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from minipanel.errors import CommandError
from minipanel.machine.health import munge_trouble
from minipanel.sentence import Sentence

Auth = Literal["munge", "token"]


@dataclass(frozen=True, slots=True)
class AgentAuth:
    """The way, and why it is this one: half a sentence."""

    auth: Auth
    reason: Sentence


def choose_auth(asked: Auth | None, socket: str | None) -> AgentAuth:
    """Return the way that was asked for, or else MUNGE when munged answers. `socket`: munged's, None for the usual one.

    Raises CommandError when MUNGE was asked for and does not work.
    """
    if asked == "token":
        return AgentAuth("token", Sentence("as chosen"))
    trouble = munge_trouble(socket)
    if trouble is None:
        return AgentAuth("munge", Sentence("munged answers"))
    if asked == "munge":
        raise CommandError("--auth munge can't be used: {trouble}", trouble=trouble)
    return AgentAuth("token", Sentence(trouble))
