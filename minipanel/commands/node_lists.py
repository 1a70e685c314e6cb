"""Lists of nodes other than config.toml: /etc/hosts or a file like it, genders, Slurm."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from minipanel.errors import BadInput, CommandError
from minipanel.machine.hosts import HOSTS, Fault, Hosts, HostsNode, read_hosts
from minipanel.machine.program import output_of
from minipanel.models.name_patterns import NamePatterns
from minipanel.models.names import is_hostname
from minipanel.models.nodeset import expand
from minipanel.models.quote import quote
from minipanel.translations.language import Translate

GENDERS = Path("/etc/genders")
SINFO = ("sinfo", "-N", "-h", "-o", "%N")
SINFO_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class NodeList:
    """The contents of a list: nodes with their addresses, and names for which there is none (`without_address`).

    `source`: what people call the list. `ignored`: names that [hosts] ignore matches. `faults`: of the hosts file.
    """

    source: str
    nodes: tuple[HostsNode, ...]
    without_address: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


def read_node_list(source: str | None, ignore: NamePatterns, t: Translate) -> NodeList:
    """Return the list. source: "genders", "slurm", a file like /etc/hosts, or None for /etc/hosts itself.

    genders and Slurm have only names; the addresses are those of /etc/hosts. Raises CommandError.
    """
    path = HOSTS if source in (None, "genders", "slurm") else Path(str(source))
    hosts = _read_hosts(path, ignore, t)
    if source not in ("genders", "slurm"):
        return NodeList(str(path), hosts.nodes, (), hosts.ignored, hosts.faults)
    names = genders_names(GENDERS, t) if source == "genders" else slurm_names(t)
    ignored = tuple(name for name in names if ignore.matches([name]))
    wanted = [name for name in names if not ignore.matches([name])]
    found, missing = nodes_called(hosts.nodes, wanted)
    return NodeList(str(GENDERS) if source == "genders" else "Slurm", tuple(found), tuple(missing), ignored)


def genders_names(path: Path, t: Translate) -> list[str]:
    """Return the nodes of a genders file: the first word of each line, a name or a node set (genders(3)).

    Raises CommandError.
    """
    try:
        lines = path.read_bytes().decode("utf-8", "replace").split("\n")
    except OSError as error:
        raise CommandError(t("{path} can't be read: {reason}.", path=path, reason=error.strerror)) from None
    words = [line.partition("#")[0].split() for line in lines]
    return _names(str(path), [line[0] for line in words if line], t)


def slurm_names(t: Translate) -> list[str]:
    """Return the nodes that Slurm knows, each once even if it is in several partitions (sinfo(1)).

    Raises CommandError.
    """
    return _names("sinfo", output_of(SINFO, SINFO_SECONDS, t).split(), t)


def nodes_called(nodes: Iterable[HostsNode], names: Iterable[str]) -> tuple[list[HostsNode], list[str]]:
    """Return the nodes that have these names, each once, and the names that no node has."""
    find = finder(nodes)
    found: dict[str, HostsNode] = {}
    missing: list[str] = []
    for name in names:
        node = find(name)
        if node is None:
            missing.append(name)
        else:
            found[node.hostname] = node
    return list(found.values()), missing


def finder(nodes: Iterable[HostsNode]) -> Callable[[str], HostsNode | None]:
    """Return a function that finds a node by any of its names, in full or up to the first dot; the first of several."""
    nodes = list(nodes)
    known: dict[str, HostsNode] = {}
    for spelled in (str.lower, lambda name: name.lower().partition(".")[0]):
        for node in nodes:
            for name in (node.hostname, *node.aliases):
                known.setdefault(spelled(name), node)

    def find(name: str) -> HostsNode | None:
        return known.get(name.lower()) or known.get(name.lower().partition(".")[0])

    return find


def _read_hosts(path: Path, ignore: NamePatterns, t: Translate) -> Hosts:
    try:
        return read_hosts(path, ignore)
    except OSError as error:
        raise CommandError(t("{path} can't be read: {reason}.", path=path, reason=error.strerror)) from None


def _names(source: str, node_sets: Iterable[str], t: Translate) -> list[str]:
    names: dict[str, None] = {}
    for node_set in node_sets:
        try:
            expanded = expand(node_set)
        except BadInput:
            expanded = [""]
        if not all(map(is_hostname, expanded)):
            raise CommandError(t("{source} names {text}, which is not a node.", source=source, text=quote(node_set)))
        names.update(dict.fromkeys(expanded))
    return list(names)
