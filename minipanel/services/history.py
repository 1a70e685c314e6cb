"""Reading history: which records a request asks for, and the answer built from them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from functools import lru_cache, partial

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from minipanel.errors import BadInput
from minipanel.models.arrays import Drawn, join_arrays, join_drawn
from minipanel.models.compact import COMPACT_COLUMNS, MEAN_OF
from minipanel.models.hour import DAY_SECONDS, HOUR_SECONDS, day_number, node_of_day
from minipanel.models.node import Node
from minipanel.models.quote import quote
from minipanel.models.reader import Reader
from minipanel.models.record import RECORD_SECONDS, VALUE_COLUMNS
from minipanel.sentence import Sentence
from minipanel.services.compact import drawn_hours, members_of, units_of
from minipanel.services.hourly import arrays_of
from minipanel.services.reading import SIDE_BY_SIDE, Past, Reading

PERIODS = {"1d": 86_400, "7d": 7 * 86_400, "1m": 30 * 86_400, "1y": 365 * 86_400, "2y": 730 * 86_400}
"""The named periods, in seconds."""

MAX_SPAN_SECONDS = 366 * 86_400
ARCHIVE_SPAN_SECONDS = 731 * 86_400
"""The longest spans of one request: without an archive, and with one that reaches far enough."""

RECORDS_SPAN_SECONDS = 31 * 86_400
"""Longer spans are read in hours unless records are asked for."""

STEPS = {"300": RECORD_SECONDS, "3600": HOUR_SECONDS}
"""Records, and hours."""

NODES_AT_ONCE = 8
"""How many nodes of a set are read at a time: as many as the page draws."""

MOST_RECORDS = 200_000
"""Records of a set read at a time: a year of two nodes, about 8 MB each."""

MANY_PIECES = 8

PIECE_SECONDS = 15 * 86_400
"""Pieces of a span are read in parallel, one per thread, as SQLite does not hold Python's lock meanwhile. At most half
a month each."""

LEAST_PIECE_SECONDS = 7 * 86_400
"""A week is one piece: reading it takes less time than starting another thread (measured)."""


class Span(Struct, frozen=True):
    """Records, or hours if `step` is 3600, with timestamps in (start, end]; `columns` in the order of the answer.

    `is_compact`: in the form of services/compact. `is_step_asked`: the step was requested, and is not just the default.
    """

    period: str | None
    start: int
    end: int
    columns: tuple[str, ...]
    step: int = RECORD_SECONDS
    is_compact: bool = False
    is_step_asked: bool = False

    def head(self, interval_seconds: int) -> bytes:
        """Return the part of the answer that repeats the request, as the inside of a JSON object."""
        period = "null" if self.period is None else f'"{self.period}"'
        asked = f'"period":{period},"from":{self.start},"to":{self.end}'
        head = f'{asked},"step":{self.step},"interval":{interval_seconds}'.encode()
        return b"%s,%s" % (head, units_of(self.columns)) if self.is_compact else head


def read_span(
    period: str | None,
    start: str | None,
    end: str | None,
    fields: str | None,
    now: float,
    step: str | None = None,
    records_since: int = 0,
    archive_days: int = 0,
    is_compact: bool = False,
) -> Span:
    """Return the span that a query string asks for. Raises BadInput with the value and what is allowed.

    The default is records. It is hours for a long span, and for one that begins before `records_since`, when older
    records have been deleted but their hours remain. An archive has records of the last `archive_days`.
    """
    if step is not None and step not in STEPS:
        raise BadInput("step is {step}; it must be {names}.", step=quote(step), names=_listed(STEPS))
    period, first, last = _read_times(period, start, end, now, archive_days)
    if archive_days:
        records_since = min(records_since, int(now) - archive_days * DAY_SECONDS)
    # Old records are deleted an hour later.
    has_records = last - first <= RECORDS_SPAN_SECONDS and first >= records_since - HOUR_SECONDS
    usual = RECORD_SECONDS if has_records else HOUR_SECONDS
    columns = _read_fields(fields, COMPACT_COLUMNS if is_compact else VALUE_COLUMNS)
    return Span(period, first, last, columns, usual if step is None else STEPS[step], is_compact, step is not None)


def _read_times(
    period: str | None, start: str | None, end: str | None, now: float, archive_days: int
) -> tuple[str | None, int, int]:
    most = max(MAX_SPAN_SECONDS, min(ARCHIVE_SPAN_SECONDS, archive_days * DAY_SECONDS + DAY_SECONDS))
    if period is not None and start is None and end is None:
        if PERIODS.get(period, most) >= most:
            names = _listed(_periods(most))
            raise BadInput("period is {period}; it must be {names}.", period=quote(period), names=names)
        return period, int(now) - PERIODS[period], int(now)
    if period is not None:
        raise BadInput("period can't be combined with from and to; give one or the other.")
    if start is None:
        raise BadInput("period or from is missing; period must be {names}.", names=_listed(_periods(most)))
    first, last = _read_time("from", start), int(now) if end is None else _read_time("to", end)
    if first >= last:
        raise BadInput("from is {first} and to is {last}; from must be before to.", first=first, last=last)
    if last - first > most:
        raise BadInput(
            "from and to are {seconds} seconds apart; at most {most} are allowed.",
            seconds=last - first,
            most=most,
        )
    return None, first, last


def _periods(most_seconds: int) -> list[str]:
    return [name for name, seconds in PERIODS.items() if seconds < most_seconds]


Found = list[bytes] | Drawn
"""A node's records or hours: JSON arrays, `timestamp` first, or the compact form."""


