"""The panel's database behind a small interface: write samples, read the newest ones, read history."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from minipanel.config import NodeConfig, UserConfig
from minipanel.database import access, archive, drawn_hours, evidence, hours, queries, tries
from minipanel.database.connection import (
    BUSY_SECONDS,
    IMPATIENT_SECONDS,
    explain,
    is_about_the_file,
    open_writer,
    set_patience,
)
from minipanel.database.filling import add_missing_columns, fill
from minipanel.database.merge import finish, finish_all, merge_pending, merge_sealed, seal
from minipanel.database.reader import DatabaseReader
from minipanel.database.schema import migrate
from minipanel.errors import DatabaseError
from minipanel.models.node import Node
from minipanel.models.record import END_OF_TIME, node_of, record_id, record_timestamp
from minipanel.models.sample import Sample

Job = Callable[[sqlite3.Connection], Any]
"""Work inside the writer's transaction. Its return value is its caller's answer."""

Merge = Callable[[sqlite3.Connection, int, Sample], bool]


@dataclass(frozen=True, slots=True)
class Written:
    """The result of writing a batch. `ignored`: the number of duplicates and of samples older than the history kept.

    `samples`: those that were stored.
    """

    stored: int
    ignored: int
    samples: tuple[Sample, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many records a step deleted, and the node where the next step begins; None if no old ones are left."""

    records: int
    next_node: int | None


