"""Starts and stops the running panel's archive. Without [storage], none of its parts are even loaded."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from minipanel.archive.config import STORAGE, StorageConfig
from minipanel.archive.trouble import EngineError
from minipanel.config import Config
from minipanel.errors import DatabaseError, TryLater
from minipanel.models.archive_state import ENGINE, ArchiveState
from minipanel.services.panel import Panel

if TYPE_CHECKING:
    from minipanel.archive.audit import Audit
    from minipanel.archive.copying import Copying
    from minipanel.archive.older import ArchiveOlder

log = logging.getLogger(__name__)

PAUSES = (10.0, 10.0, 20.0, 40.0, 60.0)
"""Seconds between rounds, by how many have failed in a row."""

LOOK_SECONDS = 30.0


class Archive:
    """The archive, as one task beside the panel."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._storage = StorageConfig()
        self._copying: Copying | None = None
        self._older: ArchiveOlder | None = None
        self._task: asyncio.Task[None] | None = None
        panel.archive_state = self.state

    def state(self) -> ArchiveState | None:
        """The archive's state; None without [storage]."""
        return None if self._copying is None else self._copying.state

    async def reload(self, config: Config) -> None:
        """Apply a changed configuration."""
        storage = config.of(STORAGE)
        if storage == self._storage and (self._task is None) == (storage.engine is None):
            return
        await self.close()
        self._storage = storage
        # Before the first sample: a late one may change a record that is already at the engine.
        await self._panel.ingest.run(self._panel.store.archive_on(storage.engine is not None))
        if storage.engine is not None:
            self._copying, audit, self._older = _parts(self._panel, storage)
            self._panel.reading.older = self._older
            self._panel.hours.evidence_days = storage.retention_days
            self._task = asyncio.create_task(self._run(self._copying, audit))

    async def close(self) -> None:
        """Stop. Records that were sent but not yet read back are read back after the next start."""
        if self._task is not None and self._copying is not None:
            self._copying.give_up()
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self._task = self._copying = None
        self._panel.reading.older, self._panel.hours.evidence_days = None, 0
        if self._older is not None:
            await self._older.close()
            self._older = None

    async def _run(self, copying: Copying, audit: Audit) -> None:
        failures, look_at = 0, 0.0
        while True:
            has_more = False
            try:
                has_more = await copying.round()
                failures = 0
                if not has_more:
                    await audit.if_due()
                if self._panel.uptime() >= look_at:
                    await copying.look_closer()
                    look_at = self._panel.uptime() + LOOK_SECONDS
                _note(copying, None)
            except EngineError as error:
                failures += 1
                _note(copying, error)
            except (DatabaseError, TryLater) as error:
                log.debug("%s", error)  # ingest reports the same trouble, to agents and in the log
            except Exception:
                log.exception("Archiving failed; it is tried again.")
                failures += 1
            if not has_more:
                await asyncio.sleep(PAUSES[min(failures, len(PAUSES) - 1)])


def _note(copying: Copying, error: EngineError | None) -> None:
    before = copying.state
    copying.note(error)
    now = copying.state
    if now.trouble is None and before.trouble is not None:
        log.warning("The archive goes on.")
    elif now.trouble != before.trouble:
        log.error("The archive waits: %s" if now.reason == ENGINE else "The archive: %s", now.trouble)


def _parts(panel: Panel, storage: StorageConfig) -> tuple[Copying, Audit, ArchiveOlder]:
    from minipanel.archive.audit import Audit
    from minipanel.archive.copying import Copying
    from minipanel.archive.engine import Engine
    from minipanel.archive.older import ArchiveOlder

    engine = Engine(storage)
    return Copying(panel, engine, storage), Audit(panel, engine), ArchiveOlder(panel, storage)
