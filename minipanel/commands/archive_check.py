"""`minipanel archive check`: compares database and engine, record by record."""

from __future__ import annotations

import os
import sys
import time
from functools import partial
from pathlib import Path

from minipanel.archive.engine import Engine
from minipanel.archive.reading_back import missing_of
from minipanel.archive.trouble import EngineError
from minipanel.commands.archive_status import archived_by
from minipanel.commands.moment import moment
from minipanel.commands.progress import Progress
from minipanel.database.beside import read_beside
from minipanel.database.full_records import hostnames, past_count, past_records
from minipanel.errors import CommandError
from minipanel.exits import DONE, FAILED
from minipanel.models.full_record import FullRecord
from minipanel.models.hour import DAY_SECONDS
from minipanel.sections import load_config
from minipanel.translations.language import Translate, translator

PIECE_RECORDS = 2016
SETTLED_SECONDS = 900
"""Newer records may still be on their way."""

SHOWN = 20


def check_archive(config_path: Path, since_days: float) -> int:
    """Compare the records of the last `since_days` days. Returns 0 if all match, otherwise 1.

    Raises ConfigError, DatabaseError; CommandError without [storage], or if the engine can't be read.
    """
    t = translator()
    config = load_config(config_path)
    engine = Engine(archived_by(config))
    os.nice(19)  # agents are answered first
    now = int(time.time())
    since, until = now - int(since_days * DAY_SECONDS), now - SETTLED_SECONDS
    database = config.database.path
    names = read_beside(database, hostnames)
    in_all = read_beside(database, partial(past_count, since=since, until=until))
    progress = Progress()
    compared, differing, last = 0, 0, -1

    def next_records() -> list[FullRecord]:
        read = partial(past_records, first=last + 1, since=since, until=until, limit=PIECE_RECORDS)
        return read_beside(database, read)

    try:
        while records := next_records():
            missing = missing_of(records, names, engine.read)
            if missing:
                progress.clear()
            _show([record for record in records if record.id in missing], names, differing, t)
            compared, differing, last = compared + len(records), differing + len(missing), records[-1].id
            progress.show(t("{count} of {all} records compared", count=compared, all=in_all))
    except EngineError as error:
        progress.clear()
        raise CommandError(str(error)) from None
    except KeyboardInterrupt:
        progress.clear()
        print(_result(compared, differing, t), file=sys.stderr)
        raise
    progress.clear()
    print(_result(compared, differing, t) if compared else t("There are no records to compare."))
    if differing:
        print(t("`minipanel archive push` sends them again."))
    return FAILED if differing else DONE


def _result(compared: int, differing: int, t: Translate) -> str:
    return t(
        "{count} records compared; {differing} are missing in the engine or differ.",
        count=compared,
        differing=differing,
    )


def _show(records: list[FullRecord], names: dict[int, str], before: int, t: Translate) -> None:
    for record in records[: max(0, SHOWN - before)]:
        print(
            t(
                "{node}, {time}: missing in the engine, or different",
                node=names[record.node_id],
                time=moment(record.timestamp),
            )
        )
