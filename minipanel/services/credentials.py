"""Which node a request may speak for: checks its MUNGE credential or its token, as config.toml says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from minipanel_agent.munge import Credential, payload_of

from minipanel.config import AgentsConfig, Config
from minipanel.errors import NotAllowed, NotAuthenticated, PanelError
from minipanel.machine.addresses import LocalAddresses, normalise
from minipanel.models.node import Node
from minipanel.models.quote import escape, quote
from minipanel.sentence import Sentence
from minipanel.services.batch import Then
from minipanel.services.munge import MungeDecoder, ahead_seconds, refusal
from minipanel.services.tokens import agent_token, is_token

MAX_HEADER_CHARACTERS = 4096
"""A MUNGE credential for a body's hash has about 250."""


class Claim(Protocol):
    """What a valid credential proves."""

    def may_speak_for(self, node: Node | None, node_id: str) -> Node:
        """Return the node. `node_id`: the name in the samples. `node`: the node with that name, None if there is none.

        Raises NotAllowed, or NotAuthenticated if only the node's name shows that the credential is invalid.
        """


class Credentials:
    """Checks the Authorization header of agents."""

    def __init__(self, config: Config, local: LocalAddresses | None = None) -> None:
        self._agents: AgentsConfig = config.agents
        self._addresses = _addresses(config)
        self._tokens = _tokens(config)
        self._local = local or LocalAddresses()
        self._munge = MungeDecoder(config.agents.munge_socket)

    def start(self) -> None:
        """Start the thread that asks munged. Called once, in the running event loop."""
        self._munge.start()

    async def close(self) -> None:
        """End the thread."""
        await self._munge.close()

    def give_up(self) -> None:
        """Make all calls that wait for munged fail with TryLater."""
        self._munge.give_up()

    def reload(self, config: Config) -> None:
        """Apply a changed configuration."""
        self._agents = config.agents
        self._addresses = _addresses(config)
        self._tokens = _tokens(config)
        self._munge.socket = config.agents.munge_socket

    def munge_trouble(self) -> str | None:
        """Return what is wrong with munged; None while it works or is not used."""
        trouble = self._munge.trouble()
        return None if trouble is None else str(trouble)

    def check_form(self, authorization: str | None) -> None:
        """Raise NotAuthenticated for a header that no body can make valid, so that the body need not be read."""
        if self._agents.auth == "munge":
            _munge_of(authorization)
        else:
            self._check_token(_credential_of(authorization, "Bearer"))

    def check(self, authorization: str | None, body: bytes, peer: str, then: Then[Claim], due: float = 0.0) -> None:
        """Call `then` later with what the header proves about this body, sent from the address `peer`.

        The error is NotAuthenticated, NotAllowed, or TryLater if munged does not answer; it is passed to `then` or
        raised at once. Each failure has its own sentence. `due`, by time.monotonic(): munged may be asked this late.
        """
        if self._agents.auth != "munge":
            then(self._check_token(_credential_of(authorization, "Bearer")))
            return

        def judge(result: Credential | Exception) -> None:
            then(result if isinstance(result, Exception) else self._judged(result, body, peer))

        self._munge.decode(_munge_of(authorization), judge, due)

    def _judged(self, credential: Credential, body: bytes, peer: str) -> MungeClaim | PanelError:
        # The status comes first: an expired or replayed credential still has its payload and uid.
        sentence = refusal(credential) or _fault_of_payload(credential.payload, body)
        if sentence:
            return NotAuthenticated(sentence, "MUNGE", ahead_seconds(credential))
        if credential.uid not in self._agents.allowed_uids:
            allowed = ", ".join(map(str, self._agents.allowed_uids))
            return NotAllowed(
                "The MUNGE credential was made by uid {uid}; allowed is {allowed}.", uid=credential.uid, allowed=allowed
            )
        return MungeClaim(normalise(peer), self._local, self._addresses)

    def _check_token(self, text: str) -> TokenClaim:
        if not is_token(text):
            raise NotAuthenticated(
                "The token is malformed: it has {count} characters and must have 43.", count=len(text)
            )
        # A lookup takes no longer for a near miss: it compares hashes, which an attacker can't predict.
        hostname = self._tokens.get(text.rstrip("="))
        if hostname is None:
            raise NotAuthenticated("The token belongs to no node in the panel's configuration.")
        return TokenClaim(hostname)


