"""What the engine did not do."""

from __future__ import annotations


class EngineError(Exception):
    """The engine did not do what was asked; one sentence."""
