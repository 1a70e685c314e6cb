"""Read config.toml and check all of it: every failure is a ConfigError, one sentence with file, key, value, allowed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from minipanel.config.table import Table, is_whole, shown
from minipanel.config.values import AdminConfig, AgentsConfig, Config, DatabaseConfig, NodeConfig, ServerConfig
from minipanel.errors import ConfigError
from minipanel.models.names import (
    ADDRESS_ALLOWED,
    HOSTNAME_ALLOWED,
    NODE_ADDRESS_ALLOWED,
    URL_ALLOWED,
    is_hostname,
    parse_address,
    parse_node_address,
    parse_url,
)

SECRET_BYTES_AT_LEAST = 32
USERNAME_MAX_CHARACTERS = 64

_SECTIONS = ("server", "admin", "database", "agents", "nodes")
_SERVER_KEYS = ("port", "host", "url", "jwt_secret", "session_hours", "tls_certificate", "tls_key")
_ADMIN_KEYS = ("username", "password_hash")
_DATABASE_KEYS = ("path", "retention_days")
_AGENTS_KEYS = ("auth", "secret", "allowed_uids", "interval", "munge_socket")
_NODE_KEYS = ("name", "ip", "hostname", "enabled", "addresses")

_UID_MAX = 2**32 - 2  # the largest is (uid_t) -1, which means "no user"
_UIDS_ALLOWED = "an array of one or more user ids, whole numbers of 0 or more"
_ADDRESSES_ALLOWED = "an array of IPv4 or IPv6 addresses, each of one machine"
# Each step of the cost doubles the time of a login; 15 takes seconds.
_BCRYPT_HASH = re.compile(r"\$2[aby]\$(0[4-9]|1[0-5])\$[./A-Za-z0-9]{53}")


def load_config(path: Path) -> Config:
    """Return what the file says, checked. Relative paths in it are taken from its own folder.

    Raises ConfigError: one sentence that names file, key, value and what is allowed, and never a secret's value.
    """
    path = path.absolute()
    return check_config(read_text(path), path)


def read_text(path: Path) -> str:
    """Return the file's text, its line ends as they are. Raises ConfigError where it is no file of UTF-8 text."""
    try:
        if path.is_dir():
            raise ConfigError(f"{path} is a folder; it must be a TOML file.")
        if path.exists() and not path.is_file():  # a device would be read without an end
            raise ConfigError(f"{path} is a pipe or a device; it must be a TOML file.")
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path} is missing; name the configuration with --config or MINIPANEL_CONFIG.") from None
    except OSError as error:
        raise ConfigError(f"{path} can't be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path} is not UTF-8 (line {line}); it must be a TOML file in UTF-8.") from None
    except ValueError:  # a NUL in the path
        raise ConfigError(f"{str(path)!r} can't be the path of a file.") from None


def check_config(text: str, path: Path) -> Config:
    """Return what the text says, as load_config does; `path` (absolute) is the file it stands or will stand in."""
    document = _parse(text, path)
    Table(path, "the file", document, _SECTIONS)
    return Config(
        path=path,
        server=_read_server(_section(document, "server", _SERVER_KEYS, path)),
        admin=_read_admin(_section(document, "admin", _ADMIN_KEYS, path)),
        database=_read_database(_section(document, "database", _DATABASE_KEYS, path)),
        agents=_read_agents(_section(document, "agents", _AGENTS_KEYS, path)),
        nodes=_read_nodes(document, path),
    )


def _parse(text: str, path: Path) -> dict[str, object]:
    if text.startswith("\ufeff"):
        raise ConfigError(f"{path} begins with a byte order mark; save it as UTF-8 without one.")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ConfigError(f"{path} is not TOML: too many brackets inside each other.") from None
    except ValueError as error:  # TOMLDecodeError, or a number of thousands of digits
        raise ConfigError(f"{path} is not TOML: {error}.") from None


def _section(document: dict[str, object], name: str, keys: Iterable[str], path: Path) -> Table:
    values = document.get(name, {})
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: {name} is not a table; it must be a section [{name}].")
    return Table(path, f"[{name}]", values, keys)


def _read_server(table: Table) -> ServerConfig:
    certificate, key = _read_tls(table)
    return ServerConfig(
        port=table.whole_number("port", 1, 65535, default=8080),
        host=_read_host(table),
        url=_read_url(table),
        jwt_secret=table.secret("jwt_secret", SECRET_BYTES_AT_LEAST),
        session_hours=table.number("session_hours", 1, 720, default=12),
        tls_certificate=certificate,
        tls_key=key,
    )


def _read_host(table: Table) -> str:
    host = table.text("host", ADDRESS_ALLOWED, default="0.0.0.0")
    if parse_address(host) is None:
        raise table.wrong("host", ADDRESS_ALLOWED)
    return host


def _read_url(table: Table) -> str:
    url = parse_url(table.text("url", URL_ALLOWED))
    if url is None:
        raise table.wrong("url", URL_ALLOWED)
    return url


