"""Gaps: times without samples of a node, and their reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from minipanel.models.record import RECORD_SECONDS, SLOT_SECONDS, SLOTS

Reason = Literal["panel_away", "node_away", "agent_stopped", "clock_refused", "unknown"]

Absence = Literal["panel_away", "node_away", "agent_stopped", "clock_refused", "unknown", "silent", "new", "filling"]
"""Why a raster has no value: the reasons of gaps; `silent`: no sample since, and the node is down now; `new`: no sample
before; `filling`: the hour is still being made from records."""

DOWN: Final[frozenset[Absence]] = frozenset({"node_away", "agent_stopped", "silent"})
"""A node counts as down for these. For other reasons its state is unknown: it may have been busy."""

GAP_SECONDS: Final = 60
"""The shortest gap. At the longest interval, two samples may be this far apart."""

_FIRST_SLOT = SLOT_SECONDS - RECORD_SECONDS


@dataclass(frozen=True, slots=True)
class Gap:
    """The samples in (start, end] are missing; Unix seconds."""

    start: int
    end: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class AgentStart:
    """A start of a node's agent. Unix seconds: `started_at` by the node's clock, `heard_at` by the panel's.

    `heard_at`: when the agent's first request arrived.
    """

    boot_id: str
    started_at: int
    heard_at: int


Interval = tuple[int, int]
"""From and to, Unix seconds."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What may explain gaps in a span of time."""

    agent_starts: tuple[AgentStart, ...] = ()
    clock_troubles: tuple[Interval, ...] = ()
    panel_absences: tuple[Interval, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What a node's gaps are computed from: `records` as (timestamp, seen), and what may explain the gaps."""

    records: list[tuple[int, int | None]]
    evidence: Evidence


def missing(records: Iterable[tuple[int, int | None]], interval_seconds: int) -> list[Interval]:
    """Return the gaps between samples as (newest sample before the gap, end of the gap), ascending.

    `records`: timestamp and `seen` of each record, ascending; `seen` None means that all 60 samples are there.
    A gap ends one interval before the next sample, because that sample describes the interval that ends with it.
    """
    found = []
    newest = None
    for begin, end in _runs(records):
        if newest is not None and begin - interval_seconds - newest >= GAP_SECONDS:
            found.append((newest, begin - interval_seconds))
        newest = end
    return found


def _runs(records: Iterable[tuple[int, int | None]]) -> Iterator[Interval]:
    """Yield the first and last timestamp of each run of samples: a complete record is one run, else each sample is."""
    for timestamp, seen in records:
        if seen is None:
            yield timestamp + _FIRST_SLOT, timestamp
            continue
        for slot in range(SLOTS):
            if seen >> slot & 1:
                sample = timestamp + _FIRST_SLOT + SLOT_SECONDS * slot
                yield sample, sample


def explain(gap: Interval, evidence: Evidence, interval_seconds: int) -> list[Gap]:
    """Return the gap with its reason, or two gaps if an agent started within it and samples were missing after that.

    An agent's start explains the time before it: the node was away if the boot id changed, else the agent was stopped.
    Any other time is explained by what overlaps at least half of it: the panel's absence, or a clock that was off.
    """
    begin, end = gap
    starts = _starts_within(gap, evidence.agent_starts, interval_seconds)
    if not starts:
        return [Gap(begin, end, _reason_beside(gap, evidence))]
    back = min(starts[-1].moment, end)
    away: Reason = "node_away" if any(start.is_new_boot for start in starts) else "agent_stopped"
    if end - back < GAP_SECONDS:
        return [Gap(begin, end, away)]
    after = Gap(back, end, _reason_beside((back, end), evidence))
    if back - begin < GAP_SECONDS:
        return [Gap(begin, end, after.reason)]
    return [Gap(begin, back, away), after]


@dataclass(frozen=True, slots=True)
class _Start:
    moment: int
    is_new_boot: bool


def _starts_within(gap: Interval, starts: Iterable[AgentStart], interval_seconds: int) -> list[_Start]:
    begin, end = gap
    found = []
    previous, moment = None, 0
    for start in sorted(starts, key=lambda start: (start.heard_at, start.started_at)):
        earliest = moment
        # If the node's clock was wrong when its agent started, the agent's first request counts as its start.
        is_plausible = earliest < start.started_at <= start.heard_at + GAP_SECONDS
        moment = start.started_at if is_plausible else start.heard_at
        # The first start explains nothing, as the boot before it is unknown.
        if previous is not None and begin < moment < end + interval_seconds + (0 if is_plausible else GAP_SECONDS):
            found.append(_Start(moment, start.boot_id != previous))
        previous = start.boot_id
    return found


def _reason_beside(gap: Interval, evidence: Evidence) -> Reason:
    half = (gap[1] - gap[0]) / 2
    away, wrong = _overlap(gap, evidence.panel_absences), _overlap(gap, evidence.clock_troubles)
    if max(away, wrong) < half:
        return "unknown"
    return "panel_away" if away >= wrong else "clock_refused"


def _overlap(gap: Interval, times: Iterable[Interval]) -> int:
    return sum(max(0, min(gap[1], end) - max(gap[0], begin)) for begin, end in times)
