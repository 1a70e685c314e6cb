"""The file that keeps the nodes' last hours when the panel's process ends: memory-mapped, or written at a stop.

Its first page describes its columns, so that a release with more or fewer metrics can still read it. Sheets follow
(sheet.py). Unreadable parts are skipped: the records fill in for them.
"""

from __future__ import annotations

import logging
import mmap
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from minipanel.machine.regular_file import open_regular
from minipanel.models.metrics import METRICS
from minipanel.models.node import Node
from minipanel.models.sample import Sample
from minipanel.models.shape import made
from minipanel.services.lasthour import LastHour
from minipanel.services.sheet import (
    FORMS,
    HEAD_BYTES,
    MARKS,
    NODES,
    SHEET_BYTES,
    SLOTS,
    Form,
    Sheet,
    places_of,
    words_in,
)

log = logging.getLogger(__name__)

MAGIC = b"MiniPanel last hours\n"
PAGE_BYTES = mmap.PAGESIZE
MOST_BYTES = 4 * 2**30
"""Enough for 390,000 nodes. No panel writes a larger file."""


Totals = tuple[int | float | None, ...]

TOTALS: Final = tuple(metric.of_total for metric in METRICS if metric.of_total is not None)
_read_totals = attrgetter(*TOTALS, "timestamp")


def totals_of(sample: Sample) -> Totals:
    """Return a sample's totals: the values of TOTALS, which its metrics are parts of."""
    return _read_totals(sample)[:-1]


class About(msgspec.Struct, frozen=True, omit_defaults=True):
    """The node of an hour, and what is shown with it. `totals`: of the newest sample, in the order of `names`."""

    node_id: int
    hostname: str
    totals: Totals = ()
    sensor: str | None = None
    agent_version: str | None = None
    cpu_temp_limit: float | None = None
    names: tuple[str, ...] = TOTALS

    def words(self) -> bytes:
        """Return it in the form that LastHour.describe keeps."""
        return _as_json(self)


class _Column(msgspec.Struct, frozen=True, array_like=True):
    name: str
    kind: Annotated[str, msgspec.Meta(pattern="^[hq]$")]
    scale: int
    none: int


class _Description(msgspec.Struct, frozen=True):
    layout: Literal[1]
    page: int
    nodes: int
    slots: int
    head: int
    columns: list[_Column]


_as_json = msgspec.json.encode
_about_of = msgspec.json.Decoder(About).decode
_description_of = msgspec.json.Decoder(_Description).decode

_SIZES = PAGE_BYTES, NODES, SLOTS, HEAD_BYTES
_FIRST_PAGE = (
    MAGIC + _as_json(_Description(1, *_SIZES, [_Column(form.name, form.kind, form.scale, form.none) for form in FORMS]))
).ljust(PAGE_BYTES, b"\0")


@dataclass(frozen=True, slots=True)
class Kept:
    """What an earlier panel kept of a node: its hour, which is now in the new file, and its description."""

    hour: LastHour
    about: About

    def last_sample(self, last_seen: int) -> Sample | None:
        """Return the newest sample of the hour that ends with this timestamp, None if there is none."""
        times = self.hour.times(last_seen)
        values = self.hour.at(times[-1]) if times else None
        if values is None:
            return None
        named = {metric.name: value for metric, value in zip(METRICS, values, strict=True)}
        known = dict(zip(self.about.names, self.about.totals, strict=False))
        named.update((name, known.get(name)) for name in TOTALS)
        if any(
            metric.of_total and named[metric.name] is not None and not known.get(metric.of_total) for metric in METRICS
        ):
            return None
        return made(Sample, self.about.hostname, times[-1], **named)


