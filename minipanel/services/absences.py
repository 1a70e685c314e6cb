"""Why nodes have no data in a picture of many nodes: runs of empty steps, each with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from minipanel.models.gap import GAP_SECONDS, Absence, Evidence, Interval, explain
from minipanel.models.node import Node, up_seconds
from minipanel.models.reader import Reader
from minipanel.models.record import last_sample, last_sample_until

MAX_LOOKS: Final = 4_000
"""At most this many lookups of the samples before and after the picture (0.1 ms each)."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The time span of a picture: `count` steps of `width` seconds each. The first begins at `start`, Unix seconds."""

    start: int
    width: int
    count: int

    @property
    def end(self) -> int:
        """When the last step ends."""
        return self.start + self.count * self.width

    def steps(self, begin: int, end: int) -> tuple[int, int]:
        """Return the first step of a time span, and the one after its last."""
        first, last = (begin - self.start) // self.width, -(-(end - self.start) // self.width)
        return min(self.count, max(0, first)), min(self.count, max(0, last))


Run = tuple[int, int]
"""The first step without data, and the first with data again."""

Absent = tuple[int, int, Absence]
"""A run, or part of one, with its reason."""


class Absences:
    """Explains runs. `last_seen` and `silent_seconds` return a node's present state. Used in a reading thread."""

    def __init__(
        self,
        reader: Reader,
        interval_seconds: int,
        last_seen: Callable[[Node], int | None],
        silent_seconds: Callable[[Node], float],
        now: int,
    ) -> None:
        self._reader = reader
        self._interval_seconds = interval_seconds
        self._last_seen = last_seen
        self._silent_seconds = silent_seconds
        self._now = now
        self._looks = 0

    def of(
        self, nodes: Sequence[Node], runs: Mapping[int, Sequence[Run]], frame: Frame, is_of_hours: bool
    ) -> dict[int, list[Absent]]:
        """Return the reasons of each node's runs, ascending, by the node's place in `nodes`."""
        hidden = self._filling(frame) if is_of_hours else None
        concerned = [nodes[place].id for place, found in runs.items() if found]
        evidence = self._reader.evidence(concerned) if concerned else {}
        return {
            place: [part for run in found for part in self._parts(nodes[place], run, frame, evidence, hidden)]
            for place, found in runs.items()
            if found
        }

    def _filling(self, frame: Frame) -> Run | None:
        filling = self._reader.filling(self._now)
        if filling is None or filling[0] >= frame.end or filling[1] <= frame.start:
            return None
        return frame.steps(*filling)

    def _parts(
        self, node: Node, run: Run, frame: Frame, evidence: Mapping[int, Evidence], hidden: Run | None
    ) -> Iterator[Absent]:
        begin, end = run
        if hidden is None or end <= hidden[0] or begin >= hidden[1]:
            yield from self._explained(node, run, frame, evidence[node.id])
            return
        if begin < hidden[0]:
            yield from self._explained(node, (begin, hidden[0]), frame, evidence[node.id])
        yield max(begin, hidden[0]), min(end, hidden[1]), "filling"
        if end > hidden[1]:
            yield from self._explained(node, (hidden[1], end), frame, evidence[node.id])

    def _explained(self, node: Node, run: Run, frame: Frame, evidence: Evidence) -> Iterator[Absent]:
        gap = frame.start + run[0] * frame.width, frame.start + run[1] * frame.width
        since = self._known_since(node, run, gap, evidence)
        if since is None or since >= gap[1]:
            yield *run, "new"
            return
        begin = run[0]
        if since > gap[0]:
            begin = max(begin, frame.steps(since, since)[0])
            if begin > run[0]:
                yield run[0], begin, "new"
        whole = min(since, gap[0]) if run[0] == 0 else gap[0], self._end(node, run, frame, gap[1])
        for each in explain(whole, evidence, self._interval_seconds):
            first, last = frame.steps(each.start, each.end)
            first, last = max(begin, first), min(run[1], last)
            if first < last:
                yield first, last, self._or_silent(node, each.reason, each.end) if last == frame.count else each.reason
                begin = last

    def _known_since(self, node: Node, run: Run, gap: Interval, evidence: Evidence) -> int | None:
        """Return when a run's time without samples began, or when the node first reported, if that is later.

        A run at the beginning of the picture began with the newest sample before it. None if the node never reported.
        """
        if run[0] > 0:
            return gap[0]
        heard = min((start.heard_at for start in evidence.agent_starts), default=None)
        newest = self._last_seen(node)
        if newest is not None and newest <= gap[0]:
            return newest
        if newest is None and heard is None:
            return None
        before = self._before(node, gap[0])
        return before if before is not None else heard

    def _before(self, node: Node, time: int) -> int | None:
        if self._looks >= MAX_LOOKS:
            return None
        self._looks += 1
        samples = (
            last_sample_until(record, seen, time) for record, seen in self._reader.seen(node.id, time, time).records
        )
        return max((sample for sample in samples if sample is not None), default=None)

    def _end(self, node: Node, run: Run, frame: Frame, end: int) -> int:
        """Return when a run's time without samples ended. At the end of the picture: the next sample, or now."""
        if run[1] < frame.count:
            # The step with data may begin without any, and the agent may have started in that part.
            return min(self._now, end + frame.width)
        newest = self._last_seen(node)
        if newest is None or newest <= end or self._looks >= MAX_LOOKS:
            return max(end, self._now) if newest is not None and newest <= end else end
        self._looks += 1
        later = [last_sample(*record) for record in self._reader.seen(node.id, end, end).records if record[0] > end]
        return max(end, later[0] - self._interval_seconds) if later else end

    def _or_silent(self, node: Node, reason: Absence, end: int) -> Absence:
        """Return the reason, or "silent" for a node that is down now and has sent nothing since."""
        newest = self._last_seen(node)
        if reason != "unknown" or not node.enabled or (newest is not None and newest > end):
            return reason
        is_silent = self._silent_seconds(node) >= GAP_SECONDS + up_seconds(self._interval_seconds)
        return "silent" if is_silent else reason
