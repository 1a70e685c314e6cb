"""`minipanel nodes list`: shows the nodes in config.toml."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from minipanel.commands.node_sets import nodes_asked_for
from minipanel.commands.tables import show_table
from minipanel.sections import load_config
from minipanel.translations.language import translator


def list_nodes(config_path: Path, node_set: str | None, as_json: bool) -> None:
    """Print the configured nodes, all or those of a set, as a table or as a JSON array.

    Raises ConfigError, CommandError, BadInput, NotFound.
    """
    nodes = nodes_asked_for(load_config(config_path), node_set)
    if as_json:
        print(json.dumps([asdict(node) for node in nodes], indent=2))
        return
    t = translator()
    rows = [(node.name, node.hostname, node.ip, t("yes") if node.enabled else t("no")) for node in nodes]
    show_table((t("NAME"), t("HOSTNAME"), t("IP"), t("ENABLED")), rows)
