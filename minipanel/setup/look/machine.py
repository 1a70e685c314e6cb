"""What this machine is, and what it lacks, before anything is changed. One function per check."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from minipanel.models.megabytes import megabytes
from minipanel.setup import places
from minipanel.setup.look.check import Check, Verdict, gather
from minipanel.setup.look.clock import look_at_clock
from minipanel.setup.look.migration import look_at_migration
from minipanel.setup.look.munge import look_at_munge, look_at_munge_version
from minipanel.setup.look.ports import look_at_firewall, look_at_port
from minipanel.setup.system import System
from minipanel.translations.language import Translate

DISK_BYTES = 10**9
UPGRADE_DISK_BYTES = 200 * 10**6
"""For one more release beside the running one. The database already exists."""

MEMORY_BYTES = 512 * 10**6
KERNELS_PART = 0.1
"""A virtual machine of 512 MB reports less: the kernel reserves a part for itself."""

HIDDEN_BY_SANDBOX = ("/home", "/root", "/run/user")
"""The folders that ProtectHome=yes in the panel's and the agent's unit hides (systemd.exec(5))."""

PYTHON = (3, 11)
KNOWN_RELEASES = ("8", "9", "10")


def look_around(system: System, t: Translate, port: int, is_port_asked: bool, needs_munge: bool) -> list[Check]:
    """Return the findings, in the order in which an administrator would look. Changes nothing."""
    return gather(
        (
            lambda: look_at_user(system, t),
            lambda: look_at_distribution(system, t),
            lambda: look_at_systemd(system, t),
            lambda: look_at_python(t),
            lambda: look_at_munge(system, t, needs_munge),
            lambda: look_at_munge_version(system, t),
            lambda: look_at_disk(system, t),
            lambda: look_at_migration(system, t),
            lambda: look_at_memory(system, t),
            lambda: look_at_clock(system, t),
            lambda: look_at_port(system, t, port, is_port_asked),
            lambda: look_at_selinux(system, t),
            lambda: look_at_firewall(system, t),
        )
    )


def look_at_user(system: System, t: Translate) -> Check:
    """Check for root, which is needed to change users, services and /opt."""
    if system.user_id == 0:
        return Check(t("user"), Verdict.OK, "root")
    return Check(t("user"), Verdict.FIX, t("the set-up must be run as root"), "sudo ./install.sh")


def look_at_distribution(system: System, t: Translate) -> Check:
    """Check the distribution: MiniPanel is made for RHEL 8, 9 and 10 and their rebuilds (os-release(5))."""
    facts = parse_os_release(system.read("/etc/os-release") or system.read("/usr/lib/os-release"))
    name = facts.get("PRETTY_NAME") or facts.get("ID") or t("an unknown system")
    if not is_rhel_family(facts):
        return Check(t("system"), Verdict.WARNING, t("{name}: made for RHEL 8, 9, 10 and their rebuilds", name=name))
    if facts.get("VERSION_ID", "").split(".")[0] not in KNOWN_RELEASES:
        return Check(t("system"), Verdict.WARNING, t("{name}: MiniPanel knows the releases 8, 9 and 10", name=name))
    return Check(t("system"), Verdict.OK, name)


def parse_os_release(text: str) -> dict[str, str]:
    """Return the assignments of an os-release file, without quotes."""
    pairs = re.findall(r"^([A-Z_]+)=(.*)$", text, re.MULTILINE)
    return {key: value.strip().strip("\"'") for key, value in pairs}


def is_rhel_family(facts: dict[str, str]) -> bool:
    """Return whether this is RHEL or a rebuild. Fedora and distributions merely like RHEL have other packages."""
    ids = {facts.get("ID", "").lower(), *facts.get("ID_LIKE", "").lower().split()}
    return bool(ids & {"rhel", "centos", "ol"})


def look_at_systemd(system: System, t: Translate) -> Check:
    """Check for systemd: the folder exists if and only if systemd runs the machine (sd_booted(3))."""
    if system.path("/run/systemd/system").is_dir() and system.has("systemctl"):
        version = system.run("systemctl", "--version").stdout.split("\n")[0]
        return Check("systemd", Verdict.OK, version or t("running"))
    return Check("systemd", Verdict.FIX, t("this machine does not run systemd, which the panel needs"))


def look_at_python(t: Translate) -> Check:
    """Check this Python, which install.sh chose: the panel's own user must be able to run it too."""
    version = ".".join(map(str, sys.version_info[:3]))
    program, home = Path(sys.executable).resolve(), Path(sys.base_prefix)
    if sys.version_info < PYTHON:
        return Check("Python", Verdict.FIX, t("{version} is too old", version=version), "dnf install python3.12")
    hidden = hidden_place(program, home)
    if hidden is not None:
        detail = t("{place} is in a home folder, which the service can't see", place=hidden)
        return Check("Python", Verdict.FIX, detail, "dnf install python3.12")
    closed = closed_folder(program) or closed_folder(home)
    if closed is not None:
        detail = t("{program} can't be run by other users: {folder} is closed to them", program=program, folder=closed)
        return Check("Python", Verdict.FIX, detail, "dnf install python3.12")
    return Check("Python", Verdict.OK, f"{version} ({program})")


