"""The kinds of values in config.toml: each describes what is allowed, and converts TOML's value."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard

from minipanel.errors import BadInput, SentenceError
from minipanel.models.group import GROUP_NAME_ALLOWED, is_group_name
from minipanel.models.half_width import half_width
from minipanel.models.name_patterns import is_name_pattern
from minipanel.models.names import (
    ADDRESS_ALLOWED,
    HOSTNAME_ALLOWED,
    NODE_ADDRESS_ALLOWED,
    NODE_NAME_ALLOWED,
    URL_ALLOWED,
    is_host,
    is_hostname,
    parse_address,
    parse_node_address,
    parse_node_name,
    parse_url,
)
from minipanel.models.nodeset import expand

SECRET_BYTES_AT_LEAST = 32
_MANY = 3
"""Words that are listed, not told one by one."""
USERNAME_MAX_CHARACTERS = 64

_UID_MAX = 2**32 - 2  # the largest is (uid_t) -1, which means "no user"
_TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
# No character of it can end a header or an SMTP command. A domain may have no dot, as inside a cluster.
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}", re.ASCII)
MAIL_ALLOWED = "a mail address such as ops@example.org"
_DURATION = re.compile(r"(\d{1,7})([smhd])", re.ASCII)
_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
# Each step of the cost doubles a login's time; 15 takes seconds.
_BCRYPT_HASH = re.compile(r"\$2[aby]\$(0[4-9]|1[0-5])\$[./A-Za-z0-9]{53}")

# No underscores: many proxies drop such headers, and some programs treat underscores as hyphens.
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_TAKEN_HEADERS = {
    *("authorization", "cookie", "host", "origin", "referer", "user-agent", "accept", "content-type"),
    *("x-forwarded-for", "x-forwarded-proto", "forwarded", "x-minipanel-proxy-secret", "sec-fetch-site"),
}


class NotAcceptable(SentenceError):
    """A secret value is not allowed. The text says why, without the value: "has 30 bytes"."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `allowed`: what is allowed, in words, to end a sentence about another value.

    `parse`: converts TOML's value, given the folder of the file. It returns None for a value that is not allowed, or
    raises NotAcceptable. `is_secret`: no command may print the value.
    """

    allowed: str
    parse: Callable[[object, Path], object | None]
    is_secret: bool = False


def whole_number(low: int, high: int, step: int = 1) -> Kind:
    """A whole number from low to high, a multiple of step."""
    kind = "a whole number" if step == 1 else f"a multiple of {step}"
    return _where(
        f"{kind} from {low} to {high}", lambda value: is_whole(value) and low <= value <= high and value % step == 0
    )


def number(low: int, high: int) -> Kind:
    """A number from low to high, with or without decimals."""
    return _where(
        f"a number from {low} to {high}",
        lambda value: (is_whole(value) or isinstance(value, float)) and low <= value <= high,
    )


def duration(low: int, high: int) -> Kind:
    """A duration such as "90s", "5m", "2h" or "3d", from low to high seconds. Becomes whole seconds."""

    def parse(value: str) -> int | None:
        match = _DURATION.fullmatch(half_width(value))
        seconds = int(match[1]) * _UNIT_SECONDS[match[2]] if match else -1
        return seconds if low <= seconds <= high else None

    span = f"from {duration_text(low)} to {duration_text(high)}"
    return Kind(
        f'a time {span} such as "90s", "5m" or "2h"', lambda value, _: parse(value) if _is_text(value) else None
    )


def duration_text(seconds: int) -> str:
    """Return seconds in the largest unit of which they are a multiple: 300 -> "5m"."""
    unit = next(unit for unit, size in reversed(_UNIT_SECONDS.items()) if seconds % size == 0)
    return f"{seconds // _UNIT_SECONDS[unit]}{unit}" if seconds else "0s"


def flag() -> Kind:
    """True or false."""
    return _where("true or false", lambda value: isinstance(value, bool))


def choice(*words: str) -> Kind:
    """One of these words."""
    quoted = [f'"{word}"' for word in words]
    allowed = " or ".join(quoted) if len(words) < _MANY else f"one of {', '.join(quoted)}"
    return text(allowed, lambda value: value if value in words else None)


def text(allowed: str, parse: Callable[[str], str | None]) -> Kind:
    """A text that is not empty and has no control characters.

    `parse`: returns the text in its normal form, None if it is not allowed.
    """
    return Kind(allowed, lambda value, _: parse(value) if _is_text(value) else None)


def file_path() -> Kind:
    """A path, which becomes absolute. A relative one starts at the folder of the configuration file."""
    return Kind("the path of a file", lambda value, folder: folder / value if _is_text(value) else None)


def socket_path() -> Kind:
    """The path of a socket, as text for libmunge. Otherwise as file_path."""
    return Kind(file_path().allowed, lambda value, folder: str(folder / value) if _is_text(value) else None)


def absolute_path(of_what: str) -> Kind:
    """A path on another machine, as text."""
    return text(f"the absolute path of {of_what}", lambda value: value if value.startswith("/") else None)


def folder_path() -> Kind:
    """The absolute path of a folder of this machine."""
    return Kind(
        "the absolute path of a folder",
        lambda value, _: Path(value) if _is_text(value) and value.startswith("/") else None,
    )


def time_of_day() -> Kind:
    """Hours and minutes, such as "03:15"."""

    def parse(value: str) -> str | None:
        plain = half_width(value)
        return plain if _TIME_OF_DAY.fullmatch(plain) else None

    return text('a time from "00:00" to "23:59"', parse)


def secret() -> Kind:
    """A secret of at least 32 bytes in UTF-8. No sentence shows its value."""

    def parse(value: object, _: Path) -> str:
        size_bytes = len(_unshown(value).encode())
        if size_bytes < SECRET_BYTES_AT_LEAST:
            raise NotAcceptable("has {count} bytes", count=size_bytes)
        return _unshown(value)

    return Kind(f"text of at least {SECRET_BYTES_AT_LEAST} random bytes", parse, is_secret=True)


def password_hash() -> Kind:
    """A bcrypt hash. No sentence shows its value."""

    def parse(value: object, _: Path) -> str:
        if not _BCRYPT_HASH.fullmatch(_unshown(value)):
            raise NotAcceptable("is not acceptable")
        return _unshown(value)

    return Kind("a bcrypt hash of a cost of 4 to 15, as `minipanel access passwd` writes it", parse, is_secret=True)


def username() -> Kind:
    """The name of an account."""
    return text(
        f"1 to {USERNAME_MAX_CHARACTERS} printable characters without spaces around them",
        lambda value: value if len(value) <= USERNAME_MAX_CHARACTERS and value == value.strip() else None,
    )


def header_name() -> Kind:
    """The name of an HTTP header (a token of RFC 9110, 5.6.2) that has no meaning yet."""
    return text(
        "the name of a dedicated header, such as X-Forwarded-User: letters, digits and hyphens",
        lambda value: value if _HEADER.fullmatch(value) and value.lower() not in _TAKEN_HEADERS else None,
    )


def address() -> Kind:
    """An address to listen on."""
    return text(ADDRESS_ALLOWED, lambda value: None if parse_address(value) is None else value)


def node_address() -> Kind:
    """The address of one machine, in its normal form."""
    return text(NODE_ADDRESS_ALLOWED, parse_node_address)


def hostname() -> Kind:
    """A hostname."""
    return text(HOSTNAME_ALLOWED, lambda value: value if is_hostname(value) else None)


def node_name() -> Kind:
    """A node's name for people."""
    return text(NODE_NAME_ALLOWED, parse_node_name)


