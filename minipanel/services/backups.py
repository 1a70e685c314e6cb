"""Backups of the database that the panel makes automatically, one a day, if [backup] names a folder."""

from __future__ import annotations

import asyncio
import logging
import os
import pwd
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Event, Thread

from minipanel.config import Config
from minipanel.database.backup import back_up
from minipanel.database.store import Store
from minipanel.errors import DatabaseError, TryLater
from minipanel.machine.nice import be_nice
from minipanel.machine.uptime import uptime
from minipanel.models.megabytes import megabytes
from minipanel.services.backup_config import BACKUP, BackupConfig
from minipanel.services.copies import copies_in, day_of, leftovers_in, name_at, superfluous
from minipanel.services.ingest import Ingest

log = logging.getLogger(__name__)

LOOK_SECONDS = 20
RETRY_SECONDS = 3600
"""Wait this long after a failed copy: the cause seldom goes away sooner, and a try may be expensive."""

PAUSE_SECONDS = 0.5
"""The longest pause after each step of a copy. A pause lasts as long as the step did, so others can use the disk."""

CLOSE_SECONDS = 1.0
"""How long a stop waits for the thread, which a disk may block. The next copy deletes its leftovers."""


class Backups:
    """One loop, and one thread while it copies. Without a folder there are neither."""

    def __init__(
        self,
        config: Config,
        store: Store,
        ingest: Ingest,
        clock: Callable[[], float] = time.time,
        uptime: Callable[[], float] = uptime,
    ) -> None:
        self._config = config.of(BACKUP)
        self._path = config.path
        self._store = store
        self._ingest = ingest
        self._clock = clock
        self._uptime = uptime
        self._task: asyncio.Task[None] | None = None
        self._stop = Event()
        self._done: date | None = None
        self._next_try = 0.0
        self._trouble: str | None = None

    def start(self) -> None:
        """Start the loop if a folder is set."""
        if self._config.folder is not None:
            self._task = asyncio.create_task(self._repeat())

    async def reload(self, config: Config) -> None:
        """Apply a changed configuration; a copy under way for the old one is abandoned."""
        if config.of(BACKUP) != self._config:
            await self.close()
            self._config = config.of(BACKUP)
            self._stop = Event()  # the old thread keeps its own event
            self._done, self._next_try, self._trouble = None, 0.0, None
            self.start()

    async def close(self) -> None:
        """Stop the loop, and any copy under way."""
        self._stop.set()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=CLOSE_SECONDS)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def last_made_at(self) -> float | None:
        """Return when the newest copy was made, in Unix seconds; without a copy, since when there could have been one.

        None if no folder is set. Raises OSError if the folder can't be read. May block for as long as its disk does.
        """
        folder, config = self._config.folder, self._path
        found: list[float] = []
        if folder is None:
            return None

        def read() -> None:
            # A wrong clock may have dated a copy in the future.
            times = [copy.made_at for copy in copies_in(folder) if copy.made_at <= self._clock()]
            found.append(max(times, default=0) or config.stat().st_mtime)

        await _in_thread(read)
        return found[0]

    async def look(self) -> None:
        """Make today's copy if it is due and missing. What prevents that is logged and recorded once."""
        now = self._clock()
        day = day_of(now, self._config.at)
        if self._config.folder is None or day == self._done or self._uptime() < self._next_try:
            return
        self._next_try = self._uptime() + RETRY_SECONDS
        trouble = None
        try:
            await _in_thread(_Run(self._store.path, self._config.folder, self._config, now, self._stop).work)
            self._done = day
        except (DatabaseError, OSError) as error:
            trouble = str(error)
        if self._stop.is_set():
            return
        if trouble and trouble != self._trouble:
            log.error("No backup was made: %s", trouble)
        self._trouble = trouble
        await self._ingest.run(self._store.note_backup(int(now), trouble))

    async def _repeat(self) -> None:
        while not self._stop.is_set():
            try:
                await self.look()
            except (DatabaseError, TryLater) as error:
                # Ingest reports the same trouble, to agents and in the log.
                log.debug("%s", error)
            except Exception:
                log.exception("The backup failed; it is tried again.")
            for _ in range(LOOK_SECONDS):
                if self._stop.is_set():
                    return
                await asyncio.sleep(1)


@dataclass(frozen=True, slots=True)
class _Run:
    """The work of the thread: look into the folder, copy if the day has no copy, delete superfluous copies."""

    database: Path
    folder: Path
    config: BackupConfig
    now: float
    stop: Event

    def work(self) -> None:
        """Do the work. Raises DatabaseError, OSError."""
        be_nice()
        self._refuse()
        day = day_of(self.now, self.config.at)
        if any(day_of(copy.made_at, self.config.at) == day for copy in copies_in(self.folder)):
            return
        for path in leftovers_in(self.folder):
            path.unlink(missing_ok=True)
        target = self.folder / name_at(self.now)
        done = back_up(self.database, target, False, _Pace(), lambda: not self.stop.is_set())
        log.info("Backup: %s, %d records, %s MB, sound.", target, done.records, megabytes(done.size_bytes, 1))
        others = [copy for copy in copies_in(self.folder) if copy.path != target]
        for copy in superfluous(others, self.config.keep - 1, self.now):
            copy.path.unlink(missing_ok=True)
            log.info("Backup: %s was dropped, %d are kept.", copy.path, self.config.keep)

    def _refuse(self) -> None:
        place = f"[backup] folder is {self.folder}"
        if self.folder.resolve() == self.database.parent.resolve():
            raise DatabaseError(
                "{place}, where the database itself is; name another folder, preferably on another disk.", place=place
            )
        if not self.folder.is_dir():
            raise DatabaseError(
                "{place}, and there is no such folder; make it, then run `minipanel setup`.", place=place
            )
        if not os.access(self.folder, os.W_OK | os.X_OK):
            raise DatabaseError(
                "{place}, where the panel can't write; make the user {user} its owner, then run `minipanel setup`.",
                place=place,
                user=_user(),
            )


class _Pace:
    """Leaves the disk to others between two steps of a copy."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def __call__(self, _part: float) -> None:
        time.sleep(min(PAUSE_SECONDS, time.monotonic() - self._since))
        self._since = time.monotonic()


def _user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


async def _in_thread(work: Callable[[], None]) -> None:
    """Do the work in a daemon thread: a disk may block it, and the end of the process must not wait for it."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def report(error: BaseException | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)

    def run() -> None:
        error: BaseException | None = None
        try:
            work()
        except BaseException as raised:
            error = raised
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(report, error)

    Thread(target=run, name="backup", daemon=True).start()
    await done
