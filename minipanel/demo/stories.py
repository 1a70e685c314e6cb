"""The stories planted among usual days. Each is a problem that administrators know, and that the page shows at once.

Some stories have no end, and matter now. The others are in the past, and explain gaps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from minipanel.demo.jobs import temperature
from minipanel.models.hour import DAY_SECONDS, HOUR_SECONDS
from minipanel.models.span import Span

ENDLESS: Final = 2**32

HEAT, LEAK, HOARDER, SWITCH = "heat", "leak", "hoarder", "switch"
POWER, PANEL, AGENT, CLOCK = "power", "panel", "agent", "clock"

JOB_SECONDS: Final = 14 * HOUR_SECONDS
"""How long ago the rack that heats up started its one job."""

HEATS_FOR_SECONDS: Final = 5 * HOUR_SECONDS
HEATING_SECONDS: Final = 45 * 60
HEAT_KELVIN: Final = 25.0
LEAK_DAYS: Final = 9
FULL_PERCENT: Final = 97.6


@dataclass(frozen=True, slots=True)
class Story:
    """What happens in (begin, end] to the nodes with these indexes (`places`)."""

    name: str
    places: range
    begin: int
    end: int = ENDLESS


@dataclass(frozen=True, slots=True)
class Event:
    """What one node does in (begin, end] instead of usual work. `span` None: it reports nothing."""

    begin: int
    end: int
    span: Span | None

    @property
    def is_endless(self) -> bool:
        """Whether it never ends."""
        return self.end >= ENDLESS


def planted(count: int, rack_nodes: int, since: int) -> dict[str, Story]:
    """Return the stories of a cluster by name: those for which it has enough racks."""
    racks = -(-count // rack_nodes)

    def rack(number: int) -> range:
        return range((number - 1) * rack_nodes, min(count, number * rack_nodes))

    def node(number: int) -> range:
        first = rack(number)[0]
        return range(first + rack_nodes // 3, first + rack_nodes // 3 + 1)

    days, hours = DAY_SECONDS, HOUR_SECONDS
    found = [Story(PANEL, range(count), since - 16 * days, since - 16 * days + 3 * hours)]
    if racks >= 2:
        found += [Story(LEAK, node(1), since - LEAK_DAYS * days)]
    if racks >= 3:
        found += [Story(HEAT, rack(3), since - HEATS_FOR_SECONDS)]
    if racks >= 4:
        found += [Story(HOARDER, node(2), since - 3 * days)]
    if racks >= 8:
        found += [
            Story(SWITCH, rack(8), since - 45 * 60),
            Story(POWER, rack(5), since - 11 * days, since - 11 * days + 9 * hours),
            Story(AGENT, node(6), since - 4 * days, since - 4 * days + 8 * hours),
            Story(CLOCK, node(7), since - 20 * days, since - 20 * days + 6 * hours),
        ]
    return {story.name: story for story in found}


def happening(stories: Mapping[str, Story], place: int) -> list[Event]:
    """Return what happens to the node at an index, in order of time and without overlaps."""
    events = [event for story in stories.values() if place in story.places for event in _events(story, place)]
    absences = [event for event in events if event.span is None]
    found = absences + [
        _doing(piece)
        for event in events
        if event.span is not None
        for piece in event.span.outside([(each.begin, each.end) for each in absences])
    ]
    return sorted(found, key=attrgetter("begin"))


def _events(story: Story, place: int) -> Iterator[Event]:
    begin, end = story.begin, story.end
    if story.name == HEAT:
        yield from map(_doing, _heat(begin, place))
    elif story.name == LEAK:
        yield from map(_doing, _leak(begin))
    elif story.name == HOARDER:
        yield _doing(Span(begin, ENDLESS, (0.3, 0.3), (88, 88), (temperature(0), temperature(0)), 0.2))
    else:
        yield Event(begin, end, None)


def _doing(span: Span) -> Event:
    return Event(span.begin, span.end, span)


def _heat(begin: int, place: int) -> Iterator[Span]:
    """Yield the spans of one large job, during which the rack's cooling fails."""
    cpu = (96.0 + place % 3, 96.0 + place % 3)
    cool, hot = temperature(cpu[0]), temperature(cpu[0], HEAT_KELVIN)
    start, top = begin + HEATS_FOR_SECONDS - JOB_SECONDS, begin + HEATING_SECONDS
    memory = (41.0 + place % 5, 43.0 + place % 5)
    yield Span(start, begin, cpu, memory, (cool, cool), 1.0)
    yield Span(begin, top, cpu, memory, (cool, hot), 1.0)
    yield Span(top, ENDLESS, cpu, (memory[1], memory[1]), (hot, hot), 1.0)


def _leak(begin: int) -> Iterator[Span]:
    """Yield the spans of a service whose memory grows for days: it was killed once, and is full again at planting."""
    full, cpu = begin + LEAK_DAYS * DAY_SECONDS, (6.0, 6.0)
    temps = (temperature(6), temperature(6))
    first = begin - LEAK_DAYS * DAY_SECONDS
    yield Span(first, begin, cpu, (9, FULL_PERCENT), temps, 2.0)
    yield Span(begin, full, cpu, (9, FULL_PERCENT), temps, 2.0)
    yield Span(full, ENDLESS, cpu, (FULL_PERCENT, FULL_PERCENT), temps, 2.0)
