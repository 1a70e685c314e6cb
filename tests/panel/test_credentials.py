"""Tokens, headers, and which machine may report for which node."""

import asyncio
import base64
import hashlib
import hmac
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minipanel.config import NodeConfig
from minipanel.errors import NotAllowed, NotAuthenticated, PanelError
from minipanel.machine.addresses import LocalAddresses
from minipanel.models.node import Node
from minipanel.services.credentials import Claim, Credentials, MungeClaim
from minipanel.services.tokens import agent_token
from tests.panel.example import SECRET, checked, config_in

NODE = Node(1, "node001", "10.0.0.2", "node001", True)
LONG = Node(2, "long", "10.0.0.3", "node002.cluster.example", True)
DISABLED = Node(3, "spare", "10.0.0.4", "node003", False)
TOKEN = agent_token(SECRET, "node001")


@pytest.fixture
def credentials(tmp_path: Path) -> Credentials:
    return Credentials(config_in(tmp_path))


@pytest.fixture
def local(tmp_path: Path) -> LocalAddresses:
    (tmp_path / "fib_trie").write_text("|-- 10.0.0.1\n   /32 host LOCAL\n|-- 10.1.0.1\n   /32 host LOCAL\n")
    return LocalAddresses(tmp_path)


def check(credentials: Credentials, authorization: str | None) -> Claim:
    return asyncio.run(checked(credentials, authorization, b"{}"))


def refused(credentials: Credentials, authorization: str | None) -> str:
    with pytest.raises(NotAuthenticated) as caught:
        check(credentials, authorization)
    assert caught.value.sentence.isprintable()
    assert len(caught.value.sentence) < 250
    return caught.value.sentence


def test_a_token_is_the_hmac_of_the_contract():
    digest = hmac.new(SECRET.encode(), b"agent:node001", hashlib.sha256).digest()
    assert base64.urlsafe_b64encode(digest).decode() == TOKEN + "="
    assert len(TOKEN) == 43


@pytest.mark.parametrize("header", [f"Bearer {TOKEN}", f"bearer {TOKEN}=", f"Bearer  {TOKEN} "])
def test_a_node_may_speak_with_its_token(credentials: Credentials, header: str):
    assert check(credentials, header).may_speak_for(NODE, "node001") == NODE


def test_a_token_is_worth_nothing_for_another_node_known_or_not(credentials: Credentials):
    claim = check(credentials, f"Bearer {TOKEN}")
    for node in (LONG, DISABLED, None):
        with pytest.raises(NotAuthenticated) as caught:
            claim.may_speak_for(node, "node002")
        assert caught.value.sentence == "The token does not belong to 'node002'."


def test_a_node_may_speak_by_its_short_name_with_the_token_of_either(credentials: Credentials):
    for name in ("node002", "node002.cluster.example"):
        claim = check(credentials, f"Bearer {agent_token(SECRET, name)}")
        assert claim.may_speak_for(LONG, "node002") == LONG


def test_a_short_name_that_two_nodes_share_has_no_token(tmp_path: Path):
    twins = (NodeConfig("a", "10.0.0.5", "n1.one"), NodeConfig("b", "10.0.0.6", "n1.two"))
    credentials = Credentials(replace(config_in(tmp_path), nodes=twins))
    assert check(credentials, f"Bearer {agent_token(SECRET, 'n1.two')}")
    assert (
        refused(credentials, f"Bearer {agent_token(SECRET, 'n1')}")
        == "The token belongs to no node in the panel's configuration."
    )


@pytest.mark.parametrize("header", [None, "Basic eDp5", "Bearer x", f"Bearer {agent_token(SECRET, 'stranger')}"])
def test_what_can_not_be_good_shows_without_a_body(credentials: Credentials, header: str | None):
    with pytest.raises(NotAuthenticated):
        credentials.check_form(header)
    credentials.check_form(f"Bearer {TOKEN}")


def test_a_good_token_of_a_node_that_is_not_there_or_disabled_is_not_allowed(credentials: Credentials):
    claim = check(credentials, f"Bearer {agent_token(SECRET, 'node003')}")
    with pytest.raises(NotAllowed, match="'node003' is disabled"):
        claim.may_speak_for(DISABLED, "node003")
    with pytest.raises(NotAllowed, match="knows no node named 'node003'"):
        claim.may_speak_for(None, "node003")


def test_a_node_that_was_taken_out_of_the_configuration_is_not_called_disabled(local: LocalAddresses):
    claim = MungeClaim("10.0.0.4", local, {"node001": ()})
    with pytest.raises(NotAllowed, match="Node 'node003' is not configured on the panel"):
        claim.may_speak_for(DISABLED, "node003")


