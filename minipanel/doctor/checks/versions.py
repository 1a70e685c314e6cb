"""Which versions run here, and which user runs the doctor."""

from __future__ import annotations

import platform
import sqlite3
import sys
from collections.abc import Iterator, Mapping

from minipanel import __version__
from minipanel.doctor.subject import Subject
from minipanel.setup import places
from minipanel.setup.look.check import Check, Verdict
from minipanel.setup.look.machine import look_at_memory, look_at_python, look_at_selinux, parse_os_release
from minipanel.setup.system import System
from minipanel.translations.language import Translate


def read_versions(system: System) -> dict[str, str]:
    """Return the versions that a bug report needs, by name; "" for one that is not there."""
    release = parse_os_release(system.read("/etc/os-release") or system.read("/usr/lib/os-release"))
    systemd = system.run("systemctl", "--version").stdout.split("\n")[0].removeprefix("systemd ")
    return {
        "MiniPanel": __version__,
        "Python": ".".join(map(str, sys.version_info[:3])),
        "SQLite": sqlite3.sqlite_version,
        "system": release.get("PRETTY_NAME") or release.get("ID") or "",
        "kernel": platform.release(),
        "glibc": platform.libc_ver()[1],
        "systemd": systemd,
    }


def look_at_versions(subject: Subject) -> Iterator[Check]:
    """Show the versions."""
    yield from judge_versions(read_versions(subject.system), subject.t)


def judge_versions(versions: Mapping[str, str], t: Translate) -> Iterator[Check]:
    """Yield one line on MiniPanel, one on the machine."""
    own = {name: versions[name] for name in ("Python", "SQLite")}
    found = {t("kernel"): versions["kernel"], "glibc": versions["glibc"], "systemd": versions["systemd"]}
    machines = {name: version for name, version in found.items() if version}
    yield Check("MiniPanel", Verdict.OK, _listed(versions["MiniPanel"], own, t))
    yield Check(t("system"), Verdict.OK, _listed(versions["system"] or t("an unknown system"), machines, t))


def _listed(first: str, others: Mapping[str, str], t: Translate) -> str:
    return t(", ").join([first, *(f"{name} {version}" for name, version in others.items())])


def look_at_user(subject: Subject) -> Iterator[Check]:
    """Warn unless this is root: others see less."""
    t = subject.t
    if subject.system.user_id == 0:
        yield Check(t("user"), Verdict.OK, "root")
    else:
        yield Check(t("user"), Verdict.WARNING, t("not root, so some checks see less"), "sudo minipanel doctor")


def look_at_hardware(subject: Subject) -> Iterator[Check]:
    """Check the service's Python, memory and SELinux, as the set-up does."""
    if subject.system.path(places.UNIT).exists():
        yield look_at_python(subject.t)
    for check in (look_at_memory(subject.system, subject.t), look_at_selinux(subject.system, subject.t)):
        if check is not None:
            yield check
