"""config.toml, read and checked. An error is one sentence with file, key, value and what is allowed."""

import os
from typing import Any, Callable, Dict, Tuple

from minipanel_agent.errors import ConfigError
from minipanel_agent.log import printable
from minipanel_agent.url import parse_url

try:
    import tomllib as toml
except ImportError:  # before Python 3.11
    try:
        from minipanel_agent import _tomli as toml  # type: ignore[attr-defined,no-redef]  # put into the zip by build.py
    except ImportError:
        try:
            import tomli as toml  # type: ignore[import-not-found,no-redef,unused-ignore]
        except ImportError:
            toml = None  # type: ignore[assignment]

DEFAULT_PATH = "/opt/minipanel-agent/config.toml"

DEFAULT_SPOOL = "/var/lib/minipanel-agent/spool"

MOST_SPOOL_HOURS = 720
"""30 days. The panel skips what is older than the history it keeps, by default 32 days."""

LONGEST_NODE_ID = 253
"""Characters of a hostname, RFC 1035 section 2.3.4."""

NODE_ID_SIGNS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_")


class Config:
    """The settings: server_url, node_id, interval, spread_seconds, auth, token, munge_socket, ca_file, spool_path,
    spool_hours.

    A text that was left out is "", except node_id, which is then the node's hostname. Times are in seconds.
    """

    def __init__(self, values: Dict[str, Any]) -> None:
        """values: checked, with server_url and node_id."""
        self.server_url = parse_url(values["server_url"])
        self.node_id: str = values["node_id"]
        self.interval: int = values.get("interval", 5)
        self.spread_seconds = float(values.get("spread_seconds", 0))
        self.auth: str = values.get("auth", "munge")
        self.token: str = values.get("token", "")
        self.munge_socket: str = values.get("munge_socket", "")
        self.ca_file: str = values.get("ca_file", "")
        self.spool_path: str = values.get("spool_path", DEFAULT_SPOOL)
        self.spool_hours: int = values.get("spool_hours", 24)


def read_config(path: str) -> Config:
    """Return the config in a file. Raises ConfigError."""
    if toml is None:
        raise ConfigError("Python before 3.11 has no TOML reader; use the built minipanel-agent, which brings one.")
    try:
        with open(path, encoding="utf-8") as file:
            return parse_config(file.read())
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.")
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}")


def parse_config(text: str) -> Config:
    """Return the config in a text. Raises ConfigError."""
    try:
        values = toml.loads(text)
    except (ValueError, RecursionError) as error:  # TOMLDecodeError is a ValueError
        raise ConfigError(f"this is not TOML: {printable(str(error))}.")
    _check_keys(values)
    _check_together(values)
    values.setdefault("node_id", os.uname().nodename)
    if not _is_node_id(values["node_id"]):
        raise ConfigError(f"node_id is missing, and the hostname {printable(repr(values['node_id']))} cannot stand in.")
    return Config(values)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_server_url(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(parse_url(value))
    except ValueError:
        return False


def _is_node_id(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NODE_ID and NODE_ID_SIGNS.issuperset(value)


def _is_interval(value: Any) -> bool:
    return _is_whole(value) and 5 <= value <= 60 and value % 5 == 0


def _is_spread(value: Any) -> bool:
    return (_is_whole(value) or isinstance(value, float)) and 0 <= value <= 59


def _is_spool_hours(value: Any) -> bool:
    return _is_whole(value) and 1 <= value <= MOST_SPOOL_HOURS


def _is_token(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 1000 and all("!" <= sign <= "~" for sign in value)


def _is_path(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("/") and "\0" not in value


KEYS: Dict[str, Tuple[Callable[[Any], bool], str]] = {
    "server_url": (_is_server_url, "the panel's address, as http://10.0.0.1:8080 or https://head.cluster"),
    "node_id": (_is_node_id, "the node's hostname: 1 to 253 letters, digits, dots, hyphens or underscores"),
    "interval": (_is_interval, "a multiple of 5 from 5 to 60, in seconds"),
    "spread_seconds": (_is_spread, "a number of seconds from 0 to one below interval"),
    "auth": (lambda value: value in ("munge", "token"), '"munge" or "token"'),
    "token": (_is_token, "the node's token, 1 to 1000 signs of ASCII without spaces"),
    "munge_socket": (_is_path, "the absolute path of munged's socket"),
    "ca_file": (_is_path, "the absolute path of a file with the authority's certificate"),
    "spool_path": (_is_path, "the absolute path of a folder for the agent alone"),
    "spool_hours": (_is_spool_hours, f"a whole number of hours from 1 to {MOST_SPOOL_HOURS}"),
}

SECRET_KEYS = ("token",)


def _check_keys(values: Dict[str, Any]) -> None:
    for key, value in values.items():
        if key not in KEYS:
            raise ConfigError(f"{printable(key)} is no key of this file; there are {', '.join(KEYS)}.")
        is_good, allowed = KEYS[key]
        if not is_good(value):
            shown = "not acceptable" if key in SECRET_KEYS else printable(repr(value))
            raise ConfigError(f"{key} is {shown}; it must be {allowed}.")
    if "server_url" not in values:
        raise ConfigError(f"server_url is missing; it must be {KEYS['server_url'][1]}.")


def _check_together(values: Dict[str, Any]) -> None:
    """Check what one key requires of another."""
    auth, interval = values.get("auth", "munge"), values.get("interval", 5)
    if auth == "token" and "token" not in values:
        raise ConfigError('token is missing; with auth = "token" it must be this node\'s token.')
    for key, wanted in (("token", "token"), ("munge_socket", "munge")):
        if key in values and auth != wanted:
            raise ConfigError(f'{key} is set, but auth is "{auth}"; it goes with auth = "{wanted}" alone.')
    if values.get("spread_seconds", 0) > interval - 1:
        raise ConfigError(
            f"spread_seconds is {values['spread_seconds']}; it must be from 0 to {interval - 1}, one below interval."
        )
    if "ca_file" in values and not values["server_url"].startswith("https:"):
        raise ConfigError("ca_file is set, but server_url is not https; it goes with https alone.")
