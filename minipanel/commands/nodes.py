"""`minipanel nodes`: the list of nodes in config.toml, shown and edited."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from minipanel.commands.tables import show_table
from minipanel.config import Config, NodeConfig
from minipanel.edits import add_nodes, remove_nodes
from minipanel.errors import CommandError
from minipanel.machine.reload import tell_running_panel
from minipanel.models.names import (
    HOSTNAME_ALLOWED,
    NODE_ADDRESS_ALLOWED,
    is_hostname,
    parse_node_address,
)
from minipanel.models.nodeset import expand, fold
from minipanel.models.quote import quote
from minipanel.sections import load_config
from minipanel.translations.language import translator
from minipanel.translations.nodes import CHINESE


def list_nodes(config_path: Path, as_json: bool) -> None:
    """Print the configured nodes, as a table or as a JSON array. Raises ConfigError."""
    nodes = load_config(config_path).nodes
    if as_json:
        print(json.dumps([asdict(node) for node in nodes], indent=2))
        return
    t = translator(CHINESE)
    rows = [(node.name, node.hostname, node.ip, t("yes") if node.enabled else t("no")) for node in nodes]
    show_table((t("NAME"), t("HOSTNAME"), t("IP"), t("ENABLED")), rows)


def add_node(config_path: Path, hostname: str, ip: str, name: str | None) -> None:
    """Add a node to config.toml and have the running panel read it.

    Raises CommandError for a node that can't be added, ConfigError for a configuration that can't be used.
    """
    node = _new_node(hostname, ip, name or hostname)
    _refuse_known(load_config(config_path), node)
    config = add_nodes(config_path, [node])
    print(f"Added {node.name} ({node.ip}) to {config.path}. {tell_running_panel(config.database.path)}")


def remove_node_set(config_path: Path, node_set: str) -> None:
    """Take nodes, by hostname or name, out of config.toml and have the running panel read it; their history stays.

    Raises CommandError when one of them is not there, BadInput for a node set that can't be read, ConfigError.
    """
    wanted = expand(node_set)
    hostnames = _hostnames(load_config(config_path), wanted)
    config = remove_nodes(config_path, hostnames)
    print(f"Removed {fold(wanted)} from {config.path}; the history stays. {tell_running_panel(config.database.path)}")


def _new_node(hostname: str, ip: str, name: str) -> NodeConfig:
    for what, text in (("The hostname", hostname), ("The name", name)):
        if not is_hostname(text):
            raise CommandError(f"{what} is {quote(text)}; it must be {HOSTNAME_ALLOWED}.")
    address = parse_node_address(ip)
    if address is None:
        raise CommandError(f"The address is {quote(ip)}; it must be {NODE_ADDRESS_ALLOWED}.")
    return NodeConfig(name=name, ip=address, hostname=hostname)


def _refuse_known(config: Config, new: NodeConfig) -> None:
    for node in config.nodes:
        for key, mine, theirs in (
            ("hostname", new.hostname, node.hostname),
            ("name", new.name, node.name),
            ("address", new.ip, node.ip),
        ):
            if mine.lower() == theirs.lower():
                raise CommandError(f"{config.path} already has a node of the {key} {mine}: {node.name} ({node.ip}).")


def _hostnames(config: Config, wanted: list[str]) -> set[str]:
    """Return the configured hostnames of what was asked for by hostname or name."""
    known = {node.name.lower(): node.hostname for node in config.nodes}
    known |= {node.hostname.lower(): node.hostname for node in config.nodes}
    missing = [name for name in wanted if name.lower() not in known]
    if missing:
        raise CommandError(f"{config.path} has no node named {quote(fold(missing))}; nothing was removed.")
    return {known[name.lower()] for name in wanted}
