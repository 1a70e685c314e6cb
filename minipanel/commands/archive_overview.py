"""The state of the archive, for `minipanel archive status`, `status` and `doctor`."""

from __future__ import annotations

from dataclasses import dataclass

from minipanel.archive.config import STORAGE, StorageConfig
from minipanel.archive.probe import trouble_of
from minipanel.archive.trouble import DIFFERING_TRIES, differing_sentence
from minipanel.config import Config
from minipanel.database import archive as sql
from minipanel.database.archive import Queue
from minipanel.database.archive_push import Push, push_state
from minipanel.database.beside import read_beside
from minipanel.errors import DatabaseError


@dataclass(frozen=True, slots=True)
class ArchiveOverview:
    """The state of the archive; times are in Unix seconds.

    `waiting`: records not yet known to be at the engine; `oldest`: the time of the oldest of them. `since`: from this
    time on, every record is there or waits; 0 if none is. `differing`: records that read back wrong repeatedly.
    `audited_at`: when the last comparison was made; `differed`: in how many days of a node it found records missing,
    None if there was nothing to compare.
    """

    engine: str
    waiting: int
    unsent: int
    oldest: int | None
    since: int
    until: int
    differing: int
    audited_at: int
    differed: int | None
    push: Push | None
    trouble: str | None


def look_at_archive(config: Config) -> ArchiveOverview | None:
    """Ask the engine, read the queue, and return the state; None without [storage]. Raises nothing of its own."""
    storage = config.of(STORAGE)
    if storage.engine is None:
        return None
    trouble = trouble_of(storage)
    try:
        queue, since, audited, push = read_beside(
            config.database.path,
            lambda connection: (
                sql.queue(connection, DIFFERING_TRIES),
                sql.archived_since(connection),
                sql.audited(connection),
                push_state(connection),
            ),
        )
    except DatabaseError:  # the line on the database reports it
        queue, since, audited, push = Queue(0, 0, None, 0, 0), 0, (0, 0), None
    trouble = trouble or _differing(queue, storage)
    return ArchiveOverview(
        engine=storage.write_url or "",
        waiting=queue.waiting,
        unsent=queue.unsent,
        oldest=queue.oldest,
        since=since,
        until=queue.until,
        differing=queue.differing,
        audited_at=audited[0],
        differed=audited[1],
        push=push,
        trouble=trouble,
    )


def _differing(queue: Queue, storage: StorageConfig) -> str | None:
    return differing_sentence(queue.differing, storage.reads_from) if queue.differing else None