def hidden_place(*paths: Path) -> Path | None:
    """Return the first of these paths that the sandbox hides, None if it hides none."""
    return next((path for path in paths if any(path.is_relative_to(folder) for folder in HIDDEN_BY_SANDBOX)), None)


def closed_folder(path: Path) -> Path | None:
    """Return the first folder above a path that others may not enter, None if they can reach the path."""
    return next((folder for folder in reversed(path.parents) if not folder.stat().st_mode & 0o001), None)


def look_at_disk(system: System, t: Translate) -> Check:
    """Check the free space. The programs take 62 MB (measured), the database of a thousand nodes about 1 GB a month.

    The database of an installed panel may have filled its disk; then moving it helps.
    """
    is_installed = system.path(places.CONFIG).exists()
    needed_bytes, folders = (
        (UPGRADE_DISK_BYTES, (places.HOME,)) if is_installed else (DISK_BYTES, (places.HOME, places.DATA))
    )
    disks = [existing_folder(system.path(folder)) for folder in folders]
    free_bytes, place = min((shutil.disk_usage(path).free, path) for path in disks)
    free = t("{megabytes} MB are free in {folder}", megabytes=megabytes(free_bytes), folder=_shown(place, system))
    if free_bytes >= needed_bytes:
        return Check(t("disk"), Verdict.OK, free)
    needed = t("{free}, {needed} MB are needed", free=free, needed=megabytes(needed_bytes))
    return Check(t("disk"), Verdict.FIX, needed)


def _shown(place: Path, system: System) -> str:
    return "/" + str(place.relative_to(system.root)).removeprefix(".")


def existing_folder(path: Path) -> Path:
    """Return the path, or the nearest existing folder above it."""
    return next((place for place in (path, *path.parents) if place.is_dir()), Path("/"))


def look_at_memory(system: System, t: Translate) -> Check | None:
    """Check the memory; the panel takes 58 to 82 MB (measured). /proc/meminfo counts in units of 1024 bytes."""
    found = re.search(r"^MemTotal:\s+(\d+) kB", system.read("/proc/meminfo"), re.MULTILINE)
    if found is None:
        return None
    size_bytes = int(found[1]) * 1024
    size = t("{gigabytes} GB", gigabytes=f"{size_bytes / 10**9:.1f}")
    if size_bytes >= MEMORY_BYTES * (1 - KERNELS_PART):
        return Check(t("memory"), Verdict.OK, size)
    tight = t("{size}: with less than {needed} MB, memory may run short", size=size, needed=megabytes(MEMORY_BYTES))
    return Check(t("memory"), Verdict.WARNING, tight)


def look_at_selinux(system: System, t: Translate) -> Check | None:
    """Return SELinux's mode; None without SELinux. With it, the set-up labels its files with restorecon."""
    mode = {"1": t("enforcing"), "0": t("permissive")}.get(system.read("/sys/fs/selinux/enforce").strip())
    return Check("SELinux", Verdict.OK, mode) if mode else None