class Store:
    """One writer, used by one thread; `reader` reads beside it."""

    def __init__(self, path: Path) -> None:
        """Open the database at `path`; create or migrate it if needed. Raises DatabaseError."""
        self.path = path
        self._writer = open_writer(path)
        self._patience_seconds = BUSY_SECONDS
        self._archived_until: int | None = None
        try:
            self.version = migrate(self._writer, path)
            add_missing_columns(self._writer)
            if missing := drawn_hours.missing_columns(self._writer):
                self._transact([lambda connection: drawn_hours.add_columns(connection, missing)])
            # Records up to these times may be in the history, or finished. Only for their samples is that looked up.
            self._sealed_until = queries.newest_sealed(self._writer)
            self._finished_until = queries.newest_finished(self._writer)
        except sqlite3.Error as error:
            self._writer.close()
            raise DatabaseError(explain(error, path)) from error
        except BaseException:
            self._writer.close()
            raise
        self.reader = DatabaseReader(path)

    def close(self) -> None:
        """Close all connections. The last one to close folds the write-ahead log into the database.

        Records being filled are finished first, so that an older release finds them too; nothing is lost if that fails.
        """
        self.reader.close()
        self.run([finish_all])
        self._writer.close()

    def run(self, jobs: Sequence[Job]) -> list[Any]:
        """Do all jobs in one transaction and return their results, with exceptions for the ones that failed.

        Nothing of a failed job is kept. If SQLite can't write, all jobs get a DatabaseError. If the fault is a job's
        own, the others are done anyway.
        """
        try:
            results = self._transact(jobs)
            self._wait_for_locks(BUSY_SECONDS)
            return results
        except Exception as error:
            if is_about_the_file(error):
                self._wait_for_locks(IMPATIENT_SECONDS)
            elif len(jobs) > 1:
                return [result for job in jobs for result in self.run([job])]
            sentence = DatabaseError(explain(error, self.path)) if isinstance(error, sqlite3.Error) else error
            return [sentence] * len(jobs)

    def changes(self) -> int:
        """Return how many rows were written since the start, including those rolled back. For the writer's thread."""
        return self._writer.total_changes

    def _wait_for_locks(self, seconds: float) -> None:
        if seconds != self._patience_seconds:
            set_patience(self._writer, seconds)
            self._patience_seconds = seconds

    def _transact(self, jobs: Sequence[Job]) -> list[Any]:
        connection = self._writer
        connection.execute("BEGIN IMMEDIATE")
        try:
            results = [job(connection) for job in jobs]
            connection.execute("COMMIT")
        except BaseException:
            # After some errors (disk full) SQLite has rolled back on its own.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return results

    def write_samples(self, node_id: int, samples: Sequence[Sample], oldest: int) -> Job:
        """Return the job that merges a node's samples into its records; those before `oldest` are ignored."""

        def write(connection: sqlite3.Connection) -> Written:
            stored = []
            merges: dict[int, Merge] = {}
            for sample in samples:
                if sample.timestamp < oldest:
                    continue
                timestamp = record_timestamp(sample.timestamp)
                merge = merges.get(timestamp)
                if merge is None:
                    merge = merges[timestamp] = self._merge(connection, node_id, timestamp)
                # One by one, to know which ones were there already.
                if merge(connection, node_id, sample):
                    stored.append(sample)
            self._archive_again(connection, node_id, stored)
            return Written(len(stored), len(samples) - len(stored), tuple(stored))

        return write

    def _merge(self, connection: sqlite3.Connection, node_id: int, timestamp: int) -> Merge:
        """Return the merge for the table that holds the record. Whatever the clock says, no record is in two tables."""
        if timestamp > self._finished_until:
            return fill
        record = record_id(node_id, timestamp)
        if timestamp <= self._sealed_until and queries.is_sealed(connection, record):
            return merge_sealed
        return merge_pending if queries.is_finished(connection, record) else fill

    def finish(self, until: int, late_until: int, limit: int) -> Job:
        """Return the job that finishes up to `limit` records whose time is over by `until`.

        Late records, up to `late_until`, go straight to the history; the others wait until seal() moves their hour.
        """

        def end(connection: sqlite3.Connection) -> int:
            self._finished_until = max(self._finished_until, until)
            self._sealed_until = max(self._sealed_until, min(until, late_until))
            return finish(connection, until, late_until, limit)

        return end

    def _archive_again(self, connection: sqlite3.Connection, node_id: int, stored: Sequence[Sample]) -> None:
        """Put changed records into the archive's queue again, in the transaction that changes them."""
        until = self._archived_until
        if until is not None:
            times = {record_timestamp(sample.timestamp) for sample in stored}
            archive.put_again(connection, [record_id(node_id, time) for time in times if time <= until])

    def archive_up_to(self, until: int) -> Job:
        """Return the job that queues the next batch of finished records for the archive.

        Its result: whether there was one. From then on, any change of a record queues it again.
        """

        def take_in(connection: sqlite3.Connection) -> bool:
            has_taken = archive.take_in(connection, until)
            self._archived_until = archive.archived_until(connection)
            return has_taken

        return take_in

    def archive_on(self, is_on: bool) -> Job:
        """Return the job that turns the queueing of changed records for the archive on or off."""

        def switch(connection: sqlite3.Connection) -> None:
            self._archived_until = archive.archived_until(connection) if is_on else None

        return switch

    def seal(self, until: int, limit: int) -> Job:
        """Return the job that moves up to `limit` records whose time is over by `until` into the history.

        This includes records being filled. If all are finished before, a node's records move together.
        """

        def move(connection: sqlite3.Connection) -> int:
            self._finished_until = max(self._finished_until, until)
            self._sealed_until = max(self._sealed_until, until)
            return finish(connection, until, until, limit) + seal(connection, until, limit)

        return move

    def has_older(self, before: int) -> Job:
        """Return the job that checks whether the history has a record older than `before`."""

        def look(connection: sqlite3.Connection) -> bool:
            oldest = queries.oldest_record(connection)
            return oldest is not None and oldest < before

        return look

    def forget(self, before: int, first_node: int, limit: int) -> Job:
        """Return the job that deletes up to `limit` records older than `before`, node by node from a given one on.

        Its result is Forgotten.
        """

        def forget(connection: sqlite3.Connection) -> Forgotten:
            gone = queries.forget(connection, before, first_node, limit)
            if len(gone) == limit:
                return Forgotten(limit, node_of(gone[-1]))
            drawn_hours.forget(connection, before, limit)
            return Forgotten(len(gone), None)

        return forget

    def go_on_with_hours(self, now: int) -> Job:
        """Return the job that marks the hours to be made up to `now`. Its result: whether more than a day remains."""
        return lambda connection: hours.go_on(connection, now)

    def make_hours(self, limit: int, now: int = END_OF_TIME) -> Job:
        """Return the job that makes up to `limit` node-days. Its result: how many."""
        return lambda connection: hours.make_due(connection, limit, now)

    def forget_hours(self, before: int, limit: int, evidence_before: int | None = None) -> Job:
        """Return the job that deletes up to `limit` node-days that ended before `before`. Its result: how many.

        When all are deleted, it also deletes evidence older than `before`, or than `evidence_before` if given.
        """

        def forget(connection: sqlite3.Connection) -> int:
            gone = hours.forget_hours(connection, before, limit)
            if gone < limit:
                evidence.forget_evidence(connection, before if evidence_before is None else evidence_before)
            return gone

        return forget

    def note(self, notes: evidence.Notes) -> Job:
        """Return the job that stores the panel's notes."""

        def note(connection: sqlite3.Connection) -> None:
            evidence.put_notes(connection, notes)

        return note

    def note_backup(self, tried_at: int, trouble: str | None) -> Job:
        """Return the job that stores the result of the panel's last try to make a copy."""
        return lambda connection: tries.put_backup_try(connection, tried_at, trouble)

    def follow(self, accounts: Sequence[UserConfig], nodes: Sequence[NodeConfig], now: int) -> Job:
        """Return the job that makes the tables match the configuration. Its result: the list of all nodes."""

        def follow(connection: sqlite3.Connection) -> list[Node]:
            access.put_only_users(connection, accounts, now)
            for node in nodes:
                queries.put_node(connection, node.name, node.ip, node.hostname, node.enabled, now)
            configured = {node.hostname.lower() for node in nodes}
            gone = [node.id for node in queries.nodes(connection) if node.hostname.lower() not in configured]
            queries.disable_nodes(connection, gone, now)
            return queries.nodes(connection)

        return follow
