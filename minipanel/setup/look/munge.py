"""MUNGE on this machine: installed, running, accepts its own credential, and has no known vulnerability."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable

from minipanel.machine.health import munge_trouble
from minipanel.setup.look.check import Check, Verdict
from minipanel.setup.system import System
from minipanel.translations.language import Translate

HOLE = "CVE-2026-25506"
"""A buffer overflow in munged, through which a local user can learn the cluster's key. All versions before 0.5.18."""

FIXED_IN = (0, 5, 18)

HOW_TO_INSTALL = {
    "dnf": "dnf install munge && create-munge-key && systemctl enable --now munge",
    "apt-get": "apt-get install munge",
}
"""Debian's package makes a key and starts the daemon itself."""

KEY = "/etc/munge/munge.key"
DEBIAN_CHANGES = "/usr/share/doc/munge/changelog.Debian.gz"


def look_at_munge(
    system: System, t: Translate, is_needed: bool, trouble: Callable[[str | None], str | None] = munge_trouble
) -> Check | None:
    """Make and decode a credential, as agents and panel will.

    If MUNGE is not needed (tokens): None unless all is well.
    """
    what = trouble(None)
    if what is None:
        return Check("MUNGE", Verdict.OK, t("a credential was made and accepted"))
    if not is_needed:
        return None
    detail, remedy = explain(system, t, what)
    return Check("MUNGE", Verdict.FIX, detail, remedy)


def explain(system: System, t: Translate, trouble: str) -> tuple[str, str]:
    """Return why MUNGE does not work, and the command that helps."""
    if not system.has("munged"):
        return t("not installed; a cluster without MUNGE uses --auth token"), HOW_TO_INSTALL[installer(system)]
    if not system.path(KEY).exists():
        return t("has no key {path}; on a cluster, copy the key of another node", path=KEY), "create-munge-key"
    if not system.run("systemctl", "is-active", "munge.service", seconds=10).is_done:
        return t("munged is not running"), "systemctl enable --now munge"
    return trouble, "systemctl status munge"


def installer(system: System) -> str:
    """Return this distribution's command to install packages."""
    return "apt-get" if system.has("apt-get") and not system.has("dnf") else "dnf"


def look_at_munge_version(system: System, t: Translate) -> Check | None:
    """Warn of the vulnerability unless the version is newer or the distribution has patched its own."""
    version = munged_version(system)
    if version is None or version >= FIXED_IN or is_mended(system):
        return None
    shown = ".".join(map(str, version))
    detail = t(
        "version {version} has a vulnerability that lets a local user learn the key ({hole})", version=shown, hole=HOLE
    )
    return Check("MUNGE", Verdict.WARNING, detail, f"{installer(system)} upgrade munge")


def munged_version(system: System) -> tuple[int, ...] | None:
    """Return munged's version: "munge-0.5.16 (2024-03-15)" -> (0, 5, 16); None if it is not there."""
    found = re.search(r"munge-(\d+)\.(\d+)\.(\d+)", system.run("munged", "--version", seconds=10).stdout)
    return tuple(map(int, found.groups())) if found else None


def is_mended(system: System) -> bool:
    """Return whether the package's changelog names the vulnerability: distributions patch without a new version."""
    return HOLE in system.run("rpm", "-q", "--changelog", "munge", seconds=20).stdout or HOLE in _debian_changes(system)


def _debian_changes(system: System) -> str:
    try:
        with gzip.open(system.path(DEBIAN_CHANGES), "rt", errors="replace") as file:
            return file.read(100_000)
    except (OSError, EOFError):
        return ""
