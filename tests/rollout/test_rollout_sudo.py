"""The roll-out as a user other than root: a real sshd, a real user, a real sudo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from minipanel.errors import CommandError, ConfigError
from minipanel.rollout import RolloutOptions
from minipanel.rollout.engine import Engine, Running
from minipanel.rollout.kit import SCRIPT, install_command, install_input
from minipanel.rollout.login import Login, choose_login, fault_of_sudo
from minipanel.rollout.outcome import Outcome, Word
from minipanel.rollout.ssh import write_ssh_config
from minipanel.rollout.step import Answer, Step, Visit
from minipanel.sections import load_config
from minipanel.services.rollout_config import ROLLOUT, RolloutConfig
from minipanel.translations.language import in_english
from tests.panel.commands import written_config
from tests.rollout.example import config
from tests.rollout.sshd import USER, missing_sudo, running_sshd_of_user
from tests.rollout.test_rollout_visit import FILES, visitor

ALL = f"{USER} ALL=(root) NOPASSWD: ALL\n"
PUT = "into /etc/sudoers.d on the node"
ADMIN = f"put admin ALL=(root) NOPASSWD: ALL {PUT}"
LOOK = """\
echo minipanel:uid=$(id -u)
echo minipanel:clock=$(date +%s)
echo minipanel:systemd=yes
echo minipanel:python=/usr/bin/python3
echo minipanel:looked=yes
"""
"""A look at a suitable node, whatever this machine is."""


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the node's sudoers and an ssh_config with which USER can log in to "node"."""
    missing = missing_sudo()
    if missing:
        pytest.skip(missing)
    folder = tmp_path_factory.mktemp("sshd")
    write_ssh_config(folder / "ssh_config", [("node", "127.0.0.1")], USER)
    with running_sshd_of_user(folder) as access, (folder / "ssh_config").open("a") as file:
        file.write(access)
        file.flush()
        yield folder


def run(node: Path, visit: Visit, login: Login, is_local: bool = False) -> Outcome:
    ended: list[Outcome] = []
    Engine(node / "ssh_config", dict, 1, ended.append, login).run([Running("node", is_local, visit)])
    return ended[0]


def answer(node: Path, step: Step, is_local: bool = False) -> Answer:
    """Return the result of this one step, as USER with sudo."""
    answers: list[Answer] = []

    def visit() -> Visit:
        answers.append((yield step))
        return Outcome("node", Word.INSTALLED)

    run(node, visit(), Login(USER, uses_sudo=True), is_local)
    return answers[0]


def look(node: Path, login: Login) -> Outcome:
    """Return how a dry run of the installation ends."""
    asking = replace(visitor(dry_run=True), look=LOOK, login=login)
    return run(node, asking.install("node", "127.0.0.1", FILES, is_up=False), login)


def test_a_step_is_run_as_root_and_reads_its_input_whole(node: Path) -> None:
    (node / "sudoers").write_text(ALL)
    given = answer(node, Step("count", "id -u; wc -c; echo to stderr >&2; exit 7", b"x" * 3_000_000))
    assert given.stdout.split() == ["0", "3000000"]
    assert (given.code, given.stderr) == (7, "to stderr")


def test_this_machine_is_visited_without_sudo(node: Path) -> None:
    given = answer(node, Step("ask", 'echo "${SUDO_USER:-none}"'), is_local=True)
    assert given.stdout == "none"


def test_copied_files_belong_to_root_and_nobody_else_can_read_them(node: Path) -> None:
    (node / "sudoers").write_text(ALL)
    script = b"ls -ld . ./*; setpriv --reuid=64321 --clear-groups cat config.toml 2>&1 || true"
    files = {"config.toml": b'token = "secret"\n', SCRIPT: script}
    given = answer(node, Step("install", install_command(files), install_input(files)))
    assert given.code == 0, given
    listed = [line.split() for line in given.stdout.splitlines() if line[0] in "-d"]
    assert {(words[0][4:10], words[2]) for words in listed} == {("------", "root")}
    assert "Permission denied" in given.stdout
    assert "secret" not in given.stdout


def test_a_fit_node_is_fit_for_a_user_with_sudo(node: Path) -> None:
    (node / "sudoers").write_text(ALL)
    assert look(node, Login(USER, uses_sudo=True)) == Outcome("node", Word.WOULD_INSTALL)


