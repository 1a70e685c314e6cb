"""Counters of the panel's own work since its start."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Final

from minipanel.errors import PanelError
from minipanel.models.node import Node
from minipanel.models.sample import Sample

COMMIT_BOUNDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""The bounds of the histogram of transaction times, in seconds."""

REASONS: Final = {
    400: "bad_input",
    401: "not_authenticated",
    403: "not_allowed",
    413: "too_large",
    429: "too_many",
    503: "busy",
}
"""Why a request with samples was refused, by the status of its answer."""

OTHER = "other"


class Counters:
    """Counts events that others report. One thread writes each number; any thread may read it."""

    def __init__(self) -> None:
        self.samples_stored = 0
        # All reasons from the start: rate() does not see the first event of a series that begins with it.
        self._refused = dict.fromkeys([*REASONS.values(), OTHER], 0)
        self._commits = [0] * (len(COMMIT_BOUNDS) + 1)
        self.commit_seconds = 0.0

    def note_samples(self, _node: Node, samples: Sequence[Sample]) -> None:
        """Count samples that were stored."""
        self.samples_stored += len(samples)

    def note_refusal(self, _: str, error: PanelError) -> None:
        """Count a request with samples that was refused."""
        self._refused[REASONS.get(error.status, OTHER)] += 1

    def note_commit(self, seconds: float) -> None:
        """Count a transaction."""
        self._commits[bisect_left(COMMIT_BOUNDS, seconds)] += 1
        self.commit_seconds += seconds

    @property
    def refused(self) -> Mapping[str, int]:
        """How many requests were refused, by their reason."""
        return self._refused

    @property
    def commits(self) -> Sequence[int]:
        """How many transactions fell between the bounds: up to each of COMMIT_BOUNDS, and last, above all of them."""
        return self._commits
