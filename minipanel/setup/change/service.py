"""The panel's service: its unit, the parts of it that depend on the configuration, and whether the panel answers."""

from __future__ import annotations

import re
import time
from pathlib import Path

from minipanel.config import Config
from minipanel.errors import CommandError
from minipanel.machine.health import panel_version
from minipanel.services.backup_config import BACKUP
from minipanel.setup import places
from minipanel.setup.screen import Screen
from minipanel.setup.system import System
from minipanel.translations.language import Translate

ANSWER_SECONDS = 60.0
"""A large database may need a migration first."""

RESTARTS_AT_MOST = 3
PAUSE_SECONDS = 0.2
LOG_LINES = 8
"""A failed start has six lines of systemd with the panel's own among them, and the next start may have begun."""

LOW_PORT = """\
# A port below 1024. In a user namespace of its own the service would have no right to it.
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
PrivateUsers=no
"""


def lay_unit(release: Path, config: Config, system: System) -> None:
    """Install the release's unit and the drop-in of the configuration, and reload systemd. Raises OSError."""
    unit = (release / places.SERVICE).read_text()
    write_whole(system.path(places.UNIT), unit)
    addition = drop_in(config)
    place = system.path(places.DROP_IN)
    if addition:
        place.parent.mkdir(exist_ok=True)
        write_whole(place, addition)
    else:
        place.unlink(missing_ok=True)
    system.must_run("systemctl", "daemon-reload")


def drop_in(config: Config) -> str:
    """Return the drop-in that this configuration needs beside the unit, "" for none."""
    parts = []
    folder = config.database.path.parent
    if str(folder) != places.DATA:
        parts.append(f'# The database lies there.\nReadWritePaths="{_escaped(folder)}"\n')
    backups = config.of(BACKUP).folder
    if backups is not None and backups != folder:
        # "-": if the folder is missing, for example because its disk is not mounted, the panel runs anyway.
        parts.append(f'# Copies of it are kept there.\nReadWritePaths="-{_escaped(backups)}"\n')
    if config.server.port < 1024:
        parts.append(LOW_PORT)
    return "".join(["# Written by the set-up from config.toml.\n[Service]\n", *parts]) if parts else ""


def _escaped(folder: Path) -> str:
    """Return a path for a unit, where % begins a specifier, and quotes and backslashes have a meaning."""
    return str(folder).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")


def write_whole(path: Path, text: str) -> None:
    """Write a file that others read, in one step. One with this text is left alone, and so keeps its age."""
    if path.is_file() and path.read_text("utf-8", "replace") == text:
        return
    part = path.with_name(f".{path.name}.new")
    part.write_text(text)
    part.chmod(0o644)
    part.replace(path)


def enable(system: System) -> None:
    """Have the service started at every boot. Raises CommandError."""
    system.must_run("systemctl", "enable", "--quiet", places.SERVICE)


def start(system: System) -> None:
    """Start the service now and at every boot. Raises CommandError."""
    enable(system)
    stop(system)  # otherwise the old panel might answer for the new one
    # Earlier failed starts would count.
    system.run("systemctl", "reset-failed", places.SERVICE)
    # wait_until_healthy() waits, and stops waiting sooner than systemd would.
    system.must_run("systemctl", "start", "--no-block", places.SERVICE)


def wait_until_healthy(
    config: Config, version: str | None, system: System, t: Translate, screen: Screen | None = None
) -> None:
    """Return once the panel answers, as this version if one is named. Raises CommandError with the end of the log.

    The screen shows the progress of a copy of the database. There is no limit on the time for that.
    """
    deadline = time.monotonic() + ANSWER_SECONDS
    while True:
        try:
            answered = panel_version(config.server.local_url)
            reason = t("the panel answers as version {version}", version=answered)
            if version in (None, answered):
                return
        except CommandError as error:
            reason = str(error)
        if _is_migrating(system, t, screen):
            deadline = time.monotonic() + ANSWER_SECONDS
        if has_given_up(system) or time.monotonic() > deadline:
            break
        time.sleep(PAUSE_SECONDS)
    log = system.run(
        "journalctl", "--unit", places.SERVICE, "--no-pager", "--output=cat", f"--lines={LOG_LINES}"
    ).stdout
    raise CommandError(
        "\n".join([t("The panel did not start: {reason} Its log ends with:", reason=reason), log.rstrip()])
    )


def _is_migrating(system: System, t: Translate, screen: Screen | None) -> bool:
    """Return whether the starting panel is migrating its database, and show its progress (serving/migration.py)."""
    facts = _facts(system)
    status = facts.get("StatusText", "")
    if facts.get("ActiveState") != "activating" or not status:
        return False
    percent = re.search(r"(\d+) ?%", status)
    if screen is not None and percent:
        screen.progress(int(percent[1]) / 100, t("copying the database"))
    elif screen is not None:
        screen.progress(1, t("checking the copy of the database"))
    return True


def _facts(system: System) -> dict[str, str]:
    shown = system.run("systemctl", "show", places.SERVICE, "--property=ActiveState,NRestarts,StatusText").stdout
    return dict(line.partition("=")[::2] for line in shown.splitlines())


def has_given_up(system: System) -> bool:
    """Return whether waiting is useless: the service has failed, or fails again and again."""
    facts = _facts(system)
    restarts = facts.get("NRestarts", "0")
    return facts.get("ActiveState") == "failed" or (restarts.isdigit() and int(restarts) >= RESTARTS_AT_MOST)


def stop(system: System) -> None:
    """Stop the service if it runs. Raises CommandError."""
    system.must_run("systemctl", "stop", places.SERVICE, seconds=90)
