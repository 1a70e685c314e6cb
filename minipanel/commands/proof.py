"""How the agent of `minipanel try` proves who it is: MUNGE where munged answers, a token elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from minipanel.commands.probes import munge_trouble
from minipanel.errors import CommandError

Auth = Literal["munge", "token"]


@dataclass(frozen=True, slots=True)
class Proof:
    """The way, and why it is this one: half a sentence."""

    auth: Auth
    reason: str


def choose_proof(asked: Auth | None, socket: str | None) -> Proof:
    """Return the way that was asked for, or else MUNGE when munged answers. `socket`: munged's, None for the usual one.

    Raises CommandError when MUNGE was asked for and does not work.
    """
    if asked == "token":
        return Proof("token", "as --auth says")
    trouble = munge_trouble(socket)
    if trouble is None:
        return Proof("munge", "munged answers")
    if asked == "munge":
        raise CommandError(f"--auth munge can't be used: {trouble}")
    return Proof("token", trouble.removesuffix("."))
