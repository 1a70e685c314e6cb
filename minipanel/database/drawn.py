"""The SQL that reads records as charts draw them: hours that are written already, and single records around them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from minipanel.database.counted import COUNTED
from minipanel.database.drawn_hours import MAY_BE_NULL, OFTEN_EQUAL, have
from minipanel.database.queries import ALL, NEWER, span_of
from minipanel.models.arrays import Drawn, Run, joined_runs, runs_of
from minipanel.models.hour import HOUR_SECONDS, RECORDS_AN_HOUR
from minipanel.models.record import RECORD_SECONDS, VALUE_COLUMNS

_WHOLE: Final = ord("h")
"""The mark before the time of an hour that has all its records."""

_PART: Final = ord("p")
"""The mark before the times of an hour that has some records or none, with colons between: its own time, and theirs."""


def drawn_columns(
    connection: sqlite3.Connection, node_id: int, start: int, end: int, columns: Sequence[str], now: int
) -> Drawn:
    """Return the records with timestamps in (start, end], in the precision of charts (models/reader.Reader.drawn).

    A record that is not in the history yet is shown once its time has passed, so not after `now`.
    """
    usual, in_order = _reads(tuple(columns))
    span = span_of(node_id, start, end, now)
    # One statement sees one state: a record that moves between the tables meanwhile is neither missed nor read twice.
    read = connection.execute(usual, span).fetchone()
    width = len(read) // 2
    last_moved, moved, times = read[:3]
    first_newer, newer, newer_times = read[width : width + 3]
    # Otherwise a late record is still being filled.
    if last_moved is None or first_newer is None or last_moved < first_newer:
        found = _runs_of_moved(times, moved, start)
        if found is not None:
            passed, runs = found
            if newer:
                runs = joined_runs([*runs, *_runs_of_records(newer_times, newer)], RECORD_SECONDS)
            return runs, [
                _array(_later(read[place], passed) if passed else read[place], read[width + place])
                for place in range(3, width)
            ]
    _, count, times, *values = connection.execute(in_order, span).fetchone()
    return _runs_of_records(times, count), [_array(column, None) for column in values]


def _runs_of_moved(times: bytes | None, count: int, start: int) -> tuple[int, list[Run]] | None:
    """Return how many records are not after `start`, and the times of the others as runs.

    None if an hour between others is to be made again. Without a gap, as is usual, only the ends are looked at.
    """
    if times is None:
        return 0, []
    word, last_word = _ends(times)
    if word[0] != _PART and last_word[0] != _PART:
        first = int(word[1:]) - HOUR_SECONDS + RECORD_SECONDS if word[0] == _WHOLE else int(word)
        last = int(last_word[1:] if last_word[0] == _WHOLE else last_word)
        if last - first == (count - 1) * RECORD_SECONDS:
            return _after(start, [(first, count)])
    return _runs_of_words(times.split(b","), start)


def _runs_of_words(words: Sequence[bytes], start: int) -> tuple[int, list[Run]] | None:
    runs: list[Run] = []
    hour = 0
    for word in words:
        if word[0] == _WHOLE:
            end = int(word[1:])
            runs.append((end - HOUR_SECONDS + RECORD_SECONDS, RECORDS_AN_HOUR))
        elif word[0] == _PART:
            end, *times = map(int, word[1:].split(b":"))
            runs += runs_of(times, RECORD_SECONDS)
        else:
            runs.append((int(word), 1))
            continue
        if hour and end != hour + HOUR_SECONDS:
            return None
        hour = end
    return _after(start, joined_runs(runs, RECORD_SECONDS))


def _after(start: int, runs: list[Run]) -> tuple[int, list[Run]]:
    """Return how many of the times are not after `start`, and the others."""
    passed = 0
    for place, (first, count) in enumerate(runs):
        here = min(count, max(0, start + RECORD_SECONDS - first) // RECORD_SECONDS)
        passed += here
        if here < count:
            return passed, [(first + here * RECORD_SECONDS, count - here), *runs[place + 1 :]]
    return passed, []


def _runs_of_records(times: bytes | None, count: int) -> list[Run]:
    if times is None:
        return []
    first, last = map(int, _ends(times))
    if last - first == (count - 1) * RECORD_SECONDS:
        return [(first, count)]
    return runs_of(list(map(int, times.split(b","))), RECORD_SECONDS)


def _ends(words: bytes) -> tuple[bytes, bytes]:
    return words[: words.find(b",")] if b"," in words else words, words[words.rfind(b",") + 1 :]


def _later(column: bytes | None, passed: int) -> bytes | None:
    """Return a column without its first values; None if there are no more."""
    if column is None:
        return None
    *skipped, rest = column.split(b",", passed)
    return rest if len(skipped) == passed else None


def _array(moved: bytes | None, newer: bytes | None) -> bytes:
    if moved is None or newer is None:
        return b"[%s]" % (moved or newer or b"")
    return b"[%s,%s]" % (moved, newer)


@lru_cache(maxsize=64)
def _reads(columns: tuple[str, ...]) -> tuple[str, str]:
    """Return two statements: the history and what has not moved there yet, side by side, and all records in order.

    Each part is its last id (of newer records the first), the number of records, their times and the columns, as text.
    The history is hours where there are any, and records before and after them.
    """
    asked = [column for column in VALUE_COLUMNS if column in columns]
    there = f"drawn_hours WHERE id BETWEEN :first AND :last AND {have(asked)}"
    hours = ", ".join(("id", "records", f"{_TIMES} AS times", *map(_of_hour, asked)))
    records = ", ".join(("1 AS records", "timestamp AS times", *map(_of_record, asked)))
    # These bytes go into the answer unchanged: decoding and encoding them took a tenth longer for a month.
    joined = ", ".join(f"CAST(group_concat({column}) AS BLOB)" for column in ("times", *asked))
    history = f"SELECT id, {records} FROM system_metrics NOT INDEXED WHERE id BETWEEN"
    moved = (
        f"{history} :first AND ifnull((SELECT min(id) - {HOUR_SECONDS} FROM {there}), :last) "
        f"UNION ALL SELECT {hours} FROM {there} "
        f"UNION ALL {history} (SELECT max(id) + 1 FROM {there}) AND :last"
    )
    newer, everything = (source.format(columns=records) for source in (NEWER, ALL))
    beside = f"(SELECT max(id), sum(records), {joined} FROM ({moved}))"
    beside += f" CROSS JOIN (SELECT min(id), count(*), {joined} FROM {newer})"
    return f"SELECT * FROM {beside}", f"SELECT NULL, count(*), {joined} FROM {everything}"


def _of_record(column: str) -> str:
    number = COUNTED[column]
    return f"ifnull({number}, 'null') AS {column}" if column in MAY_BE_NULL else f"{number} AS {column}"


def _of_hour(column: str) -> str:
    if column not in OFTEN_EQUAL:
        return column
    repeated = f"replace(substr('{_PLACES}', 1, 2 * records - 1), 'n', {column})"
    return f"CASE typeof({column}) WHEN 'integer' THEN {repeated} ELSE {column} END AS {column}"


_PLACES: Final = ",".join("n" * RECORDS_AN_HOUR)
_TIMES: Final = f"ifnull(times, '{chr(_WHOLE)}' || (id & 4294967295))"
