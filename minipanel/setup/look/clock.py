"""Whether the clock is synchronised: with clocks that differ, MUNGE refuses credentials and the panel samples."""

from __future__ import annotations

from minipanel.setup.look.check import Check, Verdict
from minipanel.setup.system import System
from minipanel.translations.language import Translate

REMEDY = "dnf install chrony && systemctl enable --now chronyd"


def look_at_clock(system: System, t: Translate) -> Check:
    """Ask systemd, and chrony if systemd does not know."""
    is_synchronised = ask_systemd(system)
    if is_synchronised is None:
        is_synchronised = ask_chrony(system)
    if is_synchronised:
        return Check(t("clock"), Verdict.OK, t("synchronised"))
    if is_synchronised is None:
        return Check(t("clock"), Verdict.WARNING, t("could not find out whether it is synchronised"), REMEDY)
    detail = t("not synchronised: nodes whose clocks differ by a minute can't report")
    return Check(t("clock"), Verdict.WARNING, detail, REMEDY)


def ask_systemd(system: System) -> bool | None:
    """Return systemd's NTPSynchronized, which comes from the kernel (adjtimex(2)); None if it gives none."""
    outcome = system.run("timedatectl", "show", "--property=NTPSynchronized", seconds=10)
    return {"NTPSynchronized=yes": True, "NTPSynchronized=no": False}.get(outcome.stdout.strip())


def ask_chrony(system: System) -> bool | None:
    """Return what chronyd says (chronyc(1), tracking); None if it does not answer."""
    outcome = system.run("chronyc", "tracking", seconds=10)
    if not outcome.is_done or "Leap status" not in outcome.stdout:
        return None
    return "Not synchronised" not in outcome.stdout