@dataclass(frozen=True, slots=True)
class MungeClaim:
    """A credential of root, or of another allowed user of the cluster, on a connection from the address `peer`.

    The credential's origin is ignored: it is whatever the sender's munged claims (--origin). `addresses`: further
    addresses that a node may report from, besides its `ip`, by its hostname in lower case.
    """

    peer: str
    local: LocalAddresses
    addresses: Mapping[str, tuple[str, ...]]

    def may_speak_for(self, node: Node | None, node_id: str) -> Node:
        """Return the node. Raises NotAllowed."""
        # The table also holds nodes that were removed from the configuration, as disabled.
        if node is not None and node.hostname.lower() not in self.addresses:
            raise NotAllowed("Node {node_id} is not configured on the panel.", node_id=quote(node_id))
        known = _known(node, node_id)
        more = self.addresses.get(known.hostname.lower(), ())
        if self.peer in (known.ip, *more) or (known.ip in self.local and self.peer in self.local):
            return known
        peer = escape(self.peer)
        line = ", ".join(f'"{address}"' for address in (*more, peer))
        raise NotAllowed(
            "{node_id} may report from {names}, but the request came from {peer}. "
            "If that is the way to this node, add to its [[nodes]] in config.toml: addresses = [{line}]",
            node_id=quote(node_id),
            names=" and ".join((known.ip, *more)),
            peer=peer,
            line=line,
        )


@dataclass(frozen=True, slots=True)
class TokenClaim:
    """A token, which belongs to one node. `hostname`: in lower case."""

    hostname: str

    def may_speak_for(self, node: Node | None, node_id: str) -> Node:
        """Return the node. Raises NotAuthenticated before anything reveals whether the node exists; NotAllowed."""
        if self.hostname != (node_id if node is None else node.hostname).lower():
            raise NotAuthenticated("The token does not belong to {node_id}.", node_id=quote(node_id))
        return _known(node, node_id)


def _tokens(config: Config) -> dict[str, str]:
    """Return every valid token with the hostname, in lower case, of its node.

    A node has one for its hostname, and one for its short name if no other node shares it.
    """
    if config.agents.auth != "token":
        return {}
    # config.toml is refused if it asks for tokens and has no secret.
    assert config.agents.secret is not None
    shorts = Counter(node.hostname.split(".", 1)[0] for node in config.nodes)
    names = {name: node.hostname.lower() for node in config.nodes for name in (node.hostname, node.hostname.lower())}
    for node in config.nodes:
        short = node.hostname.split(".", 1)[0]
        if shorts[short] == 1:
            names.setdefault(short, node.hostname.lower())
    return {agent_token(config.agents.secret, name): hostname for name, hostname in names.items()}


def _addresses(config: Config) -> dict[str, tuple[str, ...]]:
    return {node.hostname.lower(): node.addresses for node in config.nodes}


def _credential_of(authorization: str | None, scheme: str) -> str:
    """Return what follows the scheme (RFC 9110, 11.4). Raises NotAuthenticated."""
    if not authorization:
        raise NotAuthenticated(
            "The request has no Authorization header; the panel expects 'Authorization: {kind}' and a credential.",
            scheme,
            kind=scheme,
        )
    if len(authorization) > MAX_HEADER_CHARACTERS:
        raise NotAuthenticated(
            "The Authorization header has {count} characters; at most {most} are read.",
            scheme,
            count=len(authorization),
            most=MAX_HEADER_CHARACTERS,
        )
    given, _, credential = authorization.strip().partition(" ")
    if given.lower() != scheme.lower():
        # Shown only if it is a scheme's name: it may be a token that lacks its scheme.
        shown = quote(given) if given.lower() in ("basic", "bearer", "digest", "munge") else Sentence("something else")
        raise NotAuthenticated(
            "The Authorization header begins with {shown}; the panel expects 'Authorization: {kind}' and a credential.",
            scheme,
            shown=shown,
            kind=scheme,
        )
    return credential.strip()


def _munge_of(authorization: str | None) -> str:
    """Return the MUNGE credential. Raises NotAuthenticated if it does not have the form of one."""
    text = _credential_of(authorization, "MUNGE")
    if not _is_munge(text):
        raise NotAuthenticated("{text} is not a MUNGE credential.", "MUNGE", text=quote(text))
    return text


def _is_munge(text: str) -> bool:
    # Exactly one credential: libmunge itself ignores whatever follows it.
    return text.startswith("MUNGE:") and text.endswith(":") and text.count(":") == 2 and text.isascii()


def _fault_of_payload(payload: bytes, body: bytes) -> Sentence | None:
    expected = payload_of(body)
    if payload == expected:
        return None
    if payload.startswith(expected[: expected.index(b" ") + 1]):
        return Sentence("The MUNGE credential was made for a different body.")
    return Sentence("The MUNGE credential was made for something other than MiniPanel.")


def _known(node: Node | None, node_id: str) -> Node:
    if node is None:
        raise NotAllowed("The panel knows no node named {node_id}.", node_id=quote(node_id))
    if not node.enabled:
        raise NotAllowed("Node {node_id} is disabled in the panel's configuration.", node_id=quote(node_id))
    return node
