"""Which nodes get the agent, in which order, and what must be right on this machine before any node is touched."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from minipanel.config import Config, NodeConfig
from minipanel.errors import CommandError
from minipanel.machine.health import munge_trouble, panel_version
from minipanel.machine.hosts import HostsNode, read_hosts
from minipanel.models.nodeset import fold
from minipanel.rollout.failed import Failed
from minipanel.rollout.options import RolloutOptions
from minipanel.services.groups import expand_here

SPREAD_SECONDS_MAX = 4.0
NODES_PER_SPREAD_SECOND = 500

FAILED_TO_INSTALL = (
    "The roll-out that failed on {nodes} was to install the agent; to try again, run `minipanel rollout --only-failed`."
)
FAILED_TO_REMOVE = (
    "The roll-out that failed on {nodes} was to remove the agent; "
    "to try again, run `minipanel rollout --only-failed --remove`."
)

Nodes = str | Sequence[str] | None
"""Which nodes: a node set as people type it, a sequence of hostnames, or None for all enabled nodes."""


@dataclass(frozen=True, slots=True)
class Target:
    """A node to visit: its configured hostname, and its address for ssh. is_local: this machine, without ssh."""

    hostname: str
    address: str
    is_local: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """The nodes to visit, this machine first. `unknown`: names in --hosts FILE that config.toml does not have."""

    targets: tuple[Target, ...]
    unknown: tuple[str, ...] = ()


def make_plan(
    config: Config, node_set: Nodes, options: RolloutOptions, failed: Failed, is_own: Callable[[str], bool]
) -> Plan:
    """Return the plan. node_set: None for all enabled nodes. failed: where the last roll-outs failed.

    is_own: whether an address is this machine's. A disabled node is visited only to remove its agent, and only if it is
    named, or was when that failed. Raises CommandError for names that config.toml does not have, and if only_failed
    would do the opposite of what failed; BadInput for a malformed node set.
    """
    known = _by_name(config.nodes)
    addresses, unknown = ({}, []) if options.hosts is None else _from_hosts(options.hosts, known)
    is_named = node_set is not None or options.only_failed
    all_nodes = list(config.nodes) if is_named else _enabled(config)
    chosen = all_nodes if options.hosts is None else [known[name] for name in addresses]
    if node_set is not None:
        asked = {node.hostname for node in _asked(config, node_set, known, options.remove)}
        chosen, unknown = [node for node in chosen if node.hostname in asked], []
    if options.only_failed:
        chosen, unknown = _failed(chosen, failed, options.remove), []
    targets = [
        Target(node.hostname, addresses.get(node.hostname.lower(), node.ip), is_own(node.ip))
        for node in chosen
        if node.enabled or (options.remove and is_named)
    ]
    return Plan(tuple(sorted(targets, key=lambda target: not target.is_local)), tuple(unknown))


def spread_seconds(config: Config) -> float:
    """Return the time over which the agents spread their sending: min(4, nodes / 500) seconds."""
    return round(min(SPREAD_SECONDS_MAX, len(_enabled(config)) / NODES_PER_SPREAD_SECOND), 3)


def check_this_machine(config: Config, plan: Plan, removes: bool) -> None:
    """Raise CommandError if something on this machine would make every node fail in the same way."""
    has_remote = any(not target.is_local for target in plan.targets)
    if has_remote and shutil.which("ssh") is None:
        raise CommandError("ssh is not installed on this machine; install openssh-clients.")
    if removes:
        return
    if has_remote and _is_loopback(urlsplit(config.server.url).hostname or ""):
        raise CommandError(
            "url in {path} is {url}, which on a node means the node itself; "
            "it must hold an address of this machine that the nodes can reach.",
            path=config.path,
            url=config.server.url,
        )
    panel_version(config.server.local_url)
    if config.agents.auth == "munge":
        _check_munge(config)


def _check_munge(config: Config) -> None:
    if 0 not in config.agents.allowed_uids:
        raise CommandError(
            "allowed_uids in {path} has no 0, and the agent runs as root: every sample would be refused.",
            path=config.path,
        )
    trouble = munge_trouble(config.agents.munge_socket)
    if trouble:
        raise CommandError("MUNGE does not work on this machine: {trouble}", trouble=trouble)


def _enabled(config: Config) -> list[NodeConfig]:
    return [node for node in config.nodes if node.enabled]


def _failed(nodes: Sequence[NodeConfig], failed: Failed, removes: bool) -> list[NodeConfig]:
    """Return the nodes on which the same failed. Raises CommandError if only the opposite did."""
    same, opposite = (failed.remove, failed.install) if removes else (failed.install, failed.remove)
    chosen = [node for node in nodes if node.hostname.lower() in same]
    others = [node.hostname for node in nodes if node.hostname.lower() in opposite]
    if others and not chosen:
        raise CommandError(FAILED_TO_INSTALL if removes else FAILED_TO_REMOVE, nodes=fold(others))
    return chosen


def _by_name(nodes: Iterable[NodeConfig]) -> dict[str, NodeConfig]:
    """Return the nodes by hostname and name in lower case, and by a hostname's first part if that is unique."""
    nodes = list(nodes)
    shorts = [node.hostname.lower().partition(".")[0] for node in nodes]
    times = Counter(shorts)
    known = {short: node for short, node in zip(shorts, nodes, strict=True) if times[short] == 1}
    known |= {node.name.lower(): node for node in nodes}
    return known | {node.hostname.lower(): node for node in nodes}


def _asked(
    config: Config, node_set: str | Sequence[str], known: dict[str, NodeConfig], removes: bool
) -> list[NodeConfig]:
    names = expand_here(config, node_set) if isinstance(node_set, str) else node_set
    missing = [name for name in names if name.lower() not in known]
    if missing:
        raise CommandError(
            "{path} has no node named {nodes}; `minipanel nodes list` shows all.", path=config.path, nodes=fold(missing)
        )
    asked = [known[name.lower()] for name in names]
    disabled = [node.hostname for node in asked if not node.enabled]
    if disabled and not removes:
        raise CommandError("{nodes} can't report: enabled is false in {path}.", nodes=fold(disabled), path=config.path)
    return asked


def _from_hosts(path: Path, known: dict[str, NodeConfig]) -> tuple[dict[str, str], list[str]]:
    """Return a hosts file's addresses by config.toml's hostname in lower case, and the names unknown to config.toml."""
    try:
        nodes = read_hosts(path).nodes
    except OSError as error:
        raise CommandError("{path} can't be read: {reason}.", path=path, reason=error.strerror) from None
    addresses: dict[str, str] = {}
    unknown = []
    for node in nodes:
        match = next((known[name.lower()] for name in _names(node) if name.lower() in known), None)
        if match is None:
            unknown.append(node.hostname)
        else:
            addresses.setdefault(match.hostname.lower(), node.address)
    return addresses, unknown


def _names(node: HostsNode) -> tuple[str, ...]:
    return (node.hostname, *node.aliases)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
