"""Credentials against a real munged."""

import asyncio
import contextlib
import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from minipanel_agent.munge import REWOUND, Credential, encode, payload_of

from minipanel.config import Config
from minipanel.errors import NotAllowed, NotAuthenticated, PanelError, TryLater
from minipanel.models.node import Node
from minipanel.services.batch import Waiter
from minipanel.services.credentials import Claim, Credentials
from minipanel.services.munge import MungeDecoder, ahead_seconds, refusal
from tests.munged import missing_munged, running_munged
from tests.panel.example import checked, config_in

NODE = Node(1, "node001", "10.0.0.2", "node001", True)
OTHER = Node(2, "long", "10.0.0.3", "node002.cluster.example", True)
SPARE = Node(3, "spare", "10.0.0.4", "node003", True)
BODY = b'{"node_id": "node001"}'

needs_munged = pytest.mark.skipif(missing_munged() is not None, reason=str(missing_munged()))
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")


@pytest.fixture(scope="module")
def munged() -> Iterator[str]:
    """The socket of a munged whose credentials are from 10.0.0.2."""
    with running_munged(options=["--origin=10.0.0.2"]) as path:
        yield path


@pytest.fixture
def config(munged: str, tmp_path: Path) -> Config:
    return config_in(tmp_path, auth="munge", munge_socket=munged, allowed_uids=(os.geteuid(),))


def munge(path: str, payload: bytes, *options: str, user: str = "") -> str:
    command = [str(shutil.which("munge")), f"--socket={path}", "--string", payload.decode(), *options]
    if user:
        command = ["setpriv", f"--reuid={user}", "--clear-groups", *command]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd="/").stdout.strip()


def munged_process(path: str) -> int:
    return int(Path(path).with_name("munged.pid").read_text())


def check_all(config: Config, credentials: list[str], body: bytes = BODY, peer: str = "10.0.0.2") -> list[object]:
    """The claim or the error of each, all checked at once."""

    async def ask() -> list[object]:
        checker = Credentials(config)
        checker.start()
        try:
            works = [checked(checker, f"MUNGE {text}", body, peer) for text in credentials]
            return await asyncio.gather(*works, return_exceptions=True)
        finally:
            await checker.close()

    return asyncio.run(ask())


def claim(config: Config, credential: str, peer: str = "10.0.0.2") -> Claim:
    (result,) = check_all(config, [credential], peer=peer)
    assert not isinstance(result, Exception), result
    return result  # type: ignore[return-value]


def error(config: Config, credential: str, body: bytes = BODY) -> PanelError:
    (result,) = check_all(config, [credential], body)
    assert isinstance(result, PanelError)
    assert result.sentence.isprintable()
    return result


@needs_munged
def test_a_fresh_credential_for_this_body_is_good(config: Config, munged: str):
    assert claim(config, encode(payload_of(BODY), munged)).may_speak_for(NODE, "node001") == NODE


@needs_munged
def test_the_payload_is_the_one_of_the_contract(config: Config, munged: str):
    payload = b"minipanel/1 " + hashlib.sha256(BODY).hexdigest().encode()
    assert claim(config, munge(munged, payload)).may_speak_for(NODE, "node001") == NODE


@needs_munged
def test_a_munged_that_claims_another_origin_speaks_for_no_other_node(tmp_path: Path):
    key = os.urandom(128)
    with running_munged(key=key) as panels, running_munged(key=key, options=["--origin=10.0.0.3"]) as liars:
        config = config_in(tmp_path, auth="munge", munge_socket=panels, allowed_uids=(os.geteuid(),))
        from_node001 = claim(config, encode(payload_of(BODY), liars), peer="10.0.0.2")
        with pytest.raises(NotAllowed) as caught:
            from_node001.may_speak_for(OTHER, "node002")
        assert caught.value.sentence == (
            "'node002' may report from 10.0.0.3, but the request came from 10.0.0.2. If that is the way to this node, "
            'add to its [[nodes]] in config.toml: addresses = ["10.0.0.2"]'
        )
        assert from_node001.may_speak_for(NODE, "node001") == NODE
        by_peer = claim(config, encode(payload_of(BODY), liars), peer="::ffff:10.0.0.3")
        assert by_peer.may_speak_for(OTHER, "node002") == OTHER


