"""How the panel's nodes and this machine's /etc/hosts differ."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from pathlib import Path

from minipanel.config import Config, NodeConfig
from minipanel.machine.hosts import HOSTS, HostsNode, read_hosts
from minipanel.models.name_patterns import NamePatterns
from minipanel.models.nodeset import fold
from minipanel.rollout.facts import Say


def tell_drift(config: Config, is_own: Callable[[str], bool], say: Say, path: Path = HOSTS) -> list[str]:
    """Return a sentence for each way in which the two differ; none if they agree or the file can't be read.

    is_own: whether an address is this machine's; /etc/hosts may well have another name for it. Names are compared
    without case, and a short name matches its long form. Names that [hosts] ignore matches are left out.
    """
    try:
        hosts = read_hosts(path, NamePatterns(config.hosts.ignore)).nodes
    except OSError:
        return []
    known = {name: node for node in config.nodes for name in _spellings([node.hostname, node.name])}
    listed = {name: node for node in hosts for name in _spellings([node.hostname, *node.aliases])}
    return [
        sentence
        for sentence in (
            _only_in_hosts([node for node in hosts if not _is_known(node, known, is_own)], say, path),
            _only_in_config([node for node in config.nodes if not _is_listed(node, listed, is_own)], say, path),
            _elsewhere(config.nodes, listed, say, path),
        )
        if sentence
    ]


def _only_in_hosts(nodes: Sequence[HostsNode], say: Say, path: Path) -> str:
    names = fold(node.hostname for node in nodes)
    template = "In {hosts}, but not a node of the panel: {nodes}. To apply the differences: minipanel nodes sync"
    return say(template, hosts=path, nodes=names) if nodes else ""


def _only_in_config(nodes: Sequence[NodeConfig], say: Say, path: Path) -> str:
    names = fold(node.hostname for node in nodes)
    template = "A node of the panel, but not in {hosts}: {nodes}. To apply the differences: minipanel nodes sync"
    return say(template, hosts=path, nodes=names) if nodes else ""


def _elsewhere(nodes: Sequence[NodeConfig], listed: dict[str, HostsNode], say: Say, path: Path) -> str:
    """Return a sentence on nodes whose address differs. The panel accepts an agent only from the address it knows."""
    moved = []
    for node in nodes:
        other = next((listed[name] for name in _spellings([node.hostname, node.name]) if name in listed), None)
        if other is not None and node.ip not in other.addresses:
            moved.append(f"{node.hostname} ({node.ip}; {other.address})")
    template = "Another address on the panel than in {hosts}: {nodes}"
    return say(template, hosts=path, nodes=", ".join(moved)) if moved else ""


def _is_known(node: HostsNode, known: Container[str], is_own: Callable[[str], bool]) -> bool:
    return any(map(is_own, node.addresses)) or any(name in known for name in _spellings([node.hostname, *node.aliases]))


def _is_listed(node: NodeConfig, listed: Container[str], is_own: Callable[[str], bool]) -> bool:
    return is_own(node.ip) or any(name in listed for name in _spellings([node.hostname, node.name]))


def _spellings(names: Sequence[str]) -> list[str]:
    """Return each name in lower case, whole and up to the first dot."""
    return [spelling for name in names for spelling in (name.lower(), name.lower().partition(".")[0])]
