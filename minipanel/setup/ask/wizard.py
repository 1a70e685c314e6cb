"""All questions in order, for a first installation and for an existing one, and their results."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

from minipanel.models.nodeset import fold
from minipanel.models.quote import escape
from minipanel.setup import places
from minipanel.setup.ask.answers import RETENTION_DAYS, Answers, Tls
from minipanel.setup.ask.nodes import ask_nodes, refuse_other_nodes
from minipanel.setup.ask.present import settings
from minipanel.setup.ask.questions import (
    PORT,
    USERNAME,
    ask_address,
    ask_admin,
    ask_auth,
    ask_database,
    ask_mail,
    ask_new_password,
    ask_password,
    ask_port,
    ask_retention,
)
from minipanel.setup.ask.tls import ask_tls
from minipanel.setup.look.network import OwnNetwork
from minipanel.setup.request import Request
from minipanel.setup.screen import Screen
from minipanel.setup.system import System
from minipanel.translations.columns import align

SHOWN_CHARACTERS = 400

NOTHING_ANSWERED = Answers(USERNAME, None, False, (), Path(places.DATABASE), PORT, "", "munge", None)


def ask_everything(
    screen: Screen, request: Request, system: System, network: OwnNetwork, before: Answers = NOTHING_ANSWERED
) -> Answers:
    """Ask for what was not given. Changes nothing. Raises CommandError for invalid options.

    `before`: the answers of a first installation that was interrupted. They are proposed again.
    """
    t = screen.t
    screen.question_title(t("Administrator"))
    admin = ask_admin(screen, request, before.admin)
    password, is_random = ask_password(screen, request)
    screen.title(t("Nodes"))
    selection = ask_nodes(screen, request, system, network, before.ignored)
    nodes, ignored = selection.nodes, tuple(selection.ignored)
    screen.question_title(t("Panel"))
    database = ask_database(screen, request, system, before.database)
    port = ask_port(screen, request, system, before.port)
    proposal = before.address or network.address_for(node.ip for node in nodes)
    address = ask_address(screen, request, proposal, network.others(nodes))
    names = certificate_names(address, nodes[0].hostname, network)
    tls = ask_tls(screen, request, system, names, before.tls)
    mail = ask_mail(screen, request, before.mail)
    # Only options change these two: their defaults suit nearly everybody.
    auth = request.auth or before.auth
    days = before.retention_days if request.retention_days is None else ask_retention(screen, request, RETENTION_DAYS)
    return Answers(
        admin, password, is_random, tuple(nodes), database, port, address, auth, tls, ignored, days, mail=mail
    )  # fmt: skip


def ask_changes(
    screen: Screen, request: Request, system: System, network: OwnNetwork, present: Answers, password_hash: str
) -> Answers:
    """Return the new settings of an installed panel: those given as options, then whatever else the user wants to
    change.

    Changes nothing. Raises CommandError for invalid options.
    """
    t = screen.t
    refuse_other_nodes(screen, request, system, network, present.nodes)
    screen.title(t("Settings"))
    screen.say(*align(settings(present, t)))
    is_guided = screen.is_guided
    screen.is_guided = is_guided and screen.confirm(t("Change any of these?"), default=False)
    try:
        admin = ask_admin(screen, request, present.admin)
        password = ask_new_password(screen, request, password_hash)
        database = ask_database(screen, request, system, present.database, is_there=True)
        days = ask_retention(screen, request, present.retention_days)
        port = ask_port(screen, request, system, present.port, is_there=True)
        address = ask_address(screen, request, present.address, network.others(present.nodes))
        auth = ask_auth(screen, request, present.auth)
        wanted = replace(
            present, admin=admin, password=password, database=database, retention_days=days, port=port,
            address=address, auth=auth,
        )  # fmt: skip
        tls = _ask_tls(screen, request, system, network, present, wanted)
        return replace(wanted, tls=tls, mail=ask_mail(screen, request, present.mail))
    finally:
        screen.is_guided = is_guided


def _ask_tls(
    screen: Screen, request: Request, system: System, network: OwnNetwork, present: Answers, wanted: Answers
) -> Tls:
    """Return the new HTTPS setting. It stays as it is if nobody asks for a change and it still fits the address."""
    is_asked = screen.is_guided or request.tls or request.tls_certificate or request.tls_key or request.tls_ca
    is_fitting = present.tls is None or present.front is not None or wanted.address == present.address
    if not is_asked and is_fitting:
        return present.tls
    own = next((node.hostname for node in present.nodes if node.ip in network.addresses), network.hostname)
    return ask_tls(screen, request, system, certificate_names(wanted.address, own, network), present.tls)


def certificate_names(address: str, hostname: str, network: OwnNetwork) -> tuple[str, ...]:
    """Return every name and address of this machine, first the one that agents use."""
    names = [address, hostname, hostname.split(".")[0], network.hostname, "localhost", "127.0.0.1", "::1"]
    others = sorted(other for other in network.addresses if not ip_address(other).is_link_local)
    return tuple(dict.fromkeys([*names, *others]))


def summary(answers: Answers, screen: Screen) -> list[str]:
    """Return what will be done, as lines."""
    t = screen.t
    nodes = fold(node.hostname for node in answers.nodes)
    proof = "MUNGE" if answers.auth == "munge" else t("one token each")
    ignored = [(t("ignored"), escape(", ".join(answers.ignored), SHOWN_CHARACTERS))] if answers.ignored else []
    mail = [(t("alerts"), t("mail to {addresses}", addresses=", ".join(answers.mail)))] if answers.mail else []
    return align(
        [
            (t("page"), answers.url),
            (t("account"), answers.admin),
            (t("nodes"), t("{count}: {nodes}", count=len(answers.nodes), nodes=nodes)),
            *ignored,
            (t("database"), str(answers.database)),
            (t("agents"), t("authenticate with {proof}", proof=proof)),
            *mail,
            (t("programs"), t("{folder}, service and user {name}", folder=places.HOME, name=places.USER)),
            (t("configuration"), places.CONFIG),
        ]
    )
