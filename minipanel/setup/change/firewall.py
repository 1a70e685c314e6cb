"""Opens the panel's port in firewalld if that runs, remembers what it opened, and closes it again."""

from __future__ import annotations

from urllib.parse import urlsplit

from minipanel.config import Config
from minipanel.errors import CommandError
from minipanel.setup import places
from minipanel.setup.change.service import write_whole
from minipanel.setup.look.ports import is_firewalld_running
from minipanel.setup.system import System

_NO = 1
"""firewall-cmd's exit code for a closed port (firewall-cmd(1)); an unknown zone has another one."""


def open_port(port: int, address: str, system: System) -> list[str]:
    """Open the port in the default zone and in the zone of the network with this address. Returns the zones opened.

    A port that is already open stays as it is, also when the panel is uninstalled. Raises CommandError.
    """
    if not is_firewalld_running(system):
        return []
    rule = f"{port}/tcp"
    wanted = zones(address, system)
    _close_others([(zone, rule) for zone in wanted], system)
    closed = [zone for zone in wanted if not is_open(zone, rule, system)]
    opened = list(dict.fromkeys([*_remembered(system), *((zone, rule) for zone in closed)]))
    # First: an interruption must not leave a port open that nobody closes.
    _remember(opened, system)
    for zone in closed:
        # Both settings, as a reload would drop what others have opened temporarily.
        system.must_run("firewall-cmd", f"--zone={zone}", f"--add-port={rule}")
        system.must_run("firewall-cmd", "--permanent", f"--zone={zone}", f"--add-port={rule}")
    return sorted({zone for zone, _ in opened})


def agents_address(config: Config) -> str:
    """Return the address or name at which agents find the panel: this machine's, or that of a proxy in front of it."""
    return urlsplit(config.server.url).hostname or ""


def close_port(system: System) -> None:
    """Close what the set-up opened."""
    _close_others([], system)


def _close_others(kept: list[tuple[str, str]], system: System) -> None:
    """Close all that the set-up opened, except these rules of zones: port or network may have changed."""
    remembered = _remembered(system)
    for zone, rule in remembered:
        if (zone, rule) not in kept:
            system.run("firewall-cmd", f"--zone={zone}", f"--remove-port={rule}")
            system.run("firewall-cmd", "--permanent", f"--zone={zone}", f"--remove-port={rule}")
    _remember([pair for pair in remembered if pair in kept], system)


def is_open(zone: str, rule: str, system: System) -> bool:
    """Return whether a zone allows this rule: "8080/tcp". Raises CommandError if that can't be found out."""
    words = ("firewall-cmd", f"--zone={zone}", f"--query-port={rule}")
    outcome = system.run(*words)
    if outcome.code not in (0, _NO):
        raise CommandError("`{command}`: {reason}", command=" ".join(words), reason=outcome.last_words)
    return outcome.is_done


def zones(address: str, system: System) -> list[str]:
    """Return the default zone and the zone of the network with this address. Raises CommandError."""
    zones = [system.must_run("firewall-cmd", "--get-default-zone").strip()]
    interface = interface_of(address, system)
    if interface is not None:
        found = system.run("firewall-cmd", f"--get-zone-of-interface={interface}")
        zones += [found.stdout.strip()] if found.is_done and found.stdout.strip() else []
    return list(dict.fromkeys(zones))


def interface_of(address: str, system: System) -> str | None:
    """Return the interface with this address: "2: eth0    inet 10.0.0.1/24 brd …" (ip-address(8))."""
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
