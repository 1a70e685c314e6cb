"""`minipanel try`: a panel and an agent for this machine, all in one folder, without root or systemd."""

from __future__ import annotations

import os
import secrets
import socket
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from minipanel import __version__
from minipanel.access.password import hash_password, is_password, random_password, read_password
from minipanel.config import AdminConfig, AgentsConfig, Config, DatabaseConfig, NodeConfig, ServerConfig
from minipanel.config.template import render_config
from minipanel.config.writing import replace_file
from minipanel.edits import add_nodes, set_password_hash, set_values
from minipanel.errors import CommandError
from minipanel.machine.lock import running_pid
from minipanel.models.names import ADDRESS_ALLOWED, is_hostname, parse_address
from minipanel.models.quote import quote
from minipanel.sections import load_config
from minipanel.sentence import Sentence
from minipanel.services.agent_config import Value, render_agent_config
from minipanel.services.demo_config import DEMO
from minipanel.serving.launch import become_panel
from minipanel.serving.sockets import bind
from minipanel.translations.columns import align
from minipanel.translations.language import translator
from minipanel.trial.auth import AgentAuth, Auth, choose_auth
from minipanel.trial.demo import demo_auth, demo_text, refuse_demo, refuse_other, with_demo

CONFIG, AGENT, DATABASE, LOG = "config.toml", "agent.toml", "data.db", "panel.log"

FIRST_HOST, FIRST_PORT, USERNAME = "127.0.0.1", 8080, "miniadmin"

OWN_IP = "127.0.0.1"
"""The address of this machine as a node."""

_GIVEN = Sentence("as given")

_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}


@dataclass(frozen=True, slots=True)
class Options:
    """The options. None: as at the last start, or the default."""

    folder: Path
    host: str | None = None
    port: int | None = None
    password: str | None = None
    auth: Auth | None = None
    password_file: Path | None = None
    is_demo: bool = False
    demo_nodes: int | None = None
    """How many nodes are simulated; None: as at the last start, or the default."""


def try_out(options: Options) -> NoReturn:
    """Prepare the folder, print the page's address and the password, and become the panel.

    Raises CommandError if the folder, the address, the password or MUNGE can't be used, ConfigError.
    """
    _refuse_bad_address(options)
    if options.password_file is not None:
        options = replace(options, password=read_password(options.password_file))
    folder = _usable_folder(options.folder)
    path = folder / CONFIG
    if not options.is_demo:
        refuse_demo(path)
    else:
        refuse_other(path, folder / DATABASE, options.demo_nodes)
        options = replace(options, auth=demo_auth(options.auth))
    config, told_password, how = _continue(path, options) if path.exists() else _begin(path, options)
    if options.is_demo:
        config = with_demo(config, options.demo_nodes)
    node = next(node for node in config.nodes if node.ip == OWN_IP)
    write_agent_config(folder / AGENT, config, node)
    _tell(config, told_password, how)
    words = ("--agent", str(folder / AGENT), "--log", str(folder / LOG))
    become_panel("minipanel.trial", config.path, *words)


def write_agent_config(path: Path, config: Config, node: NodeConfig) -> None:
    """Write the config.toml of this machine's agent, readable only by its owner. Raises ConfigError."""
    local: dict[str, Value] = {"spool_path": str(path.parent.absolute() / "spool")}
    if config.agents.munge_socket is not None:
        local["munge_socket"] = config.agents.munge_socket
    replace_file(path, render_agent_config(config, node.hostname, **local))


def _refuse_bad_address(options: Options) -> None:
    if options.host is not None and parse_address(options.host) is None:
        raise CommandError("--host is {host}; it must be {allowed}.", host=quote(options.host), allowed=ADDRESS_ALLOWED)
    if options.port is not None and not 1 <= options.port <= 65535:
        raise CommandError("--port is {port}; it must be a whole number from 1 to 65535.", port=options.port)


def _begin(path: Path, options: Options) -> tuple[Config, str | Sentence, AgentAuth]:
    """Write the first config.toml. Returns it, the text about the password, and how the agent authenticates."""
    host, port = options.host or FIRST_HOST, options.port or FIRST_PORT
    password = options.password or random_password()
    password_hash = hash_password(password)
    how = choose_auth(options.auth, None)
    bind(host, port).close()  # nobody should note a password for a panel that can't start
    config = Config(
        path=path,
        server=ServerConfig(host, port, _url(host, port), jwt_secret=secrets.token_urlsafe(32)),
        admin=AdminConfig(USERNAME, password_hash),
        database=DatabaseConfig(path.parent / DATABASE),
        agents=AgentsConfig(how.auth, secrets.token_urlsafe(32), allowed_uids=(os.geteuid(),)),
        nodes=(_own_node(),),
    )
    replace_file(path, render_config(config) + (demo_text() if options.is_demo else ""))
    return config, password if options.password is None else _GIVEN, how


