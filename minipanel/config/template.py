"""The first config.toml: every key with a comment that explains it."""

from __future__ import annotations

import json
from pathlib import Path

from minipanel.config.values import AdminConfig, AgentsConfig, Config, DatabaseConfig, NodeConfig, ServerConfig


def render_config(config: Config) -> str:
    """Return the text of a config.toml that says what `config` says. Reading it gives an equal Config."""
    folder = config.path.parent
    sections = [
        _INTRODUCTION,
        _server(config.server, folder),
        _admin(config.admin),
        _database(config.database, folder),
        _agents(config.agents),
        _NODES,
        *(render_node(node) for node in config.nodes),
    ]
    return "\n".join(sections)


def _server(server: ServerConfig, folder: Path) -> str:
    lines = [
        "[server]",
        "# The address and port that the page and the agents are served at; 0.0.0.0 is every address of this machine.",
        f"host = {_text(server.host)}",
        f"port = {server.port}",
        "# Where the agents report: this machine as the nodes see it.",
        f"url = {_text(server.url)}",
        "# Signs the sessions of the page: at least 32 random bytes. A new one logs everybody out.",
        f"jwt_secret = {_text(server.jwt_secret)}",
        "# How long a login lasts, 1 to 720 hours.",
        f"session_hours = {server.session_hours}",
        "# HTTPS: both files in PEM, or neither.",
        _tls_line("tls_certificate", server.tls_certificate, folder),
        _tls_line("tls_key", server.tls_key, folder),
    ]
    return _joined(lines)


def _tls_line(key: str, path: Path | None, folder: Path) -> str:
    return f'# {key} = "{key}.pem"' if path is None else f"{key} = {_path(path, folder)}"


def _admin(admin: AdminConfig) -> str:
    lines = [
        "[admin]",
        "# The account of the page. `minipanel passwd` sets the password.",
        f"username = {_text(admin.username)}",
        f"password_hash = {_text(admin.password_hash)}",
    ]
    return _joined(lines)


def _database(database: DatabaseConfig, folder: Path) -> str:
    lines = [
        "[database]",
        "# A path that is not absolute is taken from the folder of this file.",
        f"path = {_path(database.path, folder)}",
        "# Older records are deleted, 1 to 3650 days; the page's longest period is 30 days.",
        f"retention_days = {database.retention_days}",
    ]
    return _joined(lines)


def _agents(agents: AgentsConfig) -> str:
    lines = [
        "[agents]",
        '# How an agent proves who it is: "munge" by the cluster\'s MUNGE, "token" by a token made from the secret.',
        f"auth = {_text(agents.auth)}",
        "# Token only: at least 32 random bytes. A new one makes the agents' tokens worthless.",
        '# secret = "…"' if agents.secret is None else f"secret = {_text(agents.secret)}",
        "# MUNGE only: the users, by number, that agents may run as.",
        f"allowed_uids = [{', '.join(str(uid) for uid in agents.allowed_uids)}]",
        "# MUNGE only: munged's socket, where it is not the usual one.",
        '# munge_socket = "…"' if agents.munge_socket is None else f"munge_socket = {_text(agents.munge_socket)}",
        "# Seconds between two samples: a multiple of 5, 5 to 60.",
        f"interval = {agents.interval}",
    ]
    return _joined(lines)


def render_node(node: NodeConfig) -> str:
    """Return one [[nodes]] section."""
    lines = [
        "[[nodes]]",
        f"name = {_text(node.name)}",
        f"ip = {_text(node.ip)}",
        f"hostname = {_text(node.hostname)}",
        f"enabled = {'true' if node.enabled else 'false'}",
    ]
    if node.addresses:
        lines.append(f"addresses = [{', '.join(map(_text, node.addresses))}]")
    return _joined(lines)


def _path(path: Path, folder: Path) -> str:
    """Return a path below the folder of config.toml as relative to it, so that both can be moved together."""
    return _text(str(path.relative_to(folder) if path.is_relative_to(folder) else path))


def _text(value: str) -> str:
    """Return a TOML basic string. JSON's escapes are all TOML's too, and DEL is the one that JSON leaves out."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _joined(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


_INTRODUCTION = """\
# MiniPanel's configuration. The panel reads it at its start and on `systemctl reload minipanel` (SIGHUP);
# port, host, TLS and database take effect at the next start. It holds secrets: keep it readable for the panel alone.
"""

_NODES = """\
# One [[nodes]] for each node: `hostname` is what its agent calls itself, `name` what people read (the hostname where
# it is left out), `ip` its address. `minipanel nodes add` and `minipanel nodes remove` edit this list.
"""