class HourFile:
    """The memory of all last hours."""

    def __init__(self, path: Path | None = None, is_mapped: bool = False) -> None:
        """`path` None: nothing is kept.

        `is_mapped`: the file is up to date at every moment; otherwise only after a stop.
        """
        self._path = path
        self._is_mapped = is_mapped
        self._descriptor: int | None = None
        self._sheets: list[Sheet] = []
        self._taken = 0

    def restore(self, nodes: Sequence[Node]) -> dict[int, Kept]:
        """Begin a new file. Returns what an earlier panel kept of these nodes, by id. Called once, in a thread."""
        if self._path is None:
            return {}
        kept: dict[int, Kept] = {}
        old = self._opened(self._path)
        try:
            if self._is_mapped:
                self._descriptor = _begun(_part_of(self._path))
            if old is not None:
                kept = self._taken_over(self._path, old, {node.id: node for node in nodes})
            if self._descriptor is not None:
                _part_of(self._path).replace(self._path)
        except OSError as error:
            self._tell_not_kept(error)
        finally:
            if old is not None:
                os.close(old)
        return kept

    def new(self) -> LastHour:
        """Return an empty hour with a place in the file."""
        sheet, place = self._next_place()
        sheet.clear(place)
        return LastHour(sheet, place)

    def close(self) -> None:
        """Write the file, unless it is mapped. Called in a thread; nothing is added any more."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        elif self._path is not None and not self._is_mapped and self._sheets:
            try:
                _write(self._path, self._sheets)
            except OSError as error:
                self._tell_not_kept(error)

    def _next_place(self) -> tuple[Sheet, int]:
        sheet, place = divmod(self._taken, NODES)
        if sheet == len(self._sheets):
            self._sheets.append(self._new_sheet())
        self._taken += 1
        return self._sheets[sheet], place

    def _new_sheet(self) -> Sheet:
        if self._descriptor is not None:
            try:
                return _mapped(self._descriptor, PAGE_BYTES + len(self._sheets) * SHEET_BYTES)
            except OSError as error:
                self._tell_not_kept(error)
                os.close(self._descriptor)
                self._descriptor = None
                self._path = None
        return Sheet.in_memory()

    def _opened(self, path: Path) -> int | None:
        """Return a descriptor of the previous file if a new one may replace it; None if no file is to be used."""
        try:
            descriptor = open_regular(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._tell_unused(path, error.strerror)
            return None
        if os.fstat(descriptor).st_uid == os.geteuid():
            return descriptor
        os.close(descriptor)
        self._tell_unused(path, "it belongs to another user")
        return None

    def _taken_over(self, path: Path, old: int, nodes: Mapping[int, Node]) -> dict[int, Kept]:
        try:
            return {about.node_id: self._put(about, parts) for about, parts in _hours_in(old, nodes)}
        except ValueError as error:
            self._tell_unused(path, error)
            return {}

    def _put(self, about: About, parts: Mapping[str, bytes]) -> Kept:
        sheet, place = self._next_place()
        sheet.clear(place)
        sheet.put(place, parts)
        hour = LastHour(sheet, place)
        hour.describe(about.words())
        return Kept(hour, about)

    def _tell_unused(self, path: Path, reason: object) -> None:
        log.warning("The last hours in %s are not used: %s. Records fill in for them.", path, reason)

    def _tell_not_kept(self, error: OSError) -> None:
        log.warning("The last hours can't be kept in %s: %s. A restart empties them.", self._path, error.strerror)


def _part_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.new")


def _begun(path: Path) -> int:
    """Return a descriptor of a new file with its first page."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    os.pwrite(descriptor, _FIRST_PAGE, 0)
    return descriptor


def _mapped(descriptor: int, begin: int) -> Sheet:
    # Reserve the memory now: writing to a page that the file system can't provide would end the process (SIGBUS).
    os.posix_fallocate(descriptor, begin, SHEET_BYTES)
    return Sheet(mmap.mmap(descriptor, SHEET_BYTES, offset=begin))


def _write(path: Path, sheets: Sequence[Sheet]) -> None:
    part = _part_of(path)
    with os.fdopen(_begun(part), "wb") as file:
        file.seek(PAGE_BYTES)
        for sheet in sheets:
            file.write(sheet.content())
    part.replace(path)


def _hours_in(descriptor: int, nodes: Mapping[int, Node]) -> Iterator[tuple[About, dict[str, bytes]]]:
    """Yield what a file has of these nodes: each hour's description, and its columns in the present form.

    A node whose head was half written is skipped. Raises ValueError with the reason if the file is of another kind or
    can't be read.
    """
    size = os.fstat(descriptor).st_size
    forms = _forms_in(os.pread(descriptor, PAGE_BYTES, 0))
    *begins, length = places_of(forms)
    if size > MOST_BYTES or (size - PAGE_BYTES) % length:
        raise ValueError(f"it has {size} bytes, so it is cut off or damaged")
    met = set()
    for sheet in range(PAGE_BYTES, size, length):
        heads = os.pread(descriptor, NODES * HEAD_BYTES, sheet)
        for place in range(NODES):
            about = _about(heads[place * HEAD_BYTES : (place + 1) * HEAD_BYTES], nodes)
            if about is None or about.node_id in met:
                continue
            met.add(about.node_id)
            yield (
                about,
                {
                    form.name: os.pread(descriptor, form.size_bytes, sheet + begin + place * form.size_bytes)
                    for begin, form in zip(begins, (MARKS, *forms), strict=True)
                    if form in FORMS or form is MARKS
                },
            )


def _forms_in(page: bytes) -> tuple[Form, ...]:
    """Return the columns that the first page describes. Raises ValueError."""
    if not page.startswith(MAGIC):
        raise ValueError("it is not a file of last hours")
    try:
        description = _description_of(page[len(MAGIC) :].rstrip(b"\0"))
    except msgspec.MsgspecError:
        raise ValueError("another version of MiniPanel wrote it") from None
    if (description.page, description.nodes, description.slots, description.head) != _SIZES:
        raise ValueError("another version of MiniPanel wrote it")
    return tuple(Form(column.name, column.kind, column.scale, column.none) for column in description.columns)


def _about(head: bytes, nodes: Mapping[int, Node]) -> About | None:
    words = words_in(head)
    if words is None:
        return None
    try:
        about = _about_of(words)
    except msgspec.MsgspecError:
        return None
    node = nodes.get(about.node_id)
    # A new database starts its ids again.
    return about if node is not None and node.hostname.lower() == about.hostname.lower() else None
