"""Visits carried out by ClusterShell, over a real ssh to a real sshd on loopback."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from minipanel.rollout import local
from minipanel.rollout.engine import Engine, Running
from minipanel.rollout.outcome import Outcome, Word
from minipanel.rollout.ssh import ping_command, write_ssh_config
from minipanel.rollout.step import Answer, FirstSample, Step, Visit
from tests.rollout.sshd import missing_sshd, running_sshd


@pytest.fixture(scope="module")
def ssh_config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    missing = missing_sshd()
    if missing:
        pytest.skip(missing)
    folder = tmp_path_factory.mktemp("sshd")
    nodes = [("four", "127.0.0.1"), ("six", "::1"), *((f"node{number}", "127.0.0.1") for number in range(1, 21))]
    write_ssh_config(folder / "ssh_config", nodes)
    with running_sshd(folder) as access, (folder / "ssh_config").open("a") as file:
        file.write(access)
        file.flush()
        yield folder / "ssh_config"


class Script:
    """Visits that take fixed steps and keep the answers."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {}
        self.ended: list[Outcome] = []

    def visit(self, hostname: str, *requests: Step | FirstSample, is_local: bool = False) -> Running:
        return Running(hostname, is_local, self._follow(hostname, requests))

    def _follow(self, hostname: str, requests: tuple[Step | FirstSample, ...]) -> Visit:
        self.answers[hostname] = []
        for request in requests:
            self.answers[hostname].append((yield request))
        return Outcome(hostname, Word.INSTALLED)

    def engine(self, ssh_config: Path, newest: Mapping[str, int] | None = None, fanout: int = 64) -> Engine:
        return Engine(ssh_config, lambda: newest or {}, fanout, self.ended.append)


def test_a_command_is_run_as_root_at_ipv4_and_ipv6(ssh_config: Path) -> None:
    script = Script()
    ask = Step("ask", "id -u; echo to stderr >&2; echo $SSH_CONNECTION; exit 3")
    script.engine(ssh_config).run([script.visit("four", ask), script.visit("six", ask)])
    (four,), (six,) = script.answers["four"], script.answers["six"]
    assert four.code == six.code == 3
    assert four.stdout.splitlines()[0] == six.stdout.splitlines()[0] == "0"
    assert six.stdout.splitlines()[1].startswith("::1 ")
    assert four.stderr == "to stderr"


def test_keys_are_known_by_the_nodes_name(ssh_config: Path) -> None:
    script = Script()
    script.engine(ssh_config).run([script.visit("four", Step("ask", "true"))])
    known = ["ssh-keygen", "-F", "four", "-f", str(ssh_config.parent / "known_hosts")]
    assert "found" in subprocess.run(known, capture_output=True, text=True, check=True).stdout


def test_what_a_step_reads_comes_whole_also_when_it_is_large(ssh_config: Path) -> None:
    script = Script()
    large = b"x" * 3_000_000
    script.engine(ssh_config).run([script.visit("four", Step("count", "wc -c", large), Step("again", "wc -c", b"abc"))])
    assert [answer.stdout.strip() for answer in script.answers["four"]] == ["3000000", "3"]


def test_a_command_that_does_not_read_its_input_does_no_harm(ssh_config: Path) -> None:
    script = Script()
    script.engine(ssh_config).run([script.visit("four", Step("leave", "exit 5", b"x" * 3_000_000))])
    assert script.answers["four"][0].code == 5


def test_a_step_that_hangs_costs_its_timeout_and_only_its_own_node(ssh_config: Path) -> None:
    script = Script()
    began_at = time.monotonic()
    script.engine(ssh_config).run(
        [script.visit("node1", Step("hang", "sleep 60", seconds=1.5)), script.visit("node2", Step("ask", "echo here"))]
    )
    assert time.monotonic() - began_at < 4
    assert script.answers["node1"][0].code is None
    assert 1.4 < script.answers["node1"][0].seconds < 3
    assert script.answers["node2"][0].stdout == "here"
    assert [outcome.hostname for outcome in script.ended] == ["node2", "node1"]


