"""How the agent of `minipanel try` authenticates: with MUNGE if munged answers, otherwise with a token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from minipanel.errors import CommandError
from minipanel.machine.health import munge_trouble
from minipanel.sentence import Sentence

Auth = Literal["munge", "token"]


@dataclass(frozen=True, slots=True)
class AgentAuth:
    """How the agent authenticates, and why: a part of a sentence."""

    auth: Auth
    reason: Sentence


def choose_auth(asked: Auth | None, socket: str | None) -> AgentAuth:
    """Return what was asked for, or else MUNGE if munged answers. `socket`: munged's, None for the default.

    Raises CommandError if MUNGE was asked for and does not work.
    """
    if asked == "token":
        return AgentAuth("token", Sentence("chosen with --auth"))
    trouble = munge_trouble(socket)
    if trouble is None:
        return AgentAuth("munge", Sentence("munged answers"))
    if asked == "munge":
        raise CommandError("--auth munge can't be used: {trouble}", trouble=trouble)
    return AgentAuth("token", Sentence(trouble))
