"""What the engine did not do, in a sentence."""

from __future__ import annotations

from typing import Final

from minipanel.errors import SentenceError

DIFFERING_TRIES: Final = 5
"""Read back wrong so often, something at the engine keeps a record out."""


class EngineError(SentenceError):
    """The engine did not do what was asked; one sentence."""


def differing_sentence(records: int, where: str) -> str:
    """Say that records are not there as they were sent, however often."""
    return (
        f"{records} records were sent {DIFFERING_TRIES} times and are still not at {where} as they were sent; "
        "look there for relabelling, a limit of series or a retention that is too short."
    )
