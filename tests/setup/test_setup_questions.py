"""The other questions: given answers are used, typed ones are checked and asked again, Enter takes the default."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from minipanel.access.password import hash_password
from minipanel.errors import CommandError
from minipanel.setup.ask.answers import Certificates, SelfMade
from minipanel.setup.ask.questions import ask_address, ask_admin, ask_database, ask_password, ask_port, parse_port
from minipanel.setup.ask.storage import file_system, parse_database
from minipanel.setup.ask.tls import ask_tls
from minipanel.setup.ask.wizard import ask_everything, certificate_names, summary
from minipanel.setup.look.network import OwnNetwork
from minipanel.setup.request import Request
from tests.ports import free_port
from tests.setup.authority import Pair, make_pair
from tests.setup.machine import Machine, TypingScreen, english

NOBODY = TypingScreen(is_guided=False)
GUIDED = Request(is_guided=True)


def test_enter_is_the_default_account() -> None:
    assert ask_admin(TypingScreen(""), GUIDED) == "miniadmin"
    assert ask_admin(NOBODY, Request()) == "miniadmin"
    assert ask_admin(NOBODY, Request(admin="root@hpc")) == "root@hpc"


def test_an_account_that_can_not_be_is_asked_again_or_refused() -> None:
    screen = TypingScreen("x" * 65, "chief")
    assert ask_admin(screen, GUIDED) == "chief"
    with pytest.raises(CommandError, match="1 to 64"):
        ask_admin(NOBODY, Request(admin=" x"))


def test_a_typed_password_is_asked_twice() -> None:
    screen = TypingScreen("correct horse", "correct hose", "short", "correct horse", "correct horse")
    assert ask_password(screen, GUIDED) == ("correct horse", False)
    assert "The two differ; try again." in screen.shown
    assert not any("correct" in line for line in screen.shown)


def test_enter_gives_a_random_password_of_eight_characters() -> None:
    first, is_random = ask_password(TypingScreen(""), GUIDED)
    second, _ = ask_password(NOBODY, Request())
    assert (len(first), len(second), is_random) == (8, 8, True)
    assert first != second
    hash_password(first)


@pytest.mark.parametrize("content", ["correct horse\n", "correct horse\r\n", "correct horse", "correct horse\nnote\n"])
def test_a_passwords_file_counts_up_to_its_first_line_end(tmp_path: Path, content: str) -> None:
    file = tmp_path / "password"
    file.write_bytes(content.encode())
    assert ask_password(NOBODY, Request(password_file=file)) == ("correct horse", False)


@pytest.mark.parametrize(
    "content", [b"", b"short\n", b"\xff\xfe\xff\xfe\xff\xfe\xff\xfe\n", b"x" * 73, b"tab\there....\n"]
)
def test_a_passwords_file_that_holds_none_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "password"
    file.write_bytes(content)
    with pytest.raises(CommandError):
        ask_password(NOBODY, Request(password_file=file))
    with pytest.raises(CommandError, match="can't be read"):
        ask_password(NOBODY, Request(password_file=tmp_path / "none"))


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_port_in_use_is_asked_again(machine: Machine, taken_port: int) -> None:
    free = free_port()
    screen = TypingScreen(str(taken_port), "0", "eighty", "65536", str(free))
    assert ask_port(screen, GUIDED, machine.bare) == free
    assert f"Port {taken_port} is in use by another program." in screen.shown


def test_a_given_port_in_use_is_refused(machine: Machine, taken_port: int) -> None:
    with pytest.raises(CommandError, match="is in use by"):
        ask_port(NOBODY, Request(port=str(taken_port)), machine.bare)


@pytest.mark.parametrize("text", ["", "0", "-1", "65536", "080808080", "8080x", "٨٠٨٠", "1.5"])
def test_an_invalid_port_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match="not a port"):
        parse_port(text, NOBODY)


def test_the_proposed_address_is_taken_or_another_typed() -> None:
    assert ask_address(TypingScreen(""), GUIDED, "10.0.0.1", ()) == "10.0.0.1"
    assert ask_address(TypingScreen("10.0.0.999", "FD00::1"), GUIDED, "10.0.0.1", ()) == "fd00::1"
    assert ask_address(NOBODY, Request(address="mgmt.cluster.test"), "10.0.0.1", ()) == "mgmt.cluster.test"


def test_the_default_database_may_be_in_its_folder_whoever_made_that(machine: Machine) -> None:
    (machine.root / "var/lib/minipanel").mkdir(parents=True)
    machine.command("getent", "exit 2")
    assert ask_database(NOBODY, Request(), machine.bare) == Path("/var/lib/minipanel/data.db")


def test_a_folder_that_is_not_there_yet_will_do(machine: Machine) -> None:
    machine.command("getent", "exit 2")
    assert parse_database("/data/minipanel/m.db", machine.bare, english) == Path("/data/minipanel/m.db")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("data.db", "not the absolute path"),
        ("/data/../data.db", "not the absolute path"),
        ("/data/a\nb.db", "not the absolute path"),
        ("/home/me/data.db", "can't see /home/me"),
        ("/tmp/data.db", "can't see /tmp"),
        ("/data", "is a folder"),
        ("/data/data.db", "is not minipanel's own"),
        ("/nfs/data.db", "network file system (nfs4)"),
        ("/lustre/x/data.db", "network file system (lustre)"),
    ],
)
def test_a_database_that_can_not_be_there_is_refused(machine: Machine, text: str, words: str) -> None:
    (machine.root / "data").mkdir()
    machine.command("getent", "exit 2")
    machine.write("/proc/self/mountinfo", MOUNTS)
    with pytest.raises(CommandError) as raised:
        parse_database(text, machine.bare, english)
    assert words in str(raised.value)


def test_a_folder_that_the_service_owns_will_do_again(machine: Machine) -> None:
    folder = machine.root / "data"
    folder.mkdir()
    owner = folder.stat()
    machine.command("getent", f"echo minipanel:x:{owner.st_uid}:{owner.st_gid}::/var/lib/minipanel:/sbin/nologin")
    assert parse_database("/data/data.db", machine.bare, english) == Path("/data/data.db")


MOUNTS = """\
22 1 253:0 / / rw,relatime shared:1 - xfs /dev/mapper/rl-root rw
30 22 0:25 / /net rw,relatime shared:2 - nfs4 server:/export rw,vers=4.2
34 22 0:29 / /nfs rw,relatime - nfs4 server:/export rw,vers=4.2
31 22 0:26 / /lustre rw,relatime - lustre 10.0.0.1@tcp:/scratch rw
32 22 0:27 / /with\\040space rw - ext4 /dev/sdb1 rw
33 22 0:28 / /net rw - ext4 /dev/sdc1 rw
broken
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/var/lib/minipanel", "xfs"),
        ("/net", "ext4"),
        ("/network", "xfs"),
        ("/lustre/a/b", "lustre"),
        ("/with space", "ext4"),
    ],
)
def test_the_innermost_mount_determines_the_file_system(folder: str, kind: str) -> None:
    assert file_system(Path(folder), MOUNTS) == kind


