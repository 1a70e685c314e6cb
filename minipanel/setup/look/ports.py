"""The panel's port on this machine: whether it is free, and whether a firewall blocks it."""

from __future__ import annotations

import re

from minipanel.errors import CommandError
from minipanel.serving.sockets import bind
from minipanel.setup import places
from minipanel.setup.look.check import Check, Verdict
from minipanel.setup.system import System
from minipanel.translations.language import Translate


def look_at_port(system: System, t: Translate, port: int, is_asked: bool) -> Check:
    """Check the port. In an upgrade the panel's own service holds it. `is_asked`: the user can still choose another."""
    holder = port_holder(system, port, t)
    if holder is None:
        return Check(t("port"), Verdict.OK, t("{port} is free", port=port))
    if is_own(system):
        return Check(t("port"), Verdict.OK, t("{port} is the running panel's", port=port))
    if is_asked:
        return Check(t("port"), Verdict.WARNING, t("{port} is in use by {holder}", port=port, holder=holder))
    detail = t("{port} is in use by {holder}; stop it, or choose another port with --port", port=port, holder=holder)
    return Check(t("port"), Verdict.FIX, detail)


def port_holder(system: System, port: int, t: Translate) -> str | None:
    """Return who listens on a port, as "nginx, process 123" or "another program"; None if it is free."""
    try:
        bind("0.0.0.0", port).close()
    except CommandError:
        listing = system.run("ss", "-Hltnp", f"sport = :{port}", seconds=10).stdout
        found = re.search(r'\(\("([^"]+)",pid=(\d+)', listing)
        return t("{name}, process {pid}", name=found[1], pid=found[2]) if found else t("another program")
    return None


def is_own(system: System) -> bool:
    """Return whether the panel's service runs."""
    return system.run("systemctl", "is-active", places.SERVICE, seconds=10).is_done


def look_at_firewall(system: System, t: Translate) -> Check | None:
    """Look for firewalld, in which the set-up opens the port. Other firewalls are left to their administrator."""
    if is_firewalld_running(system):
        return Check("firewalld", Verdict.OK, t("running; the panel's port will be opened"))
    return None


def is_firewalld_running(system: System) -> bool:
    """Return whether firewalld answers."""
    return system.run("firewall-cmd", "--state", seconds=20).is_done
