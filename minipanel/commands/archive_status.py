"""`minipanel archive status`: shows the progress of the archive."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from minipanel.archive.config import STORAGE, StorageConfig
from minipanel.commands.archive_overview import ArchiveOverview, look_at_archive
from minipanel.commands.moment import moment
from minipanel.commands.tables import plain_lines
from minipanel.config import Config
from minipanel.errors import CommandError
from minipanel.exits import DONE, FAILED
from minipanel.sections import load_config
from minipanel.translations.language import Translate, translator


def show_archive(config_path: Path, as_json: bool) -> int:
    """Print the state. Returns 0 if all is well, otherwise 1. Raises ConfigError, CommandError without [storage]."""
    config = load_config(config_path)
    archived_by(config)
    overview = look_at_archive(config)
    assert overview is not None
    if as_json:
        print(json.dumps(asdict(overview), indent=2))
    else:
        print("\n".join(plain_lines(_rows(overview, translator()))))
    return FAILED if overview.trouble else DONE


def archived_by(config: Config) -> StorageConfig:
    """Return [storage]. Raises CommandError if there is none."""
    storage = config.of(STORAGE)
    if storage.engine is None:
        t = translator()
        raise CommandError(t("There is no archive: {path} has no [storage].", path=config.path))
    return storage


def archive_line(overview: ArchiveOverview, t: Translate) -> str:
    """Return the state in one line, without any trouble."""
    if overview.oldest is None:
        said = "{engine}: all records archived" if overview.push is None else "{engine}: sending earlier records"
        return t(said, engine=overview.engine)
    return t(
        "{engine}: {count} records waiting, the oldest from {time}",
        engine=overview.engine,
        count=overview.waiting,
        time=moment(overview.oldest),
    )


def _rows(overview: ArchiveOverview, t: Translate) -> list[tuple[str, str]]:
    rows = [(t("engine"), t(overview.trouble) if overview.trouble else t("{url} answers", url=overview.engine))]
    rows.append((t("queue"), archive_line(overview, t)))
    if overview.since:
        rows.append((t("holds"), t("all records from {time} on", time=moment(overview.since))))
    if overview.push is not None:
        push = overview.push
        said = (
            "{sent} records sent, {count} of them read back twice, from {time}; paused"
            if push.is_paused
            else "{sent} records sent, {count} of them read back twice, from {time}"
        )
        rows.append((t("push"), t(said, sent=push.sent, count=push.records, time=moment(push.since))))
    if overview.audited_at:
        said = "{time}: {count} days of nodes were sent again" if overview.differed else "{time}: no difference"
        if overview.differed is None:
            said = "{time}: there was nothing to compare yet"
        rows.append((t("compared"), t(said, time=moment(overview.audited_at), count=overview.differed)))
    return rows
