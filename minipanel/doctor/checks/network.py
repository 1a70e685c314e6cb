"""How nodes reach the panel: the address that they report to, and the firewall."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from minipanel.doctor.subject import Subject
from minipanel.errors import CommandError
from minipanel.machine.addresses import is_loopback, normalise, read_local_addresses
from minipanel.setup.change.firewall import is_open, zones
from minipanel.setup.look.check import Check, Verdict
from minipanel.setup.look.ports import is_firewalld_running
from minipanel.translations.language import Translate


@dataclass(frozen=True, slots=True)
class Way:
    """Where agents report, and this machine's addresses. `resolved`: the addresses of url's host, none if unknown."""

    url: str
    is_tls: bool
    port: int
    resolved: frozenset[str]
    local: frozenset[str]
    others: int
    """How many nodes are not this machine."""


def look_at_way(subject: Subject) -> Iterator[Check]:
    """Compare [server] url with this machine's addresses and port."""
    config = subject.config
    if not config.server.url:
        return
    local = read_local_addresses(subject.system.path(Path("/proc/net")))
    others = sum(node.enabled and node.ip not in local and not is_loopback(node.ip) for node in config.nodes)
    is_tls = config.server.tls_certificate is not None
    way = Way(config.server.url, is_tls, config.server.port, resolved(subject.host), local, others)
    yield from judge_way(way, subject.t)


def resolved(host: str) -> frozenset[str]:
    """Return the addresses of a host; none if it has none. Raises OSError if this machine could not even ask."""
    # A gaierror may also say "try again": where no DNS server answers, that is said of every unknown name.
    # UnicodeError: IDNA has no form for an empty label, or one of over 63 characters.
    with suppress(socket.gaierror, UnicodeError):
        return frozenset(normalise(str(found[4][0])) for found in socket.getaddrinfo(host, None))
    return frozenset()


def judge_way(way: Way, t: Translate) -> Iterator[Check]:
    """Yield the first problem, or the url if all is well. Another machine's address may be right (NAT, floating)."""
    what, parts = t("address"), urlsplit(way.url)
    remedy = t("correct [server] url in config.toml, then: systemctl reload minipanel && minipanel rollout")
    if (parts.scheme == "https") != way.is_tls:
        speaks = "https" if way.is_tls else "http"
        detail = t("agents report to {url}, but the panel uses {scheme}", url=way.url, scheme=speaks)
        yield Check(what, Verdict.FIX, detail, remedy)
    elif not way.resolved:
        yield Check(what, Verdict.FIX, t("agents report to {url}, a name without an address", url=way.url), remedy)
    elif way.others and all(map(is_loopback, way.resolved)):
        detail = t("agents report to {url}, which on every other node is that node itself", url=way.url)
        yield Check(what, Verdict.FIX, detail, remedy)
    elif not any(address in way.local or is_loopback(address) for address in way.resolved):
        detail = t("agents report to {url}, which is not an address of this machine", url=way.url)
        yield Check(what, Verdict.WARNING, detail, remedy)
    elif parts.port != way.port:
        detail = t("agents report to {url}, but the panel listens on port {port}", url=way.url, port=way.port)
        yield Check(what, Verdict.WARNING, detail, remedy)
    else:
        yield Check(what, Verdict.OK, t("agents report to {url}", url=way.url))


def look_at_firewall(subject: Subject) -> Iterator[Check]:
    """Ask firewalld whether the panel's port is open. Other firewalls are left to their administrator."""
    system, t, rule = subject.system, subject.t, f"{subject.config.server.port}/tcp"
    if not system.has("firewall-cmd") or not is_firewalld_running(system):
        return
    try:
        closed = [zone for zone in zones(subject.host, system) if not is_open(zone, rule, system)]
    except CommandError as error:
        yield Check("firewalld", Verdict.WARNING, str(error), "firewall-cmd --list-all-zones")
        return
    yield judge_zones(rule, closed, t)


def judge_zones(rule: str, closed: list[str], t: Translate) -> Check:
    """Return whether the port is open. closed: the zones of firewalld that block it."""
    if not closed:
        return Check("firewalld", Verdict.OK, t("allows {rule}", rule=rule))
    orders = [f"firewall-cmd {when}--zone={zone} --add-port={rule}" for zone in closed for when in ("", "--permanent ")]
    detail = t("{rule} is closed in the zone {zones}: agents and browsers can't connect", rule=rule,
               zones=", ".join(closed))  # fmt: skip
    return Check("firewalld", Verdict.FIX, detail, " && ".join(orders))
