"""Installed versions side by side in /opt/minipanel/releases, and the link to the one that runs."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from minipanel.errors import CommandError
from minipanel.setup import places
from minipanel.setup.system import System

PROVEN = "proven"
"""A file in each release that has once answered as the running panel: an upgrade can go back to it."""

LEFT = "left"
"""A file in a release that was rolled back. It is kept to return to, but never counts as the previous release."""

LAUNCHER_TEXT = """\
#!/bin/sh
# The release's own path, not the link to the current one: a running panel must not find parts of another release.
exec {releases}/{name}/venv/bin/python -I -m minipanel "$@"
"""


def own_release(system: System, prefix: str = sys.prefix) -> Path:
    """Return the release that this program runs from. Raises CommandError if it runs from somewhere else."""
    folder = Path(prefix).resolve().parent
    if folder.parent != system.path(places.RELEASES).resolve():
        raise CommandError(
            "Start the set-up with install.sh, which first installs MiniPanel in {home}.", home=places.HOME
        )
    return folder


def current_release(system: System) -> Path | None:
    """Return the release that the link points to, None if there is none."""
    link = system.path(places.CURRENT)
    return link.resolve() if link.is_symlink() and link.exists() else None


def proven_release(system: System, new: Path) -> Path | None:
    """Return the release to go back to: the current one, else the newest other one that has answered once."""
    current = current_release(system)
    folders = sorted(system.path(places.RELEASES).glob("*/"), key=lambda folder: folder.stat().st_mtime, reverse=True)
    candidates = [folder.resolve() for folder in ([current] if current else []) + folders]
    if current == new and (new / PROVEN).exists():  # only settings change
        return new
    return next((folder for folder in candidates if folder != new and (folder / PROVEN).exists()), None)


def switch_to(release: Path, system: System) -> None:
    """Make a release the one that starts next, in one step. Raises OSError."""
    replace_link(system.path(places.CURRENT), f"releases/{release.name}")


def lay_links(release: Path, system: System) -> None:
    """Give the release its launcher, and create the links whose names never change. Raises OSError."""
    launcher = release / "bin" / "minipanel"
    launcher.parent.mkdir(exist_ok=True)  # SELinux's policy treats the files of a folder `bin` as programs
    launcher.write_text(LAUNCHER_TEXT.format(releases=places.RELEASES, name=release.name))
    launcher.chmod(0o755)
    replace_link(system.path(places.LAUNCHER), "current/bin/minipanel")
    replace_link(system.path(f"{places.HOME}/{places.AGENT}"), f"current/{places.AGENT}")
    lay_command(system)


def lay_command(system: System) -> None:
    """Make `minipanel` a command for everybody, if the name is free and the folder is writable."""
    command = system.path(places.COMMAND)
    if is_own_command(system) or not os.path.lexists(command):
        try:
            command.parent.mkdir(parents=True, exist_ok=True)
            replace_link(command, places.LAUNCHER)
        except OSError:  # /usr/local may be shared and read-only; the launcher still works
            return


def is_own_command(system: System) -> bool:
    """Return whether the command `minipanel` is the one created here."""
    command = system.path(places.COMMAND)
    return command.is_symlink() and str(command.readlink()) == places.LAUNCHER


def replace_link(link: Path, target: str) -> None:
    """Create or change a link in one step: whoever follows it finds either the old or the new target."""
    part = link.with_name(f".{link.name}.new")
    part.unlink(missing_ok=True)
    part.symlink_to(target)
    part.replace(link)


def mark_proven(release: Path) -> None:
    """Record that the release has answered."""
    (release / PROVEN).touch()
    (release / LEFT).unlink(missing_ok=True)


def mark_left(release: Path) -> None:
    """Record that the release was rolled back."""
    (release / LEFT).touch()


def previous_release(system: System) -> Path | None:
    """Return the release that ran before the current one, None if none is kept or it was rolled back."""
    current = current_release(system)
    return next((folder for folder in _proven(system) if folder != current and not (folder / LEFT).exists()), None)


def remove_others(release: Path, system: System) -> None:
    """Delete all releases but this one and the previous one, or the one that was rolled back.

    A folder that can't be deleted stays: the next set-up tries again.
    """
    others = [folder for folder in _proven(system) if folder != release]
    kept = sorted(others, key=lambda folder: (folder / LEFT).exists())[:1]
    for folder in system.path(places.RELEASES).glob("*/"):
        if folder.resolve() not in (release, *kept):
            shutil.rmtree(folder, ignore_errors=True)


def _proven(system: System) -> list[Path]:
    """Return the releases that have answered, newest first."""
    folders = [folder.resolve() for folder in system.path(places.RELEASES).glob("*/") if (folder / PROVEN).exists()]
    return sorted(folders, key=lambda folder: (folder / PROVEN).stat().st_mtime_ns, reverse=True)