@needs_munged
def test_nodes_behind_one_address_report_from_it_once_each_of_them_lists_it(munged: str, tmp_path: Path):
    config = config_in(tmp_path, auth="munge", munge_socket=munged, allowed_uids=(os.geteuid(),))
    behind = [replace(node, addresses=("192.168.0.1", "fd00::1")) for node in config.nodes[:2]]
    config = replace(config, nodes=(*behind, config.nodes[2]))
    for peer in ("192.168.0.1", "::ffff:192.168.0.1", "fd00::1", "10.0.0.2"):
        assert claim(config, encode(payload_of(BODY), munged), peer).may_speak_for(NODE, "node001") == NODE
    assert claim(config, encode(payload_of(BODY), munged), "fd00::1").may_speak_for(OTHER, "node002") == OTHER
    for node, peer in ((SPARE, "192.168.0.1"), (NODE, "192.168.0.2"), (OTHER, "10.0.0.2")):
        with pytest.raises(NotAllowed):
            claim(config, encode(payload_of(BODY), munged), peer).may_speak_for(node, node.hostname)


@needs_munged
def test_a_reload_brings_and_takes_a_nodes_addresses(munged: str, tmp_path: Path):
    config = config_in(tmp_path, auth="munge", munge_socket=munged, allowed_uids=(os.geteuid(),))
    more = replace(config, nodes=(replace(config.nodes[0], addresses=("192.168.0.1",)), *config.nodes[1:]))

    async def story() -> None:
        checker = Credentials(config)
        checker.start()
        try:
            for now, is_known in ((config, False), (more, True), (config, False)):
                checker.reload(now)
                header = f"MUNGE {encode(payload_of(BODY), munged)}"
                good = await checked(checker, header, BODY, "192.168.0.1")
                with contextlib.nullcontext() if is_known else pytest.raises(NotAllowed):
                    good.may_speak_for(NODE, "node001")
        finally:
            await checker.close()

    asyncio.run(story())


@needs_munged
def test_a_good_credential_of_an_unknown_or_disabled_node_is_not_allowed(config: Config, munged: str):
    good = claim(config, encode(payload_of(BODY), munged))
    with pytest.raises(NotAllowed, match=r"The panel knows no node named 'no\\nde'"):
        good.may_speak_for(None, "no\nde")
    with pytest.raises(NotAllowed, match="Node 'node001' is disabled"):
        good.may_speak_for(Node(1, "node001", "10.0.0.2", "node001", False), "node001")


@needs_munged
def test_a_credential_is_good_once(config: Config, munged: str):
    credential = encode(payload_of(BODY), munged)
    assert claim(config, credential)
    second = error(config, credential)
    assert isinstance(second, NotAuthenticated)
    assert second.sentence == "The MUNGE credential was used before; each is valid for one request only."
    assert second.headers == {"WWW-Authenticate": "MUNGE"}


@needs_munged
def test_of_many_requests_with_one_credential_one_is_taken(config: Config, munged: str):
    results = check_all(config, [encode(payload_of(BODY), munged)] * 50)
    assert sum(isinstance(result, NotAuthenticated) for result in results) == 49


@needs_munged
def test_of_good_and_bad_ones_in_turn_each_gets_its_own_answer(config: Config, munged: str):
    first, second, third = (encode(payload_of(BODY), munged) for _ in range(3))
    other = encode(payload_of(b"x"), munged)
    results = check_all(config, [first, "MUNGE:AAAA:", second, first, other, third])
    words = ["", "can't be read", "", "used before", "a different body", ""]
    for result, word in zip(results, words, strict=True):
        assert (word in str(result)) if word else not isinstance(result, Exception)