def test_without_https_nothing_more_is_asked(machine: Machine) -> None:
    assert ask_tls(TypingScreen(""), GUIDED, machine.bare, ()) is None
    assert ask_tls(NOBODY, Request(tls="no"), machine.bare, ()) is None


def test_a_certificate_can_be_made_only_where_openssl_is(machine: Machine) -> None:
    screen = TypingScreen("yes", "self-made", "no")
    assert ask_tls(screen, GUIDED, machine.bare, ("10.0.0.1",)) is None
    assert any("openssl" in line for line in screen.shown)
    machine.command("openssl")
    assert ask_tls(TypingScreen("self-made"), GUIDED, machine.bare, ("10.0.0.1",)) == SelfMade(("10.0.0.1",))


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """Return a certificate for 10.0.0.1 with its key and its CA."""
    return make_pair(tmp_path_factory.mktemp("pair"), "IP:10.0.0.1")


def test_an_own_certificate_is_accepted_if_it_fits_its_key_and_its_ca(machine: Machine, pair: Pair) -> None:
    certificate, key, ca = str(pair.certificate), str(pair.key), str(pair.ca)
    other = str(pair.ca.with_name("ca.key"))
    lines = ["own", "/none.pem", certificate, other, "", certificate, key, "", certificate, key, ca]
    screen = TypingScreen(*lines)
    assert ask_tls(screen, GUIDED, machine.bare, ("10.0.0.1",)) == Certificates(pair.certificate, pair.key, pair.ca)
    assert "There is no file /none.pem." in screen.shown
    assert any("can't be used together" in line for line in screen.shown)
    assert any("name another with --tls-ca" in line for line in screen.shown)
    assert screen.left == []


def test_a_given_certificate_that_does_not_fit_is_refused(machine: Machine, pair: Pair) -> None:
    request = Request(tls_certificate=pair.certificate, tls_key=pair.ca.with_name("ca.key"))
    with pytest.raises(CommandError, match="can't be used together"):
        ask_tls(NOBODY, request, machine.bare, ("10.0.0.1",))
    with pytest.raises(CommandError, match="needs --tls-certificate FILE and --tls-key FILE"):
        ask_tls(NOBODY, Request(tls="own"), machine.bare, ("10.0.0.1",))


@pytest.mark.parametrize("choice", ["no", "self-made"])
def test_a_certificates_file_goes_with_no_other_choice(machine: Machine, pair: Pair, choice: Literal["no"]) -> None:
    machine.command("openssl")
    with pytest.raises(CommandError, match=f"--tls-ca is for --tls own, not for --tls {choice}"):
        ask_tls(NOBODY, Request(tls=choice, tls_ca=pair.ca), machine.bare, ("10.0.0.1",))


NETWORK = OwnNetwork("mgmt", frozenset({"127.0.0.1", "fe80::1", "10.0.0.1"}), lambda peer: "10.0.0.1")


def test_a_certificate_made_here_names_all_that_the_panel_is_called() -> None:
    names = certificate_names("10.0.0.1", "mgmt.cluster.test", NETWORK)
    assert names == ("10.0.0.1", "mgmt.cluster.test", "mgmt", "localhost", "127.0.0.1", "::1")


def test_all_questions_can_be_answered_by_enter(machine: Machine) -> None:
    machine.write("/etc/hosts", "10.0.0.1 mgmt\n10.0.0.2 node1\n10.0.0.3 node2\n")
    screen = TypingScreen(*[""] * 8)
    answers = ask_everything(screen, GUIDED, machine.bare, NETWORK)
    assert screen.left == []
    assert answers.url == f"http://10.0.0.1:{answers.port}"
    assert [node.hostname for node in answers.nodes] == ["mgmt", "node1", "node2"]
    assert (answers.auth, answers.tls, answers.is_random) == ("munge", None, True)
    assert "  nodes          3: mgmt,node[1-2]" in summary(answers, screen)
    assert not any(line.startswith("  ignored") for line in summary(answers, screen))
    assert "  ignored        *-ib, core" in summary(replace(answers, ignored=("*-ib", "core")), screen)
    assert not any(answers.password in line for line in [*screen.shown, *summary(answers, screen)])


def test_answers_that_end_early_change_nothing(machine: Machine) -> None:
    with pytest.raises(CommandError):
        ask_everything(TypingScreen("", ""), GUIDED, machine.bare, NETWORK)
    assert list(machine.root.iterdir()) == []
