"""The question about nodes: those of /etc/hosts, to use, add to or delete from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from minipanel.config import NodeConfig
from minipanel.errors import CommandError
from minipanel.machine.hosts import HOSTS, Fault, Hosts, parse_hosts, with_this_machine
from minipanel.machine.hosts_faults import explain_faults
from minipanel.models.half_width import half_width
from minipanel.models.name_patterns import NamePatterns
from minipanel.setup.ask.selection import Selection
from minipanel.setup.look.network import OwnNetwork
from minipanel.setup.request import Request
from minipanel.setup.screen import Screen
from minipanel.setup.system import System
from minipanel.translations.language import Translate

Nodes = Iterable[NodeConfig]


def ask_nodes(
    screen: Screen, request: Request, system: System, network: OwnNetwork, ignored: Sequence[str] = ()
) -> Selection:
    """Return the chosen nodes, this machine first. `ignored`: what was left out before, unless options choose."""
    selection, faults = _select(screen.t, request, system, network)
    if request.only is None and request.without is None:
        selection.leave_out(NamePatterns(ignored))
    screen.say(*explain_faults(faults, screen.t), *selection.lines())
    if screen.is_guided:
        _let_edit(screen, selection)
    return selection


def refuse_other_nodes(screen: Screen, request: Request, system: System, network: OwnNetwork, there: Nodes) -> None:
    """Raise CommandError if the options ask for other nodes than those of config.toml."""
    t = screen.t
    asked = {"--nodes-from": request.nodes_from, "--only": request.only, "--without": request.without}
    options = [option for option, value in asked.items() if value is not None]
    if not options:
        return
    nodes = _select(t, request, system, network)[0].nodes
    if {(node.hostname, node.ip) for node in nodes} != {(node.hostname, node.ip) for node in there}:
        message = t("{option} selects other nodes than config.toml has; add or remove nodes with minipanel nodes sync.",
                    option=options[0])  # fmt: skip
        raise CommandError(message)


def _select(t: Translate, request: Request, system: System, network: OwnNetwork) -> tuple[Selection, tuple[Fault, ...]]:
    hosts = _read(t, request, system)
    addresses = [node.address for node in hosts.nodes]
    nodes = with_this_machine(hosts.nodes, network.addresses, network.hostname, network.address_for(addresses))
    selection = Selection(nodes, t)
    if request.only is not None:
        selection.keep_only(request.only)
    if request.without is not None:
        selection.remove(request.without)
    return selection, hosts.faults


def _read(t: Translate, request: Request, system: System) -> Hosts:
    path = system.path(HOSTS) if request.nodes_from is None else request.nodes_from
    try:
        return parse_hosts(path.read_bytes().decode("utf-8", "replace"))
    except OSError as error:
        if request.nodes_from is None:  # nodes known from somewhere else: they are typed in
            return Hosts(())
        raise CommandError(t("{path} can't be read: {reason}.", path=path, reason=error.strerror)) from None


def _let_edit(screen: Screen, selection: Selection) -> None:
    """Change the selection as the user says, until it is accepted."""
    t = screen.t
    screen.say(
        "",
        t("Enter: use these nodes    a ADDRESS HOSTNAME: add one    l: list them all"),
        t("d NUMBERS or NODESET: delete, such as d 17-20 or d node[17-20]"),
    )
    while True:
        typed = half_width(screen.read(t("{count} nodes; Enter, a, d or l: ", count=len(selection.nodes))))
        if typed.lower() in ("", "u", "use"):
            return
        try:
            screen.say(*_edit(t, selection, typed.split()))
        except CommandError as error:
            screen.say(str(error))


def _edit(t: Translate, selection: Selection, words: list[str]) -> list[str]:
    """Carry out one line. Returns what to show. Raises CommandError."""
    match words:
        case ["l" | "list"]:
            return selection.lines(is_whole=True)
        case ["a" | "add", address, hostname]:
            selection.add(address, hostname)
            return selection.lines()[-1:]
        case ["d" | "delete", *names] if names:
            return [t("deleted: {nodes}", nodes=selection.remove(" ".join(names))), *selection.lines()]
    raise CommandError(t("Press Enter, or type a ADDRESS HOSTNAME, d NUMBERS or NODESET, or l."))