@needs_munged
def test_an_expired_credential_points_at_the_clocks(config: Config, munged: str):
    credential = munge(munged, payload_of(BODY), "--ttl=1")
    time.sleep(2.2)
    expired = error(config, credential)
    assert isinstance(expired, NotAuthenticated)
    age = re.match(r"The MUNGE credential has expired: it is (\d+) seconds old by the panel's clock", expired.sentence)
    assert age is not None
    assert 2 <= int(age[1]) < 60
    assert expired.ahead_seconds == -int(age[1])
    assert "clocks of the node and the panel" in expired.sentence


def test_a_credential_from_the_future_points_at_the_clocks():
    credential = Credential(REWOUND, "Rewound credential")
    credential.encode_time, credential.decode_time = 1_700_000_400, 1_700_000_000
    assert str(refusal(credential)) == (
        "The MUNGE credential is from the future: it was made 400 seconds ahead of the panel's clock. "
        "Check that the clocks of the node and the panel agree."
    )
    assert ahead_seconds(credential) == 400


@needs_munged
def test_a_credential_for_another_body_is_refused(config: Config, munged: str):
    changed = error(config, encode(payload_of(BODY), munged), BODY + b" ")
    assert isinstance(changed, NotAuthenticated)
    assert changed.sentence == "The MUNGE credential was made for a different body."


@needs_munged
@pytest.mark.parametrize("payload", [b"", b"hello", b"minipanel/2 x", b"\xff\x00" * 100])
def test_a_credential_made_for_something_else_is_refused(config: Config, munged: str, payload: bytes):
    assert error(config, encode(payload, munged)).sentence == (
        "The MUNGE credential was made for something other than MiniPanel."
    )


@needs_munged
@needs_root
def test_another_user_is_not_allowed_and_named(config: Config, munged: str):
    other = error(config, munge(munged, payload_of(BODY), user="65534"))
    assert isinstance(other, NotAllowed)
    assert other.sentence == "The MUNGE credential was made by uid 65534; allowed is 0."


@needs_munged
@needs_root
def test_another_user_may_be_allowed(munged: str, tmp_path: Path):
    config = config_in(tmp_path, auth="munge", munge_socket=munged, allowed_uids=(0, 65534))
    assert claim(config, munge(munged, payload_of(BODY), user="65534"))


@needs_munged
@needs_root
def test_another_users_replay_is_recognised_as_a_replay(config: Config, munged: str):
    credential = munge(munged, payload_of(BODY), user="65534")
    error(config, credential)
    assert "used before" in error(config, credential).sentence


@needs_munged
@needs_root
def test_a_credential_that_only_another_user_may_read_is_refused(config: Config, munged: str):
    sentence = error(config, munge(munged, payload_of(BODY), "--restrict-uid=65534")).sentence
    assert sentence == "The MUNGE credential was made for another user than the panel's."


@needs_munged
def test_a_credential_of_another_cluster_is_refused(config: Config):
    with running_munged() as other_cluster:
        credential = encode(payload_of(BODY), other_cluster)
    assert error(config, credential).sentence == (
        "The MUNGE credential was changed on its way, or made with another key than the panel's."
    )


@needs_munged
def test_a_credential_changed_on_its_way_is_refused(config: Config, munged: str):
    good = encode(payload_of(BODY), munged)
    letter = "A" if good[60] != "A" else "B"
    sentence = error(config, good[:60] + letter + good[61:]).sentence
    assert sentence == "The MUNGE credential was changed on its way, or made with another key than the panel's."


@needs_munged
@pytest.mark.parametrize(
    "text",
    ["", "x", "MUNGE:", "MUNGE::", "MUNGE:AAAA", "MUNGE:AAAA:", "MUNGE:é:", "MUNGE:\x00:", "MUNGE:" + "A" * 4000 + ":"],
)
def test_an_invalid_credential_is_refused(config: Config, text: str):
    assert error(config, text).status == 401