def url() -> Kind:
    """A URL without a slash at its end."""
    return text(URL_ALLOWED, parse_url)


def short_text(characters: int) -> Kind:
    """A text of at most this many characters."""
    return text(f"1 to {characters} printable characters", lambda value: value if len(value) <= characters else None)


def host() -> Kind:
    """The name or the address of a machine."""
    return text("a hostname or an address", lambda value: value if is_host(value) else None)


def tables(name: str, is_secret: bool = False) -> Kind:
    """A list of sections, as a tuple of TOML's tables. The code that declares it must check them."""

    def parse(value: object, _: Path) -> object | None:
        are_tables = isinstance(value, list) and all(isinstance(item, dict) for item in value)
        return tuple(value) if are_tables and isinstance(value, list) else None

    return Kind(f"a list of sections [[{name}]]", parse, is_secret)


def mail_address() -> Kind:
    """The address of a person, without a display name."""
    return text(MAIL_ALLOWED, lambda value: value if _MAIL.fullmatch(value) else None)


def mail_addresses() -> Kind:
    """Addresses of people, as a tuple."""
    return _array_of("an array of mail addresses such as ops@example.org", mail_address())


def uids() -> Kind:
    """User ids, at least one, as a tuple."""
    return _array_of(
        "an array of one or more user ids, whole numbers of 0 or more",
        _where("", lambda value: is_whole(value) and 0 <= value <= _UID_MAX),
        at_least=1,
    )


def hostnames() -> Kind:
    """Hostnames in lower case, as a tuple."""
    lower = text("", lambda value: value.lower() if is_hostname(value) else None)
    return _array_of("an array of hostnames, without ports", lower)


def group_name() -> Kind:
    """The name of a group of nodes."""
    return text(GROUP_NAME_ALLOWED, lambda value: value if is_group_name(value) else None)


def node_set() -> Kind:
    """A node set, as a tuple of names."""

    def parse(value: object, _: Path) -> tuple[str, ...] | None:
        try:
            return tuple(expand(half_width(value))) if isinstance(value, str) else None
        except BadInput:
            return None

    return Kind("a node set such as gpu[01-16]", parse)


def name_patterns() -> Kind:
    """Hostnames, node sets and patterns, as a tuple."""
    return _array_of(
        'an array of hostnames, node sets such as "node[17-20]" and patterns such as "*-ib", in which * stands for '
        "any characters and ? for one",
        text("", lambda value: value if is_name_pattern(value) else None),
    )


def node_addresses() -> Kind:
    """Addresses of machines, as a tuple."""
    return _array_of("an array of IPv4 or IPv6 addresses, each of one machine", node_address())


def is_whole(value: object) -> TypeGuard[int]:
    """Return whether a value is a whole number. True and False are not, though Python's bool is an int."""
    return isinstance(value, int) and not isinstance(value, bool)


def _where(allowed: str, is_good: Callable[[object], bool]) -> Kind:
    return Kind(allowed, lambda value, _: value if is_good(value) else None)


def _array_of(allowed: str, kind: Kind, at_least: int = 0) -> Kind:
    def parse(value: object, folder: Path) -> tuple[object, ...] | None:
        if not isinstance(value, list) or len(value) < at_least:
            return None
        items = tuple(kind.parse(item, folder) for item in value)
        return None if None in items else items

    return Kind(allowed, parse)


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value != "" and value.isprintable()


def _unshown(value: object) -> str:
    if not isinstance(value, str):
        raise NotAcceptable("is not text")
    return value
