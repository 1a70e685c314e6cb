"""Long work pauses for long enough to leave the panel its share."""

from __future__ import annotations

import pytest

from minipanel.archive.pace import LEAST_SHARE, LONGEST_REST_SECONDS, MOST_SHARE, PART, Pace


class Machine:
    """The time, and what the process has used of one core."""

    def __init__(self) -> None:
        self.now = self.used = 0.0

    def share_of(self, pace: Pace, others: float, work: float = 0.02, waits: float = 0.05) -> float:
        """The share of a core that the work gets in the long run, besides other work of this process."""
        own = 0.0
        for turn in range(200):
            if turn == 100:
                own, began = 0.0, self.now
            pace.begin()
            self._pass(work + waits, others)
            self.used += work
            own += work
            self._pass(pace.rest(work), others)
        return own / (self.now - began)

    def _pass(self, seconds: float, others: float) -> None:
        self.now += seconds
        self.used += seconds * others


@pytest.mark.parametrize(("others", "share"), [(0.0, PART * MOST_SHARE), (0.5, 0.1), (0.9, LEAST_SHARE)])
def test_the_more_the_panel_does_the_less_is_taken(others: float, share: float) -> None:
    machine = Machine()
    pace = Pace(lambda: machine.now, lambda: machine.used)
    assert machine.share_of(pace, others) == pytest.approx(min(share, 0.02 / 0.07), rel=0.05)


def test_one_piece_never_rests_for_long() -> None:
    machine = Machine()
    pace = Pace(lambda: machine.now, lambda: machine.used)
    pace.begin()
    machine.now = machine.used = 100.0
    assert pace.rest(100.0) == LONGEST_REST_SECONDS