@needs_munged
def test_nothing_may_follow_a_credential(config: Config, munged: str):
    good = encode(payload_of(BODY), munged)
    for text in (good + "x", good + ":", good + good, good + "\x00"):
        assert "is not a MUNGE credential" in error(config, text).sentence
    assert claim(config, good)


@needs_munged
def test_the_user_is_checked_after_the_body(munged: str, tmp_path: Path):
    config = config_in(tmp_path, auth="munge", munge_socket=munged, allowed_uids=(4242,))
    assert "a different body" in error(config, encode(payload_of(b"x"), munged)).sentence
    assert "allowed is 4242." in error(config, encode(payload_of(BODY), munged)).sentence


@needs_munged
def test_without_munged_agents_are_asked_to_retry_and_it_recovers(tmp_path: Path):
    with running_munged(options=["--origin=10.0.0.2"]) as path:
        config = config_in(tmp_path, auth="munge", munge_socket=path, allowed_uids=(os.geteuid(),))
        lost = encode(payload_of(BODY), path)
    away = error(config, lost)
    assert isinstance(away, TryLater)
    assert (away.status, away.headers) == (503, {"Retry-After": "5"})
    assert away.sentence.startswith("The panel gets no answer from munged: ")
    with running_munged(folder=str(Path(path).parent)) as path_again:
        assert path_again == path
        assert claim(config, encode(payload_of(BODY), path))
    shutil.rmtree(Path(path).parent)


def test_a_killed_munged_delays_one_request_and_not_all(tmp_path: Path):
    path = tmp_path / "munge.socket"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    config = config_in(tmp_path, auth="munge", munge_socket=str(path))
    start = time.monotonic()
    results = check_all(config, ["MUNGE:AAAA:"] * 200)
    assert [type(result) for result in results] == [TryLater] * 200
    # libmunge itself retries for over two seconds at each call.
    assert time.monotonic() - start < 10


@needs_munged
def test_munged_is_asked_again_after_a_pause(munged: str, tmp_path: Path):
    now = [0.0]

    async def ask(decoder: MungeDecoder) -> int:
        waiter: Waiter[Credential] = Waiter()
        decoder.decode(encode(b"x", munged), waiter)
        return (await waiter.result()).status

    async def story() -> list[object]:
        decoder = MungeDecoder(str(tmp_path / "missing.socket"), lambda: now[0])
        decoder.start()
        answers: list[object] = []
        for now[0], path in ((10.0, decoder.socket), (11.9, munged), (12.0, munged)):
            decoder.socket = path
            answers += await asyncio.gather(ask(decoder), return_exceptions=True)
        await decoder.close()
        return answers

    first, second, third = asyncio.run(story())
    assert isinstance(first, TryLater)
    assert isinstance(second, TryLater)
    assert third == 0


@needs_munged
def test_a_hanging_munged_does_not_block_the_panel(tmp_path: Path):
    with running_munged() as path:
        config = config_in(tmp_path, auth="munge", munge_socket=path, allowed_uids=(os.geteuid(),))
        credential = encode(payload_of(BODY), path)
        process_id = munged_process(path)
        os.kill(process_id, signal.SIGSTOP)

        async def ticks_while_it_hangs() -> int:
            checker = Credentials(config)
            checker.start()
            work = asyncio.create_task(checked(checker, f"MUNGE {credential}", BODY))
            ticks = 0
            while ticks < 20:
                await asyncio.sleep(0.01)
                ticks += 1
            assert not work.done()
            os.kill(process_id, signal.SIGCONT)
            await work
            await checker.close()
            return ticks

        try:
            assert asyncio.run(ticks_while_it_hangs()) == 20
        finally:
            os.kill(process_id, signal.SIGCONT)
