"""Whether the service already runs exactly what the set-up would start. Then a restart would only interrupt it."""

from __future__ import annotations

import time
from pathlib import Path

from minipanel import __version__
from minipanel.config import Config
from minipanel.database.tries import backup_trouble
from minipanel.errors import CommandError, DatabaseError
from minipanel.machine.health import panel_version
from minipanel.services.backup_config import BACKUP
from minipanel.setup import places
from minipanel.setup.change.release import current_release
from minipanel.setup.change.service import drop_in
from minipanel.setup.change.stage import Stage
from minipanel.setup.system import System


def is_unchanged(release: Path, stage: Stage, before: Config | None, system: System) -> bool:
    """Return whether nothing has changed since the service started, and the panel answers. If in doubt: no.

    `stage`: what is about to be installed. `before`: the installed configuration, None if there is none.
    """
    return (
        before is not None
        and current_release(system) == release
        and stage.is_as_installed()
        and system.read(places.UNIT) == (release / places.SERVICE).read_text()
        and system.read(places.DROP_IN) == drop_in(before)
        and _is_older_than_service(_read_at_start(before, system), system)
        and not _waits_for_folder(before, system)
        and _answers(before)
    )


def _read_at_start(config: Config, system: System) -> list[Path]:
    """Return what the service read when it started; whoever edited one of these expects a restart."""
    units = system.path(places.DROP_IN_FOLDER)
    tls = [path for path in (config.server.tls_certificate, config.server.tls_key) if path is not None]
    return [config.path, *tls, system.path(places.UNIT), units, *units.glob("*.conf")]


def _is_older_than_service(files: list[Path], system: System) -> bool:
    """Return whether the service is active, and started after the last change of each of these files that exists."""
    words = ("show", places.SERVICE, "--property=ActiveState,ExecMainStartTimestampMonotonic")
    facts = dict(line.partition("=")[::2] for line in system.run("systemctl", *words).stdout.splitlines())
    began = facts.get("ExecMainStartTimestampMonotonic", "")
    if facts.get("ActiveState") != "active" or not began.isdigit() or int(began) == 0:
        return False
    # By wall clock: systemd prints that only as a date in the machine's zone.
    started_at = time.time() - (time.monotonic() - int(began) / 1e6)
    # A file that was moved here keeps its time of modification, so the change of its entry counts. A link has its own.
    changed = [facts.st_ctime for file in files if file.exists() for facts in (file.stat(), file.lstat())]
    return max(changed) < started_at


def _waits_for_folder(config: Config, system: System) -> bool:
    """Return whether the panel could not write its backups. It sees a folder made since then only after a restart."""
    if config.of(BACKUP).folder is None:
        return False
    try:
        return backup_trouble(system.path(config.database.path)) is not None
    except DatabaseError:
        return True


def _answers(config: Config) -> bool:
    try:
        return panel_version(config.server.local_url) == __version__
    except CommandError:
        return False
