"""`minipanel nodes remove`: removes nodes from config.toml, and, on request, the agent from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from minipanel.commands.agents_left import Removal, RollOut, still_reporting, take_agents_away, wants_agents_away
from minipanel.commands.node_lists import nodes_called
from minipanel.config import Config, NodeConfig
from minipanel.database.newest import nodes_in
from minipanel.edits import remove_nodes
from minipanel.errors import CommandError, DatabaseError
from minipanel.exits import DONE
from minipanel.machine.hosts import HOSTS, read_hosts
from minipanel.machine.reload import tell_running_panel
from minipanel.models.name_patterns import NamePatterns
from minipanel.models.names import parse_node_name
from minipanel.models.nodeset import fold
from minipanel.models.quote import quote
from minipanel.sections import load_config
from minipanel.services.demo_config import refuse_demo
from minipanel.services.groups import expand_here
from minipanel.translations.language import Translate, translator


def remove_node_set(config_path: Path, node_set: str, with_agent: bool, roll_out: RollOut, hosts: Path = HOSTS) -> int:
    """Remove nodes, by hostname or name, from config.toml and make the running panel reload it. Their history stays.

    with_agent: first remove the agent from the nodes, and from named ones that config.toml no longer has. If that fails
    and the agent still reports, the node stays in config.toml. Returns the exit code. Raises CommandError if a node is
    not there, BadInput for a malformed node set, ConfigError.
    """
    t = translator()
    config = load_config(config_path)
    refuse_demo(config, t)
    chosen, missing = _chosen(config, _named(config, node_set))
    earlier = _taken_out_before(config, missing) if with_agent else []
    unknown = set(missing) - {node.hostname.lower() for node in earlier}
    if unknown:
        names = quote(fold(name for name in missing if name in unknown))
        raise CommandError(t("{path} has no node named {names}; nothing was removed.", path=config.path, names=names))
    reporting = still_reporting(config, chosen)
    visited: Sequence[str] = ()
    if with_agent:
        visited = [node.hostname for node in (*chosen, *earlier)]
    elif wants_agents_away(reporting, True, t):
        visited = reporting
    removal = Removal(DONE, ())
    if visited:
        known = replace(config, nodes=(*config.nodes, *earlier))
        removal = take_agents_away(known, visited, reporting, roll_out, lambda report: report.show(), t)
    kept = removal.kept
    gone = [node.hostname for node in chosen if node.hostname not in kept]
    if gone:
        config = remove_nodes(config.path, set(gone))
        done = t("Removed {nodes} from {path}; the history stays.", nodes=fold(gone), path=config.path)
        print(t("{sentence} {next}", sentence=done, next=tell_running_panel(config.database.path, t)))
        _tell_listed(config, gone, hosts, t)
    stays = [node.hostname for node in chosen if node.hostname in kept]
    if stays:
        print(t("Still configured, because the agent could not be removed: {nodes}", nodes=fold(stays)))
        print(t("To remove them anyway: {command}", command=f"minipanel nodes remove {fold(stays)}"))
    return removal.exit_code


def _named(config: Config, text: str) -> list[str]:
    """Return the names in a node set. The display name of a node, which need not be a node set, is one name.

    Raises BadInput, NotFound.
    """
    name = parse_node_name(text)
    is_name = name is not None and any(node.name.lower() == name.lower() for node in config.nodes)
    return [name] if name is not None and is_name else expand_here(config, text)


def _chosen(config: Config, wanted: Sequence[str]) -> tuple[list[NodeConfig], list[str]]:
    """Return the configured nodes with these hostnames or names, and, in lower case, the names that no node has."""
    known = {node.name.lower(): node for node in config.nodes}
    known |= {node.hostname.lower(): node for node in config.nodes}
    names = [name.lower() for name in wanted]
    chosen = {known[name].hostname: known[name] for name in names if name in known}
    return list(chosen.values()), [name for name in names if name not in known]


def _taken_out_before(config: Config, hostnames: Sequence[str]) -> list[NodeConfig]:
    """Return the nodes among these that were configured earlier: the database keeps their addresses."""
    try:
        nodes = nodes_in(config.database.path) if hostnames else []
    except DatabaseError:
        return []
    return [NodeConfig(node.name, node.ip, node.hostname) for node in nodes if node.hostname.lower() in hostnames]


def _tell_listed(config: Config, gone: Sequence[str], hosts: Path, t: Translate) -> None:
    """Print which of the removed nodes the hosts file still has: a sync would bring them back."""
    try:
        listed = read_hosts(hosts, NamePatterns(config.hosts.ignore)).nodes
    except OSError:
        return
    _, missing = nodes_called(listed, gone)
    back = [hostname for hostname in gone if hostname not in missing]
    if back:
        print(
            t(
                "{hosts} still has {nodes}: minipanel nodes sync brings them back unless [hosts] ignore names them.",
                hosts=hosts, nodes=fold(back),
            )
        )  # fmt: skip