class History:
    """Reads records and hours, in the reading threads."""

    def __init__(self, reading: Reading, interval_seconds: int, clock: Callable[[], float] = time.time) -> None:
        self._reading = reading
        self.interval_seconds = interval_seconds
        self._clock = clock

    async def _read(self, nodes: Sequence[Node], span: Span, past: Past) -> list[Found]:
        """Return what is found of each node. An hour is included once it is over.

        Raises TryLater if nothing can be read.
        """
        if span.step == HOUR_SECONDS:
            return await past.do(self._hours, past.reader, nodes, span)
        now, pieces = int(self._clock()), pieces_of(span)
        asked = [
            past.do(_records, past.reader, node, replace(span, start=start, end=end), now)
            for node in nodes
            for start, end in pieces
        ]
        # A single read needs no task.
        read = [await asked[0]] if len(asked) == 1 else await asyncio.gather(*asked)
        of_node = [read[first : first + len(pieces)] for first in range(0, len(read), len(pieces))]
        # Years are megabytes: not on the event loop.
        return await past.do(_joined, of_node) if len(pieces) > MANY_PIECES else _joined(of_node)

    def _hours(self, reader: Reader, nodes: Sequence[Node], span: Span) -> list[Found]:
        end = min(span.end, int(self._clock()))
        days = reader.days([node.id for node in nodes], day_number(span.start + 1), day_number(end), end)
        of_node: dict[int, list[tuple[int, bytes]]] = {node.id: [] for node in nodes}
        for id, packed in days:
            of_node[node_of_day(id)].append((id >> 32, packed))
        if not span.is_compact:
            return [arrays_of(of_node[node.id], span.start, end, span.columns) for node in nodes]
        # A maximum is relative to its mean.
        wanted = tuple(dict.fromkeys((*span.columns, *(MEAN_OF.get(name, name) for name in span.columns))))
        arrays = (arrays_of(of_node[node.id], span.start, end, wanted) for node in nodes)
        return [drawn_hours(dict(zip(("timestamp", *wanted), each, strict=True)), span.columns) for each in arrays]

    async def one(self, node: Node, span: Span) -> bytes:
        """Return one node's records as the JSON of HistoryOne, or HistoryOneCompact."""
        at_once = self.at_once(node, span)
        if at_once is not None:
            return await self._reading.do(at_once)
        past, span = await opened(self._reading, span)
        (found,) = await self._read([node], span, past)
        return self._one(node, span, found, told_members(past))

    def at_once(self, node: Node, span: Span) -> Callable[[], bytes] | None:
        """Return what makes the answer of `one`, to be called in a reading thread; None if one read does not suffice.

        The thread that has read is the one whose caches are warm, so it builds the answer as well.
        """
        if self._reading.older is not None or len(pieces_of(span)) > 1:
            return None
        return partial(self._read_one, node, span)

    def _read_one(self, node: Node, span: Span) -> bytes:
        reader = self._reading.reader
        if span.step == HOUR_SECONDS:
            (found,) = self._hours(reader, [node], span)
        else:
            found = _records(reader, node, span, int(self._clock()))
        return self._one(node, span, found)

    def _one(self, node: Node, span: Span, found: Found, told: bytes = b"") -> bytes:
        head = span.head(self.interval_seconds)
        return b"".join([b"{", _who(node), b",", head, *_members(found, span), told, b"}"])

    async def set_of(self, nodes: Sequence[Node], span: Span) -> AsyncIterator[bytes]:
        """Yield the JSON of HistorySet, or HistorySetCompact, in pieces: a large set is never held as a whole."""
        past, span = await opened(self._reading, span)
        head = b'{%s,"nodes":[' % span.head(self.interval_seconds)
        at_once = max(1, min(NODES_AT_ONCE, MOST_RECORDS * span.step // (span.end - span.start)))
        for start in range(0, len(nodes), at_once):
            some = nodes[start : start + at_once]
            read = zip(some, await self._read(some, span, past), strict=True)
            objects = [b"".join([b"{", _who(node), *_members(found, span), b"}"]) for node, found in read]
            yield (b"," if start else head) + b",".join(objects)
        yield b"]%s}" % told_members(past)

    async def csv(self, nodes: Sequence[Node], span: Span) -> AsyncIterator[bytes]:
        """Yield the records as CSV (RFC 4180): a header, then one row per record, one node after another.

        Raises TryLater if a part can't be read: a file can't say that it lacks something.
        """
        past = await self._reading.past(span.start, span.step)
        head = ",".join(("hostname", "timestamp", *span.columns)).encode() + b"\r\n"
        now, pieces = int(self._clock()), pieces_of(span)
        for place, node in enumerate(nodes):
            if span.step == HOUR_SECONDS:
                rows = [await past.do(self._csv_hours, past.reader, node, span)]
            else:
                read = past.reader.history
                rows = await asyncio.gather(
                    *(past.do(_csv_rows, read, node, start, end, span.columns, now) for start, end in pieces)
                )
            past.refuse_part()
            yield b"".join(rows if place else [head, *rows])

    def _csv_hours(self, reader: Reader, node: Node, span: Span) -> bytes:
        (found,) = self._hours(reader, [node], span)
        assert isinstance(found, list)  # CSV has no compact form
        return csv_rows(node.hostname, found)


async def opened(reading: Reading, span: Span) -> tuple[Past, Span]:
    """Return the Past for a span, and the span with the step that it answers in."""
    past = await reading.past(span.start, span.step, may_be_hours=not span.is_step_asked)
    return past, span if span.step == past.step else replace(span, step=past.step)


def _records(reader: Reader, node: Node, span: Span, now: int) -> Found:
    read = reader.drawn if span.is_compact else reader.history
    return read(node.id, span.start, span.end, span.columns, now)


def _joined(of_node: Sequence[Sequence[Found]]) -> list[Found]:
    return [_join(parts) for parts in of_node]


def _join(parts: Sequence[Found]) -> Found:
    if len(parts) == 1:
        return parts[0]
    drawn = [part for part in parts if isinstance(part, tuple)]
    return join_drawn(drawn) if drawn else list(map(join_arrays, *parts))


def told_members(past: Past) -> bytes:
    """Return an answer's source as further members of its JSON object, each with a comma before it."""
    told = past.told()
    return b"," + msgspec.json.encode(told)[1:-1] if told else b""


def _csv_rows(
    read: Callable[[int, int, int, Sequence[str], int], list[bytes]],
    node: Node,
    start: int,
    end: int,
    columns: Sequence[str],
    now: int,
) -> bytes:
    return csv_rows(node.hostname, read(node.id, start, end, columns, now))


def pieces_of(span: Span) -> list[tuple[int, int]]:
    """Return a span as pieces (start, end] of at most PIECE_SECONDS, ascending; a short one as one piece per core."""
    step = min(PIECE_SECONDS, max(LEAST_PIECE_SECONDS, -(-(span.end - span.start) // SIDE_BY_SIDE)))
    return [(start, min(start + step, span.end)) for start in range(span.start, span.end, step)]


def csv_rows(hostname: str, arrays: Sequence[bytes]) -> bytes:
    """Return JSON arrays of numbers as rows of CSV: "n1", b"[1,2]", b"[3.5,null]" -> b"n1,1,3.5\r\nn1,2,\r\n"."""
    if arrays[0] == b"[]":
        return b""
    # Numbers look the same in JSON and CSV, so none is parsed: parsing blocked the event loop for a tenth of a second.
    cells = (array[1:-1].replace(b"null", b"").split(b",") for array in arrays)
    begin = f"{hostname},".encode()
    return b"".join([begin + b",".join(row) + b"\r\n" for row in zip(*cells, strict=True)])


def _who(node: Node) -> bytes:
    return b'"node_id":%d,"hostname":%s' % (node.id, msgspec.json.encode(node.hostname))


def _members(found: Found, span: Span) -> list[bytes]:
    """Return the columns as pieces of JSON, each with a comma before it.

    A month is half a megabyte: join it only once.
    """
    if isinstance(found, tuple):
        return members_of(found, span.columns)
    names = ("timestamp", *span.columns)
    return [piece for name, array in zip(names, found, strict=True) for piece in (b',"%s":' % name.encode(), array)]


@lru_cache(maxsize=64)
def _read_fields(fields: str | None, usual: tuple[str, ...]) -> tuple[str, ...]:
    if fields is None:
        return usual
    asked = [field.strip() for field in fields.split(",")]
    for field in asked:
        if field not in VALUE_COLUMNS:
            raise BadInput(
                "fields names {field}; allowed are {names}.",
                field=quote(field),
                names=_listed(VALUE_COLUMNS),
            )
    return tuple(column for column in VALUE_COLUMNS if column in asked)


def _read_time(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 10):
        raise BadInput(
            "{name} is {text}; it must be a time in whole Unix seconds, such as 1640995200.",
            name=name,
            text=quote(text),
        )
    # Row ids hold a time in 32 bits.
    if int(text) >= 1 << 32:
        raise BadInput("{name} is {text}; times end at {last}.", name=name, text=text, last=(1 << 32) - 1)
    return int(text)


def _listed(names: Sequence[str] | dict[str, int]) -> Sentence | str:
    *first, last = names
    return Sentence("{names} or {last}", names=", ".join(first), last=last) if first else last