def test_no_more_nodes_than_the_fanout_are_visited_at_once(ssh_config: Path, tmp_path: Path) -> None:
    script = Script()
    # Each visit notes how many visits run at the same time, over two steps.
    count = Step("count", f"mkdir {tmp_path}/$$; ls {tmp_path} | wc -l; sleep 0.4; rmdir {tmp_path}/$$")
    script.engine(ssh_config, fanout=3).run([script.visit(f"node{number}", count, count) for number in range(1, 9)])
    seen = [int(answer.stdout) for answers in script.answers.values() for answer in answers]
    assert len(seen) == 16
    assert 1 < max(seen) <= 3


def test_this_machine_is_visited_without_ssh(ssh_config: Path) -> None:
    script = Script()
    ask = Step("ask", "echo ${SSH_CONNECTION:-no ssh}; cat", b"given")
    script.engine(ssh_config).run([script.visit("four", ask, is_local=True)])
    assert script.answers["four"][0].stdout == "no ssh\ngiven"


def test_ping_asks_from_here(ssh_config: Path) -> None:
    script = Script()
    script.engine(ssh_config).run([script.visit("four", Step("ping", ping_command("::1"), seconds=5, place="here"))])
    assert script.answers["four"][0].code == 0


def test_a_first_sample_is_one_after_the_start_that_was_not_there_before(ssh_config: Path) -> None:
    newest = {"new": 95, "old": 95, "ahead": 400}
    script = Script()

    def meanwhile(hostname: str) -> Visit:
        yield Step("start", "sleep 0.3", place="here")
        newest["new"] = 105
        newest["old"] = 100
        return Outcome(hostname, Word.INSTALLED)

    wait = FirstSample(after=100, seconds=1)
    visits = [script.visit(name, wait) for name in ("New", "old", "ahead", "none")]
    Engine(ssh_config, lambda: newest, 1, script.ended.append).run([*visits, Running("m", True, meanwhile("m"))])
    codes = {name: answers[0].code for name, answers in script.answers.items()}
    assert codes == {"New": 0, "old": None, "ahead": None, "none": None}


def test_what_goes_wrong_in_one_visit_is_the_outcome_of_that_node(ssh_config: Path) -> None:
    script = Script()

    def fails() -> Visit:
        yield Step("ask", "true")
        raise ValueError("invalid literal: \x1b[2J")

    script.engine(ssh_config).run([Running("six", False, fails()), script.visit("four", Step("ask", "true"))])
    assert sorted(script.ended, key=lambda outcome: outcome.hostname) == [
        Outcome("four", Word.INSTALLED),
        Outcome("six", Word.UNEXPECTED, "ValueError: invalid literal: \\x1b[2J"),
    ]


CLEANS_UP = 'trap "echo clean >{folder}/end" EXIT; trap "exit 1" HUP INT TERM; echo on >{folder}/begun; sleep 60; true'
"""An installation's traps: the shell runs them once the command that it waits for has ended."""


def test_an_interrupted_step_on_this_machine_cleans_up(tmp_path: Path) -> None:
    script = Script()
    install = Step("install", CLEANS_UP.format(folder=tmp_path))
    begun = Step("wait", f"until [ -e {tmp_path}/begun ]; do sleep 0.05; done", place="here")

    def interrupt(outcome: Outcome) -> None:
        script.ended.append(outcome)
        raise KeyboardInterrupt

    engine = Engine(tmp_path / "none", dict, 64, interrupt)
    with pytest.raises(KeyboardInterrupt):
        engine.run([script.visit("m", install, install, is_local=True), script.visit("n", begun)])
    assert (tmp_path / "end").read_text() == "clean\n"
    assert (script.answers["m"], [outcome.hostname for outcome in script.ended]) == ([], ["n"])


def test_a_step_on_this_machine_that_takes_too_long_cleans_up(tmp_path: Path) -> None:
    script = Script()
    install = Step("install", CLEANS_UP.format(folder=tmp_path), seconds=1)
    script.engine(tmp_path / "none").run([script.visit("m", install, is_local=True)])
    assert (tmp_path / "end").read_text() == "clean\n"
    assert script.answers["m"][0].code is None


def test_a_step_on_this_machine_that_takes_no_notice_is_ended_by_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "CLEAN_UP_SECONDS", 0.5)
    script, began_at = Script(), time.monotonic()
    deaf = Step("deaf", 'trap "" TERM; sleep 30', seconds=1)
    script.engine(tmp_path / "none").run([script.visit("m", deaf, is_local=True)])
    assert script.answers["m"][0].code is None
    assert time.monotonic() - began_at < 10
