"""The questions, one function each. An option answers its question; the others are asked, or take their default."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from minipanel.access.password import MAX_BYTES, MIN_CHARACTERS, is_password, random_password
from minipanel.config import NodeConfig
from minipanel.config.kinds import USERNAME_MAX_CHARACTERS, mail_address
from minipanel.errors import CommandError
from minipanel.machine.health import munge_trouble
from minipanel.models.half_width import half_width
from minipanel.models.names import is_host, parse_address
from minipanel.models.quote import quote
from minipanel.setup import places
from minipanel.setup.ask.storage import parse_database
from minipanel.setup.look.ports import port_holder
from minipanel.setup.request import Auth, Request
from minipanel.setup.screen import Screen
from minipanel.setup.system import System

USERNAME = "miniadmin"
PORT = 8080
PORTS_TRIED = 20
RETENTION_DAYS_MAX = 3650
NOBODY = "none"
"""Typed to stop all mail, as Enter keeps the present setting."""


def ask_admin(screen: Screen, request: Request, default: str = USERNAME) -> str:
    """Return the name of the page's account."""

    def parse(text: str) -> str:
        if text.isprintable() and text == text.strip() and 0 < len(text) <= USERNAME_MAX_CHARACTERS:
            return text
        raise CommandError(
            screen.t("The name must be 1 to {most} printable characters without spaces around them.",
                     most=USERNAME_MAX_CHARACTERS)
        )  # fmt: skip

    return screen.ask(screen.t("Name of the account"), request.admin, default, parse)


def ask_password(screen: Screen, request: Request) -> tuple[str, bool]:
    """Return the password, and whether it is a random one. A typed one is asked for twice and never shown."""
    given = _ask_password(screen, request, screen.t("Password, not shown (Enter: a random one): "))
    return (random_password(), True) if given is None else (given, False)


def ask_new_password(screen: Screen, request: Request, present_hash: str) -> str | None:
    """Return a new password, None to keep the present one."""
    given = _ask_password(screen, request, screen.t("New password, not shown (Enter: unchanged): "))
    return None if given is None or is_password(given, present_hash) else given


def _ask_password(screen: Screen, request: Request, question: str) -> str | None:
    if request.password_file is not None:
        return _checked(screen, _read_password(screen, request.password_file))
    while screen.is_guided:
        typed = screen.read_secret(question)
        if not typed:
            break
        try:
            password = _checked(screen, typed)
        except CommandError as error:
            screen.say(str(error))
            continue
        if screen.read_secret(screen.t("Repeat the password: ")) == password:
            return password
        screen.say(screen.t("The two differ; try again."))
    return None