def _read_tls(table: Table) -> tuple[Path | None, Path | None]:
    """Return certificate and key, both or neither, each a file that can be read."""
    keys = ("tls_certificate", "tls_key")
    there = [key for key in keys if key in table]
    if not there:
        return None, None
    if len(there) == 1:
        missing = keys[1] if there == [keys[0]] else keys[0]
        raise table.error(f"{missing} is missing in {table.place}; it must be set together with {there[0]}")
    certificate, key = (table.file_path(key) for key in keys)
    for name, path in zip(keys, (certificate, key), strict=True):
        _refuse_unreadable(table, name, path)
    return certificate, key


def _refuse_unreadable(table: Table, key: str, path: Path) -> None:
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise table.error(f"{key} in {table.place} is {path}, which can't be read: {error.strerror}") from None


def _read_admin(table: Table) -> AdminConfig:
    allowed = f"1 to {USERNAME_MAX_CHARACTERS} printable characters without spaces around them"
    username = table.text("username", allowed, default="miniadmin")
    if len(username) > USERNAME_MAX_CHARACTERS or username != username.strip():
        raise table.wrong("username", allowed)
    return AdminConfig(username, _read_password_hash(table))


def _read_password_hash(table: Table) -> str:
    allowed = "a bcrypt hash of a cost of 4 to 15, as `minipanel passwd` writes it"
    password_hash = table.secret("password_hash", bytes_at_least=0)
    if not _BCRYPT_HASH.fullmatch(password_hash):
        raise table.error(f"password_hash in {table.place} is not acceptable; it must be {allowed}")
    return password_hash


def _read_database(table: Table) -> DatabaseConfig:
    return DatabaseConfig(
        path=table.file_path("path", default="/var/lib/minipanel/data.db"),
        retention_days=table.whole_number("retention_days", 1, 3650, default=32),
    )


def _read_agents(table: Table) -> AgentsConfig:
    auth = _read_auth(table)
    needs_secret = auth == "token" or "secret" in table
    return AgentsConfig(
        auth=auth,
        secret=table.secret("secret", SECRET_BYTES_AT_LEAST) if needs_secret else None,
        allowed_uids=_read_uids(table),
        interval=table.whole_number("interval", 5, 60, default=5, step=5),
        munge_socket=str(table.file_path("munge_socket")) if "munge_socket" in table else None,
    )


def _read_auth(table: Table) -> Literal["munge", "token"]:
    allowed = '"munge" or "token"'
    match table.text("auth", allowed, default="munge"):
        case "munge":
            return "munge"
        case "token":
            return "token"
    raise table.wrong("auth", allowed)


def _read_uids(table: Table) -> tuple[int, ...]:
    uids = table.items("allowed_uids", _UIDS_ALLOWED, default=[0])
    numbers = tuple(uid for uid in uids if is_whole(uid) and 0 <= uid <= _UID_MAX)
    if not numbers or len(numbers) < len(uids):
        raise table.wrong("allowed_uids", _UIDS_ALLOWED)
    return numbers


def _read_nodes(document: dict[str, object], path: Path) -> tuple[NodeConfig, ...]:
    items = document.get("nodes", [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ConfigError(f"{path}: nodes is not a list of tables; each node must be a section [[nodes]].")
    tables = [Table(path, f"[[nodes]] number {i}", item, _NODE_KEYS) for i, item in enumerate(items, 1)]
    nodes = tuple(_read_node(table) for table in tables)
    _refuse_twins(tables, "hostname", [node.hostname for node in nodes])
    _refuse_twins(tables, "name", [node.name for node in nodes])
    _refuse_twins(tables, "ip", [node.ip for node in nodes])
    return nodes


def _read_node(table: Table) -> NodeConfig:
    hostname = _read_name(table, "hostname", default=None)
    ip = parse_node_address(table.text("ip", NODE_ADDRESS_ALLOWED))
    if ip is None:
        raise table.wrong("ip", NODE_ADDRESS_ALLOWED)
    return NodeConfig(
        name=_read_name(table, "name", default=hostname),
        ip=ip,
        hostname=hostname,
        enabled=table.flag("enabled", default=True),
        addresses=_read_addresses(table),
    )


def _read_addresses(table: Table) -> tuple[str, ...]:
    items = table.items("addresses", _ADDRESSES_ALLOWED, default=[])
    addresses = tuple(parse_node_address(item) for item in items if isinstance(item, str))
    if None in addresses or len(addresses) < len(items):
        raise table.wrong("addresses", _ADDRESSES_ALLOWED)
    return tuple(address for address in addresses if address is not None)


def _read_name(table: Table, key: str, default: str | None) -> str:
    name = table.text(key, HOSTNAME_ALLOWED, default)
    if not is_hostname(name):
        raise table.wrong(key, HOSTNAME_ALLOWED)
    return name


def _refuse_twins(tables: list[Table], key: str, values: list[str]) -> None:
    """Refuse a value that two nodes share, whatever its capitals: names of hosts have none (RFC 4343)."""
    first: dict[str, Table] = {}
    for table, value in zip(tables, values, strict=True):
        other = first.setdefault(value.lower(), table)
        if other is not table:
            raise table.error(
                f"{key} in {table.place} is {shown(value)}, as in {other.place}; each node must have one of its own"
            )
