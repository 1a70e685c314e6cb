"""`minipanel backup`: copies the database while the panel runs."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from minipanel.commands.progress import Progress
from minipanel.database.backup import back_up
from minipanel.models.megabytes import megabytes
from minipanel.sections import load_config
from minipanel.translations.language import Translate, translator


def make_backup(config_path: Path, target: Path, replace: bool) -> None:
    """Write the backup and report it. Raises ConfigError, DatabaseError."""
    t = translator()
    config = load_config(config_path)
    done = back_up(config.database.path, target, replace, partial(_show, Progress(), t))
    values = {"target": target, "records": f"{done.records:,}", "size": megabytes(done.size_bytes, 1)}
    print(t("{target}: {records} records, {size} MB, read back and intact.", **values))
    print(t("It does not include the configuration: keep a copy of {path} as well.", path=config.path))


def _show(progress: Progress, t: Translate, part: float) -> None:
    if part < 1:
        progress.show(t("{percent}% copied", percent=f"{100 * part:3.0f}"))
    else:
        progress.clear()
