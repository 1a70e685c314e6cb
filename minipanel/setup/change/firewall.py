"""The panel's port in firewalld: opened where firewalld runs, remembered, and closed again."""

from __future__ import annotations

from urllib.parse import urlsplit

from minipanel.config import Config
from minipanel.errors import CommandError
from minipanel.setup import places
from minipanel.setup.change.service import write_whole
from minipanel.setup.look.ports import is_firewalld_running
from minipanel.setup.system import System

_NO = 1
"""How firewall-cmd ends where a port is closed (firewall-cmd(1), exit codes); a zone that is not there is another."""


def open_port(port: int, address: str, system: System) -> list[str]:
    """Open the port in the default zone and that of the network with this own address. Returns the zones opened.

    Where it is open already it is left alone, and uninstalling will leave it too. Raises CommandError.
    """
    if not is_firewalld_running(system):
        return []
    rule = f"{port}/tcp"
    wanted = zones(address, system)
    _close_others([(zone, rule) for zone in wanted], system)
    opened = _remembered(system)
    for zone in wanted:
        if not is_open(zone, rule, system):
            opened.append((zone, rule))
            # Both, rather than a reload, which would drop what others have opened only for now.
            system.must_run("firewall-cmd", f"--zone={zone}", f"--add-port={rule}")
            system.must_run("firewall-cmd", "--permanent", f"--zone={zone}", f"--add-port={rule}")
    _remember(opened, system)
    return sorted({zone for zone, _ in opened})


def agents_address(config: Config) -> str:
    """Return where agents find the panel, an address or a name: that of this machine, or of a proxy before it."""
    return urlsplit(config.server.url).hostname or ""


def close_port(system: System) -> None:
    """Close what was opened here."""
    _close_others([], system)


def _close_others(kept: list[tuple[str, str]], system: System) -> None:
    """Close all that was opened here but these rules of zones: port or network may have changed."""
    remembered = _remembered(system)
    for zone, rule in remembered:
        if (zone, rule) not in kept:
            system.run("firewall-cmd", f"--zone={zone}", f"--remove-port={rule}")
            system.run("firewall-cmd", "--permanent", f"--zone={zone}", f"--remove-port={rule}")
    _remember([pair for pair in remembered if pair in kept], system)


def is_open(zone: str, rule: str, system: System) -> bool:
    """Return whether a zone lets in what this rule names: "8080/tcp". Raises CommandError where that is not known."""
    words = ("firewall-cmd", f"--zone={zone}", f"--query-port={rule}")
    outcome = system.run(*words)
    if outcome.code not in (0, _NO):
        raise CommandError("`{command}`: {reason}", command=" ".join(words), reason=outcome.last_words)
    return outcome.is_done


def zones(address: str, system: System) -> list[str]:
    """Return the default zone and that of the network with this own address. Raises CommandError."""
    zones = [system.must_run("firewall-cmd", "--get-default-zone").strip()]
    interface = interface_of(address, system)
    if interface is not None:
        found = system.run("firewall-cmd", f"--get-zone-of-interface={interface}")
        zones += [found.stdout.strip()] if found.is_done and found.stdout.strip() else []
    return list(dict.fromkeys(zones))


def interface_of(address: str, system: System) -> str | None:
    """Return the interface that has this address: "2: eth0    inet 10.0.0.1/24 brd …" (ip-address(8))."""
    for line in system.run("ip", "-oneline", "address").stdout.splitlines():
        words = line.split()
        if len(words) > 3 and words[3].split("/")[0] == address:
            return words[1]
    return None


def _remembered(system: System) -> list[tuple[str, str]]:
    lines = system.read(places.OPENED_PORT).splitlines()
    return [(zone, rule) for zone, _, rule in (line.partition(" ") for line in lines) if rule]


def _remember(opened: list[tuple[str, str]], system: System) -> None:
    place = system.path(places.OPENED_PORT)
    if opened:
        write_whole(place, "".join(f"{zone} {rule}\n" for zone, rule in opened))
    else:
        place.unlink(missing_ok=True)
