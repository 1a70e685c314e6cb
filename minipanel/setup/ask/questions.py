"""The questions, one function each: what was given by option is taken, what is left is asked or has its default."""

from __future__ import annotations

from pathlib import Path

from minipanel.access.password import MAX_BYTES, MIN_CHARACTERS, random_password
from minipanel.config.kinds import USERNAME_MAX_CHARACTERS
from minipanel.errors import CommandError
from minipanel.models.names import is_host, parse_address
from minipanel.models.quote import quote
from minipanel.setup import places
from minipanel.setup.ask.storage import parse_database
from minipanel.setup.look.ports import port_holder
from minipanel.setup.request import Request
from minipanel.setup.screen import Screen
from minipanel.setup.system import System

USERNAME = "miniadmin"
PORT = 8080
PORTS_TRIED = 20


def ask_admin(screen: Screen, request: Request) -> str:
    """Return the name of the page's account."""

    def parse(text: str) -> str:
        if text.isprintable() and text == text.strip() and 0 < len(text) <= USERNAME_MAX_CHARACTERS:
            return text
        raise CommandError(
            screen.t("The name has 1 to {most} printable characters, without spaces around them.",
                     most=USERNAME_MAX_CHARACTERS)
        )  # fmt: skip

    return screen.ask(screen.t("Name of the account"), request.admin, USERNAME, parse)


def ask_password(screen: Screen, request: Request) -> tuple[str, bool]:
    """Return the password, and whether it is a random one. A typed one is asked twice and never shown."""
    if request.password_file is not None:
        return _checked(screen, _read_password(screen, request.password_file)), False
    while screen.is_guided:
        typed = screen.read_secret(screen.t("Password, not shown (Enter: a random one): "))
        if not typed:
            break
        try:
            password = _checked(screen, typed)
        except CommandError as error:
            screen.say(str(error))
            continue
        if screen.read_secret(screen.t("The same again: ")) == password:
            return password, False
        screen.say(screen.t("The two differ; once more."))
    return random_password(), True


def _read_password(screen: Screen, path: Path) -> str:
    """Return the first line of the file: editors put a line end behind it."""
    try:
        return path.read_bytes().decode().split("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        message = screen.t("The password's file {path} can't be read: {reason}.", path=path, reason=reason)
        raise CommandError(message) from None


def _checked(screen: Screen, password: str) -> str:
    if len(password) < MIN_CHARACTERS or not password.isprintable() or len(password.encode()) > MAX_BYTES:
        message = screen.t("The password must have at least {least} printable characters, and at most {most} bytes.",
                           least=MIN_CHARACTERS, most=MAX_BYTES)  # fmt: skip
        raise CommandError(message)
    return password


def ask_database(screen: Screen, request: Request, system: System) -> Path:
    """Return where the database is to lie."""
    question = screen.t("Database file")
    return screen.ask(question, request.database, places.DATABASE, lambda text: parse_database(text, system, screen.t))


def ask_port(screen: Screen, request: Request, system: System) -> int:
    """Return the page's port, a free one. Proposed is 8080, or the next that is free."""

    def parse(text: str) -> int:
        port = parse_port(text, screen)
        holder = port_holder(system, port, screen.t)
        if holder is None:
            return port
        raise CommandError(screen.t("Port {port} is in use by {holder}.", port=port, holder=holder))

    free = PORT
    if screen.is_guided and request.port is None:
        ports = range(PORT, PORT + PORTS_TRIED)
        free = next((port for port in ports if port_holder(system, port, screen.t) is None), PORT)
    return screen.ask(screen.t("Port of the page and the agents' reports"), request.port, str(free), parse)


def parse_port(text: str, screen: Screen) -> int:
    """Return a port's number. Raises CommandError."""
    if text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 65535:
        return int(text[:6])
    raise CommandError(screen.t("{text} is no port: a whole number from 1 to 65535.", text=quote(text)))


def ask_address(screen: Screen, request: Request, proposal: str) -> str:
    """Return the address or name at which nodes reach this machine."""

    def parse(text: str) -> str:
        if not is_host(text):
            raise CommandError(screen.t("{text} is neither an address nor a hostname.", text=quote(text)))
        address = parse_address(text)
        return text if address is None else str(address)

    return screen.ask(screen.t("Address at which the nodes reach this machine"), request.address, proposal, parse)