def _read_password(screen: Screen, path: Path) -> str:
    """Return the first line of the file, as editors add a newline to it."""
    try:
        return path.read_bytes().decode().split("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        message = screen.t("The password file {path} can't be read: {reason}.", path=path, reason=reason)
        raise CommandError(message) from None


def _checked(screen: Screen, password: str) -> str:
    if len(password) < MIN_CHARACTERS or not password.isprintable() or len(password.encode()) > MAX_BYTES:
        message = screen.t("The password must have at least {least} printable characters, and at most {most} bytes.",
                           least=MIN_CHARACTERS, most=MAX_BYTES)  # fmt: skip
        raise CommandError(message)
    return password


def ask_database(
    screen: Screen, request: Request, system: System, default: Path = Path(places.DATABASE), is_there: bool = False
) -> Path:
    """Return the database's path. `is_there`: it exists at the default; it moves only to where no file exists."""

    def parse(text: str) -> Path:
        if is_there and text == str(default):
            return default
        path = parse_database(text, system, screen.t)
        if is_there and system.path(path).exists():
            raise CommandError(screen.t("{path} already exists; name a new file, or move this one away.",
                                        path=path))  # fmt: skip
        return path

    return screen.ask(screen.t("Database file"), request.database, str(default), parse)


def ask_retention(screen: Screen, request: Request, default: int) -> int:
    """Return how many days records are kept."""

    def parse(text: str) -> int:
        text = half_width(text)
        days = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
        if not 1 <= days <= RETENTION_DAYS_MAX:
            raise CommandError(screen.t("{text} is not a number of days from 1 to {most}.",
                                        text=quote(text), most=RETENTION_DAYS_MAX))  # fmt: skip
        return days

    return screen.ask(screen.t("Days that records are kept"), request.retention_days, str(default), parse)


def ask_port(screen: Screen, request: Request, system: System, default: int = PORT, is_there: bool = False) -> int:
    """Return the page's port, which must be free. The proposal is the default, or the next free port.

    `is_there`: the panel already uses the default.
    """

    def parse(text: str) -> int:
        port = parse_port(text, screen)
        holder = None if is_there and port == default else port_holder(system, port, screen.t)
        if holder is None:
            return port
        raise CommandError(screen.t("Port {port} is in use by {holder}.", port=port, holder=holder))

    proposal = default
    if screen.is_guided and request.port is None and not is_there:
        ports = range(default, min(default + PORTS_TRIED, 65536))
        proposal = next((port for port in ports if port_holder(system, port, screen.t) is None), default)
    return screen.ask(screen.t("Port for the page and the agents"), request.port, str(proposal), parse)


def ask_auth(screen: Screen, request: Request, present: Auth) -> Auth:
    """Return how agents authenticate. MUNGE must work on this machine."""

    def parse(text: str) -> Auth:
        text = half_width(text).lower()
        if text == "token":
            return "token"
        if text != "munge":
            raise CommandError(screen.t("{text} is neither munge nor token.", text=quote(text)))
        trouble = munge_trouble(None) if present != "munge" else None
        if trouble is not None:
            raise CommandError(screen.t("MUNGE does not work on this machine: {trouble}", trouble=trouble))
        return "munge"

    return screen.ask(screen.t("How agents authenticate (munge, token)"), request.auth, present, parse)


def parse_port(text: str, screen: Screen) -> int:
    """Return a port number. Raises CommandError."""
    text = half_width(text)
    if text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 65535:
        return int(text[:6])
    raise CommandError(screen.t("{text} is not a port: a whole number from 1 to 65535.", text=quote(text)))


def ask_address(screen: Screen, request: Request, proposal: str, others: Iterable[NodeConfig]) -> str:
    """Return the address or name at which nodes reach this machine. `others`: all nodes but this machine."""
    known = {each.lower(): node.hostname for node in others for each in (node.hostname, node.ip)}

    def parse(text: str) -> str:
        text = half_width(text)
        if not is_host(text):
            raise CommandError(screen.t("{text} is neither an address nor a hostname.", text=quote(text)))
        address = parse_address(text)
        host = text if address is None else str(address)
        if host.lower() in known:
            raise CommandError(screen.t("{address} is the node {node}, not this machine.",
                                        address=host, node=known[host.lower()]))  # fmt: skip
        return host

    return screen.ask(screen.t("Address at which the nodes reach this machine"), request.address, proposal, parse)


def ask_mail(screen: Screen, request: Request, present: tuple[str, ...]) -> tuple[str, ...]:
    """Return who gets mail about alerts: "ops@example.org, boss@example.org"; empty for nobody."""
    default = ", ".join(present)

    def parse(text: str) -> tuple[str, ...]:
        if text == default:
            return present
        addresses = [] if text == NOBODY else [each for each in re.split(r"[,;\s]+", half_width(text)) if each]
        for address in addresses:
            if mail_address().parse(address, Path()) is None:
                raise CommandError(
                    screen.t("{text} is not a mail address such as ops@example.org.", text=quote(address))
                )
        return tuple(dict.fromkeys(addresses))

    question = screen.t("Mail addresses for alerts, separated by commas (Enter: none)")
    if present:
        question = screen.t("Mail addresses for alerts ({none}: nobody)", none=NOBODY)
    return screen.ask(question, request.mail, default, parse)