@pytest.mark.parametrize("name", ["x" * 10_000, "\x1b[31m\n", "é", "\u202e"])
def test_a_strange_name_is_shown_short_and_escaped(credentials: Credentials, name: str):
    with pytest.raises(NotAuthenticated) as caught:
        check(credentials, f"Bearer {TOKEN}").may_speak_for(None, name)
    assert caught.value.sentence.isprintable()
    assert len(caught.value.sentence) < 120


def test_a_missing_credential_is_distinguished_from_one_of_another_kind(credentials: Credentials):
    assert refused(credentials, None) == (
        "The request has no Authorization header; the panel expects 'Authorization: Bearer' and a credential."
    )
    assert "begins with 'MUNGE'; the panel expects 'Authorization: Bearer'" in refused(credentials, "MUNGE MUNGE:x:")


def test_a_token_without_its_scheme_is_not_repeated(credentials: Credentials):
    assert TOKEN[:8] not in refused(credentials, TOKEN)


@pytest.mark.parametrize(
    "token", ["", "x", TOKEN[:-1], TOKEN + "A", TOKEN + "==", TOKEN[:-1] + "+", "é" * 43, TOKEN[:-1] + "\n"]
)
def test_what_has_not_the_form_of_a_token_is_refused(credentials: Credentials, token: str):
    sentence = refused(credentials, f"Bearer {token}")
    assert "malformed" in sentence
    assert TOKEN[:8] not in sentence


def test_a_header_of_100_kb_is_not_looked_at(credentials: Credentials):
    sentence = refused(credentials, "Bearer " + "x" * 100_000)
    assert sentence == "The Authorization header has 100007 characters; at most 4096 are read."


def test_another_secret_takes_effect_with_a_reload(credentials: Credentials, tmp_path: Path):
    credentials.reload(config_in(tmp_path, secret="another secret of at least thirty-two bytes"))
    with pytest.raises(NotAuthenticated):
        check(credentials, f"Bearer {TOKEN}").may_speak_for(NODE, "node001")


@settings(deadline=None, max_examples=300)
@given(
    st.text() | st.text().map("Bearer ".__add__) | st.text().map("MUNGE MUNGE:{}:".format),
    st.sampled_from(["munge", "token"]),
)
def test_any_header_gets_a_sentence(header: str, auth: str):
    credentials = Credentials(config_in(Path("/nowhere"), "$2b$04$", auth=auth))
    if auth == "munge" and header.isascii() and header.startswith("MUNGE MUNGE:"):
        return  # munged decides that
    with pytest.raises(PanelError) as caught:
        asyncio.run(checked(credentials, header, b"")).may_speak_for(NODE, "node001")
    assert caught.value.status == 401
    assert caught.value.sentence.isprintable()


@pytest.mark.parametrize(
    ("ip", "peer"),
    [
        ("10.0.0.2", "10.0.0.2"),
        ("10.0.0.2", "192.168.0.7"),
        ("fd00::2", "fd00::2"),
        ("10.0.0.1", "127.0.0.1"),
        ("10.0.0.1", "::1"),
        ("10.0.0.1", "10.0.0.1"),
        ("10.0.0.1", "10.1.0.1"),
        ("127.0.0.1", "10.0.0.1"),
        ("127.0.0.1", "127.0.0.2"),
    ],
)
def test_a_node_is_known_by_its_addresses_and_the_panels_own_by_any_of_the_panels(
    local: LocalAddresses, ip: str, peer: str
):
    node = replace(NODE, ip=ip)
    assert MungeClaim(peer, local, {"node001": ("192.168.0.7",)}).may_speak_for(node, "node001") == node


@pytest.mark.parametrize(
    ("ip", "peer"),
    [
        ("10.0.0.2", "10.0.0.3"),
        ("10.0.0.2", "127.0.0.1"),
        ("10.0.0.2", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.3"),
        ("127.0.0.1", "10.0.0.3"),
        ("10.0.0.1", ""),
    ],
)
def test_another_machine_may_not_speak_for_a_node(local: LocalAddresses, ip: str, peer: str):
    with pytest.raises(NotAllowed) as caught:
        MungeClaim(peer, local, {"node001": ("192.168.0.7",)}).may_speak_for(replace(NODE, ip=ip), "node001")
    assert caught.value.sentence == (
        f"'node001' may report from {ip} and 192.168.0.7, but the request came from {peer}. If that is the way to this "
        f'node, add to its [[nodes]] in config.toml: addresses = ["192.168.0.7", "{peer}"]'
    )