def _continue(path: Path, options: Options) -> tuple[Config, str | Sentence, AgentAuth]:
    """Apply the options to an earlier start's config.toml. Returns what _begin returns."""
    config = _own_config(path)
    host, port = options.host or config.server.host, options.port or config.server.port
    password_hash = _hash_of_changed(options.password, config.admin.password_hash) if options.password else None
    how = choose_auth(options.auth, config.agents.munge_socket)
    bind(host, port).close()
    if (host, port) != (config.server.host, config.server.port):
        config = set_values(path, "server", {"host": host, "port": port, "url": _url(host, port)})
    if password_hash:
        config = set_password_hash(path, password_hash)
    if not any(node.ip == OWN_IP for node in config.nodes):
        config = add_nodes(path, [_own_node()])
    config = _with_auth(config, how)
    return config, _GIVEN if options.password else Sentence("unchanged; --password-file sets another"), how


def _hash_of_changed(password: str, old: str) -> str | None:
    """Return the hash of a new password; None for the old one, as another hash of it would end all sessions."""
    return None if is_password(password, old) else hash_password(password)


def _own_config(path: Path) -> Config:
    """Return an earlier start's configuration. Raises CommandError if it is an installed panel's, or in use."""
    config = load_config(path)
    if config.database.path.parent != path.parent:
        raise CommandError(
            "{path} belongs to another panel: its database is elsewhere; name another folder with --dir.", path=path
        )
    pid = running_pid(config.database.path)
    if pid is not None:
        raise CommandError(
            "MiniPanel already runs in {folder} (process {pid}), at {url}.",
            folder=path.parent,
            pid=pid,
            url=config.server.url,
        )
    return config


def _with_auth(config: Config, how: AgentAuth) -> Config:
    agents = config.agents
    values: dict[str, str | int | list[int]] = {}
    if agents.auth != how.auth:
        values["auth"] = how.auth
    if how.auth == "token" and agents.secret is None:
        values["secret"] = secrets.token_urlsafe(32)
    if how.auth == "munge" and os.geteuid() not in agents.allowed_uids:
        values["allowed_uids"] = [*agents.allowed_uids, os.geteuid()]
    return set_values(config.path, "agents", values) if values else config


def _usable_folder(folder: Path) -> Path:
    """Return the folder as an absolute path; make it if it does not exist. Raises CommandError if it can't be used."""
    folder = folder.absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except FileExistsError:
        raise CommandError("{folder} is a file; name a folder with --dir.", folder=folder) from None
    except OSError as error:
        raise CommandError(
            "{folder} can't be written: {reason}; name another folder with --dir.", folder=folder, reason=error.strerror
        ) from None
    return folder


def _own_node() -> NodeConfig:
    """Return this machine as a node. If its hostname is not valid by RFC 1123, the node is called localhost."""
    hostname = socket.gethostname()
    hostname = hostname if is_hostname(hostname) else "localhost"
    return NodeConfig(name=hostname, ip=OWN_IP, hostname=hostname)


def _url(host: str, port: int) -> str:
    """Return the URL at which browsers and the agent on this machine find the panel."""
    return f"http://{_ANY_ADDRESS.get(host) or (f'[{host}]' if ':' in host else host)}:{port}"


def _tell(config: Config, told_password: str | Sentence, how: AgentAuth) -> None:
    t = translator()
    reason = Sentence("as all nodes of a demo") if config.of(DEMO).simulated else how.reason
    page = config.server.url
    if config.server.host in _ANY_ADDRESS:
        page = t("{url} and every other address of this machine", url=page)
    password = told_password if isinstance(told_password, str) else t(told_password.english)
    rows = [
        (t("page"), page),
        (t("account"), config.admin.username),
        (t("password"), password),
        (t("agent"), t("{auth}: {reason}", auth=how.auth, reason=t(reason).rstrip(".。"))),
        (t("folder"), str(config.path.parent)),
    ]
    if demo := config.of(DEMO).simulated:
        rows.append((t("demo"), t("{count} simulated nodes beside this machine", count=demo)))
    print(f"MiniPanel {__version__}", *align(rows), sep="\n")
