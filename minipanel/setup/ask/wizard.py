"""All questions of a first installation in their order, and what they come to."""

from __future__ import annotations

from ipaddress import ip_address

from minipanel.models.nodeset import fold
from minipanel.models.quote import escape
from minipanel.setup import places
from minipanel.setup.ask.answers import Answers
from minipanel.setup.ask.nodes import ask_nodes
from minipanel.setup.ask.questions import ask_address, ask_admin, ask_database, ask_password, ask_port
from minipanel.setup.ask.tls import ask_tls
from minipanel.setup.look.network import OwnNetwork
from minipanel.setup.request import Request
from minipanel.setup.screen import Screen
from minipanel.setup.system import System
from minipanel.translations.columns import align

SHOWN_CHARACTERS = 400


def ask_everything(screen: Screen, request: Request, system: System, network: OwnNetwork) -> Answers:
    """Ask for what was not given. Changes nothing. Raises CommandError for what was given and can't be."""
    t = screen.t
    screen.question_title(t("Administrator"))
    admin = ask_admin(screen, request)
    password, is_random = ask_password(screen, request)
    screen.title(t("Nodes"))
    selection = ask_nodes(screen, request, system, network)
    nodes, ignored = selection.nodes, tuple(selection.ignored)
    screen.question_title(t("Panel"))
    database = ask_database(screen, request, system)
    port = ask_port(screen, request, system)
    proposal = network.address_for(node.ip for node in nodes)
    address = ask_address(screen, request, proposal)
    names = certificate_names(address, nodes[0].hostname, network)
    tls = ask_tls(screen, request, system, names)
    auth = request.auth or "munge"
    return Answers(admin, password, is_random, tuple(nodes), database, port, address, auth, tls, ignored)


def certificate_names(address: str, hostname: str, network: OwnNetwork) -> tuple[str, ...]:
    """Return every name and address that this machine may be called by, the agents' one first."""
    names = [address, hostname, hostname.split(".")[0], network.hostname, "localhost", "127.0.0.1", "::1"]
    others = sorted(other for other in network.addresses if not ip_address(other).is_link_local)
    return tuple(dict.fromkeys([*names, *others]))


def summary(answers: Answers, screen: Screen) -> list[str]:
    """Return what will be done, as lines."""
    t = screen.t
    nodes = fold(node.hostname for node in answers.nodes)
    proof = "MUNGE" if answers.auth == "munge" else t("a token each")
    ignored = [(t("ignored"), escape(", ".join(answers.ignored), SHOWN_CHARACTERS))] if answers.ignored else []
    return align(
        [
            (t("page"), answers.url),
            (t("account"), answers.admin),
            (t("nodes"), t("{count}: {nodes}", count=len(answers.nodes), nodes=nodes)),
            *ignored,
            (t("database"), str(answers.database)),
            (t("agents"), t("they prove who they are by {proof}", proof=proof)),
            (t("programs"), t("{folder}, service and user {name}", folder=places.HOME, name=places.USER)),
            (t("configuration"), places.CONFIG),
        ]
    )
