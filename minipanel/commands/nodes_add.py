"""`minipanel nodes add`: adds one node or many to config.toml, with given addresses or those in /etc/hosts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from minipanel.commands.node_lists import finder
from minipanel.config import Config, NodeConfig
from minipanel.edits import add_nodes
from minipanel.errors import BadInput, CommandError
from minipanel.machine.hosts import HOSTS, read_hosts
from minipanel.machine.reload import tell_running_panel
from minipanel.models.name_patterns import NamePatterns
from minipanel.models.names import is_hostname, parse_node_address, parse_node_name
from minipanel.models.nodeset import expand_in_order, fold, parts
from minipanel.models.quote import quote
from minipanel.sections import load_config
from minipanel.services.demo_config import refuse_demo
from minipanel.services.node_changes import is_twin
from minipanel.translations.language import Translate, translator


def add_node_set(config_path: Path, first: str, second: str | None, name: str | None, hosts: Path = HOSTS) -> None:
    """Add nodes to config.toml and make the running panel reload it.

    first, second: node set and addresses, in either order, the same number of each; without addresses, those in the
    hosts file. Raises CommandError for nodes that can't be added, ConfigError; nothing is changed then.
    """
    t = translator()
    config = load_config(config_path)
    refuse_demo(config, t)
    nodes = _new_nodes(first, second, hosts, t)
    if name is not None:
        if len(nodes) > 1:
            raise CommandError(t("--name is for one node, and {count} were given.", count=len(nodes)))
        nodes = [NodeConfig(_checked_name(name, t), nodes[0].ip, nodes[0].hostname)]
    _refuse_known(config, nodes, t)
    config = add_nodes(config.path, nodes)
    told = tell_running_panel(config.database.path, t)
    if len(nodes) == 1:
        done = t("Added {name} ({ip}) to {path}.", name=nodes[0].name, ip=nodes[0].ip, path=config.path)
    else:
        done = t(
            "Added {count} nodes to {path}: {nodes} ({addresses}).",
            count=len(nodes), path=config.path,
            nodes=fold(node.hostname for node in nodes), addresses=fold(node.ip for node in nodes),
        )  # fmt: skip
    print(t("{sentence} {next}", sentence=done, next=told))
    _tell_ignored(config, nodes, t)


def _tell_ignored(config: Config, new: Iterable[NodeConfig], t: Translate) -> None:
    """Print which of the new nodes [hosts] ignore matches: a sync would remove them again."""
    ignore = NamePatterns(config.hosts.ignore)
    meant = [node.hostname for node in new if ignore.matches([node.hostname])]
    if meant:
        print(
            t(
                "[hosts] ignore in {path} matches {nodes}: unless you change it, minipanel nodes sync removes them.",
                path=config.path, nodes=fold(meant),
            )
        )  # fmt: skip


def _new_nodes(first: str, second: str | None, hosts: Path, t: Translate) -> list[NodeConfig]:
    if second is None:
        hostnames = _hostnames(first, t)
        addresses = _addresses_in(hosts, hostnames, t)
    else:
        is_swapped = _seem_addresses(first) and not _seem_addresses(second)
        names, places = (second, first) if is_swapped else (first, second)
        hostnames, addresses = _hostnames(names, t), _addresses(places, t)
        if len(hostnames) != len(addresses):
            raise CommandError(
                t(
                    "{names} are {count} nodes, and {places} are {other} addresses; there must be one for each.",
                    names=quote(names), count=len(hostnames), places=quote(places), other=len(addresses),
                )
            )  # fmt: skip
    return [NodeConfig(name, address, name) for name, address in zip(hostnames, addresses, strict=True)]


def _seem_addresses(text: str) -> bool:
    """Return whether a text looks like addresses: no letter, or a colon. A hostname has a letter and no colon."""
    return ":" in text or not any(map(str.isalpha, text))


def _hostnames(text: str, t: Translate) -> list[str]:
    try:
        names = expand_in_order(text)
    except BadInput:
        names = [text]
    wrong = next((name for name in names if not is_hostname(name)), None)
    if wrong is not None:
        raise CommandError(
            t(
                "The hostname is {text}; it must be a hostname, or a node set of them: letters, digits, hyphens, "
                "underscores and dots, at most 253 characters, and not only digits and dots.",
                text=quote(wrong),
            )
        )
    return names


def _addresses(text: str, t: Translate) -> list[str]:
    """Return addresses in their stored form: "10.0.1.[65-66]" -> 10.0.1.65, 10.0.1.66. Raises CommandError."""
    found = []
    for part in parts(text):
        try:
            words = expand_in_order(part) if "[" in part else [part.strip()]
        except BadInput:
            words = [part]
        for word in words:
            address = parse_node_address(word)
            if address is None:
                raise CommandError(
                    t("The address is {text}; it must be the IPv4 or IPv6 address of one machine.", text=quote(word))
                )
            found.append(address)
    return found


def _addresses_in(hosts: Path, hostnames: Sequence[str], t: Translate) -> list[str]:
    """Return the addresses that the hosts file has for these names. Raises CommandError if it lacks one."""
    try:
        find = finder(read_hosts(hosts).nodes)
    except OSError as error:
        raise CommandError(t("{path} can't be read: {reason}.", path=hosts, reason=error.strerror)) from None
    found = {hostname: find(hostname) for hostname in hostnames}
    missing = [hostname for hostname, node in found.items() if node is None]
    if missing:
        raise CommandError(
            t(
                "{path} has no address for {nodes}; give one: minipanel nodes add NODESET ADDRESSES",
                path=hosts, nodes=quote(fold(missing)),
            )
        )  # fmt: skip
    return [node.address for hostname in hostnames if (node := found[hostname]) is not None]


def _checked_name(name: str, t: Translate) -> str:
    parsed = parse_node_name(name)
    if parsed is None:
        raise CommandError(
            t(
                "The name is {text}; it must be a hostname, or a name of at most 64 letters of any script, digits, "
                "spaces and -_.:()/#+ that begins with a letter or a digit, and not only digits and dots.",
                text=quote(name),
            )
        )
    return parsed


def _refuse_known(config: Config, new: Iterable[NodeConfig], t: Translate) -> None:
    """Raise CommandError for a node that is already there: by its name, short or long, or by its address."""
    by_name: dict[str, NodeConfig] = {}
    by_address: dict[str, NodeConfig] = {}
    by_short: dict[str, list[NodeConfig]] = {}

    def note(node: NodeConfig) -> None:
        by_name.update({node.name.lower(): node, node.hostname.lower(): node})
        by_address[node.ip] = node
        by_short.setdefault(_short(node), []).append(node)

    for node in config.nodes:
        note(node)
    for node in new:
        same = by_name.get(node.hostname.lower())
        if same is not None:
            raise CommandError(t("{path} already has a node with the hostname {text}: {name} ({ip}).",
                                 path=config.path, text=node.hostname, name=same.name, ip=same.ip))  # fmt: skip
        same = by_name.get(node.name.lower())
        if same is not None:
            raise CommandError(t("{path} already has a node with the name {text}: {name} ({ip}).",
                                 path=config.path, text=node.name, name=same.name, ip=same.ip))  # fmt: skip
        same = by_address.get(node.ip)
        if same is not None:
            raise CommandError(t("{path} already has a node with the address {text}: {name} ({ip}).",
                                 path=config.path, text=node.ip, name=same.name, ip=same.ip))  # fmt: skip
        same = next((other for other in by_short.get(_short(node), ()) if is_twin(other.hostname, node.hostname)), None)
        if same is not None:
            raise CommandError(t("{path} already has {name} ({ip}), and {text} is another spelling of the same node.",
                                 path=config.path, text=node.hostname, name=same.hostname, ip=same.ip))  # fmt: skip
        note(node)


def _short(node: NodeConfig) -> str:
    return node.hostname.lower().partition(".")[0]