@pytest.mark.parametrize(
    ("sudoers", "sentence"),
    [
        (f"{USER} ALL=(root) ALL\n", f"sudo asks {USER} for a password; put {USER} ALL=(root) NOPASSWD: ALL {PUT}"),
        ("", f"sudo asks {USER} for a password; put {USER} ALL=(root) NOPASSWD: ALL {PUT}"),
        (f"Defaults requiretty\n{ALL}", f"sudo needs a terminal there; put Defaults:{USER} !requiretty {PUT}"),
        (
            f"{USER} ALL=(root) NOPASSWD: /usr/bin/true\nDefaults !authenticate\n",
            f"sudo does not let {USER} become root; put {USER} ALL=(root) NOPASSWD: ALL {PUT}",
        ),
    ],
    ids=["password", "not in sudoers", "requiretty", "another command only"],
)
def test_each_refusal_of_sudo_is_one_sentence_with_what_to_do(node: Path, sudoers: str, sentence: str) -> None:
    (node / "sudoers").write_text(sudoers)
    assert look(node, Login(USER, uses_sudo=True)) == Outcome("node", Word.SUDO_REFUSED, sentence)


def test_a_broken_sudoers_file_is_reported_in_sudos_own_words(node: Path) -> None:
    (node / "sudoers").write_text("nonsense\n")
    outcome = look(node, Login(USER, uses_sudo=True))
    assert outcome.word is Word.SUDO_REFUSED
    assert outcome.sentence


def test_without_sudo_such_a_user_is_asked_to_configure_it(node: Path) -> None:
    sentence = f"{USER} is not root there; set sudo = true in [rollout] of config.toml"
    assert look(node, Login(USER)) == Outcome("node", Word.SUDO_REFUSED, sentence)


@pytest.mark.parametrize(
    ("stderr", "code", "sentence"),
    [
        ("env: 'sudo': No such file or directory", 127, "sudo is not installed on the node"),
        ("sudo: sorry, a password is required to run sudo", 1, f"sudo asks admin for a password; {ADMIN}"),
        ("sudo: interactive authentication is required", 1, f"sudo asks admin for a password; {ADMIN}"),
        ("admin is not in the sudoers file.", 1, f"sudo does not let admin become root; {ADMIN}"),
        ("sudo: /etc/sudoers is world writable", 1, "sudo failed: sudo: /etc/sudoers is world writable"),
        ("a banner\n", 1, None),
        ("client_loop: send disconnect: Broken pipe", 255, None),
    ],
)
def test_what_sudo_says_on_other_systems_is_known(stderr: str, code: int, sentence: str | None) -> None:
    fault = fault_of_sudo(Answer(code, "", stderr), Login("admin", uses_sudo=True), in_english)
    assert fault == (None if sentence is None else (Word.SUDO_REFUSED, sentence))


def test_the_login_is_that_of_the_options_and_else_of_the_configuration() -> None:
    told = replace(config(), rooms={ROLLOUT.name: RolloutConfig("admin", sudo=True)})
    assert choose_login(config(), RolloutOptions()) == Login("root")
    assert choose_login(told, RolloutOptions()) == Login("admin", uses_sudo=True)
    assert choose_login(told, RolloutOptions(user="root")) == Login("root")
    assert choose_login(config(), RolloutOptions(user="admin", sudo=True)) == Login("admin", uses_sudo=True)


@pytest.mark.parametrize("options", [RolloutOptions(sudo=True), RolloutOptions(user="a b"), RolloutOptions(user="-F")])
def test_options_that_can_not_be_are_refused(options: RolloutOptions) -> None:
    with pytest.raises(CommandError, match=r"^(--sudo is for a user other|'.*' can't be a user for ssh)"):
        choose_login(config(), options)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("sudo = true", "sudo in [rollout] is true, but user is root; name the user who logs in."),
        ('user = "a b"', 'user in [rollout] is "a b"; it must be a user\'s name: 1 to 64 letters, digits and'),
    ],
    ids=["sudo alone", "no name"],
)
def test_a_configuration_that_can_not_be_is_refused(lines: str, sentence: str, tmp_path: Path) -> None:
    path = written_config(tmp_path).path
    path.write_text(f"{path.read_text()}\n[rollout]\n{lines}\n")
    with pytest.raises(ConfigError) as refused:
        load_config(path)
    assert str(refused.value).startswith(f"{path}: {sentence}")
