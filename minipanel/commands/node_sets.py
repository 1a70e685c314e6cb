"""Which of the configured nodes a command is about."""

from __future__ import annotations

from minipanel.config import Config, NodeConfig
from minipanel.errors import BadInput, CommandError, ConfigError, NotFound
from minipanel.models.nodeset import expand, fold
from minipanel.models.quote import quote
from minipanel.services.groups import expand_here, without_groups
from minipanel.translations.language import say


def nodes_asked_for(config: Config, node_set: str | None) -> tuple[NodeConfig, ...]:
    """Return the nodes of a set by hostname or name, in config.toml's order; all for None. The set may have groups.

    Raises CommandError if a node is not configured, BadInput, NotFound.
    """
    if node_set is None:
        return config.nodes
    names = [name.lower() for name in expand_here(config, node_set)]
    known = {name.lower() for node in config.nodes for name in (node.name, node.hostname)}
    missing = [name for name in names if name not in known]
    if missing:
        raise CommandError(
            "{path} has no node named {nodes}; `minipanel nodes list` shows all.",
            path=config.path,
            nodes=quote(fold(missing)),
        )
    wanted = set(names)
    return tuple(node for node in config.nodes if not wanted.isdisjoint((node.name.lower(), node.hostname.lower())))


def known_set(config: Config, node_set: str | None) -> str | None:
    """Return a node set with its groups expanded; its nodes need not be configured. Raises ConfigError if malformed."""
    if node_set is None:
        return None
    try:
        plain = without_groups(config, node_set)
        expand(plain)
    except (BadInput, NotFound) as error:
        raise ConfigError(say(str(error))) from None
    return plain
