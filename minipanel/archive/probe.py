"""Whether the engine works as required: it accepts, answers, and keeps records for long enough."""

from __future__ import annotations

import contextlib
import time

from minipanel.archive.config import StorageConfig
from minipanel.archive.engine import Engine
from minipanel.archive.trouble import EngineError
from minipanel.models.hour import DAY_SECONDS


def trouble_of(storage: StorageConfig) -> str | None:
    """Ask the engine, and return what is wrong in one sentence, None if nothing is."""
    engine, now = Engine(storage), int(time.time())
    try:
        engine.write("")
        engine.nodes(now - 3600, now)
    except EngineError as error:
        return str(error)
    return retention_trouble(engine, storage)


def retention_trouble(engine: Engine, storage: StorageConfig) -> str | None:
    """Return a sentence if the engine keeps records for a shorter time than configured, else None."""
    kept = None
    # Only a single node reports it; the parts of a cluster answer something else there.
    with contextlib.suppress(EngineError):
        kept = engine.retention_seconds()
    if kept is not None and kept < storage.retention_days * DAY_SECONDS:
        return (
            f"{storage.write_url} keeps records for {int(kept / DAY_SECONDS)} days only, and [storage] retention_days "
            f"is {storage.retention_days}; start it with -retentionPeriod={storage.retention_days}d or more."
        )
    return None
