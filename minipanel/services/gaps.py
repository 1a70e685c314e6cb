"""Gaps in a node's samples, read from its records, each with its reason."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace

import msgspec

from minipanel.models.answers import GapAnswer, GapsNode, GapsOne
from minipanel.models.gap import GAP_SECONDS, Gap, Interval, explain, missing
from minipanel.models.node import Node, up_seconds
from minipanel.models.reader import Reader
from minipanel.models.record import last_sample
from minipanel.services.history import Span, told_members
from minipanel.services.reading import Past, Reading


class Gaps:
    """Finds gaps by reading. Nothing about gaps is stored, so late samples close their gap."""

    def __init__(
        self,
        reading: Reading,
        silent_seconds: Callable[[Node], float],
        interval_seconds: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._reading = reading
        self._silent_seconds = silent_seconds
        self._clock = clock
        self.interval_seconds = interval_seconds

    async def one(self, node: Node, span: Span) -> GapsOne:
        """Return a node's gaps. Raises TryLater if nothing can be read."""
        past = await self._reading.past(span.start)
        gaps = await self._of(node, span, past)
        return GapsOne(node.id, node.hostname, gaps, span.start, span.end, **past.told())

    async def set_of(self, nodes: Sequence[Node], span: Span) -> AsyncIterator[bytes]:
        """Yield the JSON of GapsSet in pieces, one per node. A large set neither blocks the panel nor fills memory."""
        head = b'{"from":%d,"to":%d,"nodes":[' % (span.start, span.end)
        past = await self._reading.past(span.start)
        for place, node in enumerate(nodes):
            found = GapsNode(node.id, node.hostname, await self._of(node, span, past))
            yield (b"," if place else head) + msgspec.json.encode(found)
        yield b"]%s}" % told_members(past)

    async def _of(self, node: Node, span: Span, past: Past) -> list[GapAnswer]:
        end = min(span.end, int(self._clock()))
        gaps = await past.do(self._find, past.reader, node, span.start, end)
        return [GapAnswer(gap.start, gap.end, gap.reason) for gap in gaps]

    def _find(self, reader: Reader, node: Node, start: int, end: int) -> list[Gap]:
        seen = reader.seen(node.id, start, max(start, end))
        times = missing(seen.records, self.interval_seconds) + self._open(node, seen.records)
        # Explained as a whole and cut afterwards, so that the reason does not depend on the requested span.
        gaps = [gap for each in times for gap in explain(each, seen.evidence, self.interval_seconds)]
        within = [replace(gap, start=max(gap.start, start), end=min(gap.end, end)) for gap in gaps]
        return [gap for gap in within if gap.start < gap.end]

    def _open(self, node: Node, records: list[tuple[int, int | None]]) -> list[Interval]:
        """Return the gap after the node's newest sample as a list of one; an empty list if no samples are due."""
        if not records or not node.enabled:
            return []
        newest, silent = last_sample(*records[-1]), self._silent_seconds(node)
        if silent < GAP_SECONDS + up_seconds(self.interval_seconds):
            return []
        # By the node's own clock, which may be behind.
        end = int(min(self._clock(), newest + silent))
        return [(newest, end)] if newest < end else []
