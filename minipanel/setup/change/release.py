"""Installed versions side by side below /opt/minipanel/releases, and the link that says which one runs."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from minipanel.errors import CommandError
from minipanel.setup import places
from minipanel.setup.system import System

PROVEN = "proven"
"""A file in each release that has once answered as the running panel: to such a one an upgrade can go back."""

LEFT = "left"
"""A file in a release that was gone back from: it is kept to come back to, and is not the one before any other."""

LAUNCHER_TEXT = """\
#!/bin/sh
# The release's own path, not the link to the current one: a running panel must not find parts of another release.
exec {releases}/{name}/venv/bin/python -I -m minipanel "$@"
"""


def own_release(system: System, prefix: str = sys.prefix) -> Path:
    """Return the release that this program runs from. Raises CommandError when it runs from somewhere else."""
    folder = Path(prefix).resolve().parent
    if folder.parent != system.path(places.RELEASES).resolve():
        raise CommandError(
            "The set-up is started by install.sh, which lays MiniPanel below {home} first.", home=places.HOME
        )
    return folder


def current_release(system: System) -> Path | None:
    """Return the release that the link names, None where there is none."""
    link = system.path(places.CURRENT)
    return link.resolve() if link.is_symlink() and link.exists() else None


def proven_release(system: System, new: Path) -> Path | None:
    """Return the release to go back to: the current one, else the newest but this new one, that has answered once."""
    current = current_release(system)
    folders = sorted(system.path(places.RELEASES).glob("*/"), key=lambda folder: folder.stat().st_mtime, reverse=True)
    candidates = [folder.resolve() for folder in ([current] if current else []) + folders]
    if current == new and (new / PROVEN).exists():  # a change of settings
        return new
    return next((folder for folder in candidates if folder != new and (folder / PROVEN).exists()), None)


def switch_to(release: Path, system: System) -> None:
    """Make a release the one that runs at the next start, in one step. Raises OSError."""
    replace_link(system.path(places.CURRENT), f"releases/{release.name}")


def lay_links(release: Path, system: System) -> None:
    """Give the release its launcher, and lay the names that never change. Raises OSError."""
    launcher = release / "bin" / "minipanel"
    launcher.parent.mkdir(exist_ok=True)  # SELinux's policy takes what lies in a folder `bin` for a program
    launcher.write_text(LAUNCHER_TEXT.format(releases=places.RELEASES, name=release.name))
    launcher.chmod(0o755)
    replace_link(system.path(places.LAUNCHER), "current/bin/minipanel")
    replace_link(system.path(f"{places.HOME}/{places.AGENT}"), f"current/{places.AGENT}")
    lay_command(system)


def lay_command(system: System) -> None:
    """Make `minipanel` a command for everybody, where that name is free and the folder can be written."""
    command = system.path(places.COMMAND)
    if is_own_command(system) or not os.path.lexists(command):
        try:
            command.parent.mkdir(parents=True, exist_ok=True)
            replace_link(command, places.LAUNCHER)
        except OSError:  # /usr/local may be another machine's, read-only; the launcher does as well
            return


def is_own_command(system: System) -> bool:
    """Return whether the command `minipanel` is the one that was laid here."""
    command = system.path(places.COMMAND)
    return command.is_symlink() and str(command.readlink()) == places.LAUNCHER


def replace_link(link: Path, target: str) -> None:
    """Make a link, or turn it, in one step: whoever follows it finds the old target or the new one."""
    part = link.with_name(f".{link.name}.new")
    part.unlink(missing_ok=True)
    part.symlink_to(target)
    part.replace(link)


def mark_proven(release: Path) -> None:
    """Note that the release has answered."""
    (release / PROVEN).touch()
    (release / LEFT).unlink(missing_ok=True)


def mark_left(release: Path) -> None:
    """Note that the release was gone back from."""
    (release / LEFT).touch()


def previous_release(system: System) -> Path | None:
    """Return the release that ran before the current one, None where none is kept, or where it was gone back from."""
    current = current_release(system)
    return next((folder for folder in _proven(system) if folder != current and not (folder / LEFT).exists()), None)


def remove_others(release: Path, system: System) -> None:
    """Take away all releases but this one and the one before, or else the one that was gone back from.

    A folder that resists stays: the next set-up tries again.
    """
    others = [folder for folder in _proven(system) if folder != release]
    kept = sorted(others, key=lambda folder: (folder / LEFT).exists())[:1]
    for folder in system.path(places.RELEASES).glob("*/"):
        if folder.resolve() not in (release, *kept):
            shutil.rmtree(folder, ignore_errors=True)


def _proven(system: System) -> list[Path]:
    """Return the releases that have answered, the last one first."""
    folders = [folder.resolve() for folder in system.path(places.RELEASES).glob("*/") if (folder / PROVEN).exists()]
    return sorted(folders, key=lambda folder: (folder / PROVEN).stat().st_mtime_ns, reverse=True)
