"""Reads records back from the engine, and finds those that are missing or differ there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from minipanel.archive.engine import Series
from minipanel.archive.pieces import pieces
from minipanel.archive.points import Points, points_of, stamp_of, timestamp_of
from minipanel.models.full_record import FullRecord
from minipanel.models.record import RECORD_SECONDS

Read = Callable[[Sequence[str], int, int], Iterable[Series]]
"""As Engine.read: takes hostnames, the first and the last stamp."""

MANY_OF_A_NODE = 20
"""This many records of one node are read in one query; fewer are read together with other nodes' of the same hour."""

NODES_AT_ONCE = 500
GROUP_SECONDS = 3600

Columns = dict[tuple[str, str], tuple[list[int], list[float | None]]]
"""Stamps and values of each series, by its node and name."""

Stamped = tuple[int, Points]
"""The newest revision of a record at the engine: how many samples it has, and its points."""


def missing_of(records: Sequence[FullRecord], hostnames: Mapping[int, str], read: Read) -> set[int]:
    """Return the ids of the records that the engine lacks, or has with other values.

    A record counts as found if the engine has it with more samples: a restored database knows less, and its revisions
    would never replace the engine's newer one.
    """
    missing = set()
    for group in groups_of(records):
        series = list(read(*_span(group, hostnames)))
        # Nearly always nothing is there, or everything: both are checked before single records are compared.
        if not series:
            missing |= {record.id for record in group}
            continue
        if _columns_found(series) == _columns_sent(group, hostnames):
            continue
        found = newest_revisions(series)
        missing |= {record.id for record in group if not _is_there(record, found.get(_key(record, hostnames)))}
    return missing


def newest_of(
    records: Sequence[FullRecord], hostnames: Mapping[int, str], read: Read
) -> dict[tuple[str, int], Stamped]:
    """Return the newest revisions of these records at the engine, by node name and time."""
    return newest_revisions(read(*_span(records, hostnames)))


def _span(records: Sequence[FullRecord], hostnames: Mapping[int, str]) -> tuple[Sequence[str], int, int]:
    """Return what to read: the nodes, the first and the last stamp."""
    names = sorted({hostnames[id].lower() for id in {record.node_id for record in records}})
    times = [record.timestamp for record in records]
    return names, stamp_of(min(times), 1), max(times) * 1000


def _columns_sent(records: Sequence[FullRecord], hostnames: Mapping[int, str]) -> Columns:
    """Return what the engine holds if it has exactly these records, ascending in time."""
    columns: Columns = defaultdict(lambda: ([], []))
    for record in records:
        node = hostnames[record.node_id].lower()
        stamp = stamp_of(record.timestamp, record.samples)
        for name, value in points_of(record).items():
            stamps, values = columns[node, name]
            stamps.append(stamp)
            values.append(value)
    return columns


def _columns_found(found: Iterable[Series]) -> Columns:
    columns: Columns = defaultdict(lambda: ([], []))
    for series in found:
        stamps, values = columns[series.node, series.name]
        stamps.extend(series.stamps)
        values.extend(series.values)
    return columns


def newest_revisions(found: Iterable[Series]) -> dict[tuple[str, int], Stamped]:
    """Return the newest revision of each record in these series, by node name and time."""
    of_node: dict[str, dict[int, Points]] = defaultdict(dict)
    for series in found:
        at, name = of_node[series.node], series.name
        for stamp, value in zip(series.stamps, series.values, strict=True):
            if value is not None:
                at.setdefault(stamp, {})[name] = value
    revisions: dict[tuple[str, int], Stamped] = {}
    for node, at in of_node.items():
        for stamp in sorted(at):
            with suppress(ValueError):  # another program's point
                timestamp, samples = timestamp_of(stamp)
                revisions[node, timestamp] = samples, at[stamp]
    return revisions


def groups_of(records: Sequence[FullRecord]) -> Iterator[Sequence[FullRecord]]:
    """Yield the records in groups such that one query per group reads few other records."""
    of_node: dict[int, list[FullRecord]] = defaultdict(list)
    for record in records:
        of_node[record.node_id].append(record)
    of_hour: dict[int, list[FullRecord]] = defaultdict(list)
    for own in of_node.values():
        if len(own) >= MANY_OF_A_NODE:
            yield own
            continue
        for record in own:
            of_hour[record.timestamp // GROUP_SECONDS].append(record)
    for together in of_hour.values():
        yield from pieces(together, NODES_AT_ONCE)


def _key(record: FullRecord, hostnames: Mapping[int, str]) -> tuple[str, int]:
    return hostnames[record.node_id].lower(), record.timestamp


def _is_there(record: FullRecord, found: Stamped | None) -> bool:
    if found is None:
        return False
    samples, points = found
    return samples > record.samples or (samples == record.samples and points == points_of(record))


assert GROUP_SECONDS % RECORD_SECONDS == 0, "an hour is whole records"
