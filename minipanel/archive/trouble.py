"""The engine's failures, in a sentence."""

from __future__ import annotations

from typing import Final

from minipanel.errors import SentenceError

DIFFERING_TRIES: Final = 5
"""After this many wrong read-backs, something at the engine must keep the record out."""


class EngineError(SentenceError):
    """The engine did not do what was asked; str() is one sentence."""


def differing_sentence(records: int, where: str) -> str:
    """Return a sentence: records still differ at the engine after several tries."""
    return (
        f"{records} records were sent {DIFFERING_TRIES} times and are still not at {where} as they were sent; "
        "look there for relabelling, a limit of series or a retention that is too short."
    )
